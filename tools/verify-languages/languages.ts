/** A program that must be on this machine. */
export interface Need {
  /** What shows that it is there: a command that ends well. */
  readonly command: readonly string[];
  /** What to install, as Debian names it. */
  readonly install: string;
}

/**
 * A program in examples/languages, and how to run it. All of its commands run in a copy of its folder, with MERCHANT_URL and
 * ORDERS_TOKEN (the API), OUTCOME_SECRET, SHOP_PORT, SANDBOX_URL (it places its orders there), TEMPORAL_ADDRESS and MCHID.
 */
export interface Program {
  /** As it is shown, and skipped by. */
  readonly name: string;
  /** As it is chosen on the command line. */
  readonly language: string;
  /** Its folder in examples/languages. Default: the language. */
  readonly folder?: string;
  readonly needs: readonly Need[];
  /** It may be skipped even if its language was named: another program of the language needs less. */
  readonly isExtra?: true;
  /** What installs its libraries and builds it. Shell. */
  readonly prepare?: string;
  /** `start NUMBER [CREATED_AT]`, `check NUMBER` and, if it takes no webhooks, `outcomes` are added to it. */
  readonly run: readonly string[];
  /** Takes webhooks at SHOP_PORT, and stores them in `shop.db`: orders (id, sequence, state). Absent: it asks for them. */
  readonly serve?: readonly string[];
  /** It has Temporal's SDK and no API. It prints how a workflow ended, and has `cancel NUMBER` for service orders. */
  readonly isOnTemporal?: true;
}

const shell = (script: string): readonly string[] => ['sh', '-c', script];

const CURL: Need = { command: ['curl', '--json', '{}', '--version'], install: 'curl (7.82 or later)' };
const JQ: Need = { command: ['jq', '--version'], install: 'jq' };
const PYTHON: Need = {
  command: ['python3', '-c', 'import sys; sys.exit(sys.version_info < (3, 9))'],
  install: 'python3 (3.9 or later)',
};
const VENV: Need = { command: ['python3', '-c', 'import venv, ensurepip'], install: 'python3-venv' };
const GO: Need = {
  command: shell(String.raw`go version | grep -E 'go1\.(2[2-9]|[3-9][0-9])'`),
  install: 'golang (1.22 or later)',
};
const C_COMPILER: Need = { command: ['gcc', '--version'], install: 'gcc libc6-dev' };
const JAVA: Need = {
  command: shell("javac --version | grep -E '^javac (1[7-9]|[2-9][0-9])'"),
  install: 'openjdk-17-jdk-headless (17 or later)',
};
const MAVEN: Need = { command: ['mvn', '--version'], install: 'maven' };
const PHP: Need = {
  command: ['php', '-r', 'exit(PHP_VERSION_ID >= 80200 && extension_loaded("pdo_sqlite") ? 0 : 1);'],
  install: 'php-cli (8.2 or later) php-sqlite3',
};

const INTO_VENV =
  'python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt';
const JAVA_RUN = ['java', '-cp', 'lib/*', 'Checkout.java'];

/** Adding a program is adding its folder and its row. */
export const PROGRAMS: readonly Program[] = [
  {
    name: 'curl',
    language: 'curl',
    needs: [CURL, JQ],
    run: ['bash', 'checkout.sh'],
  },
  {
    name: 'python, standard library only',
    language: 'python',
    needs: [PYTHON],
    run: ['python3', 'checkout.py'],
    serve: ['python3', 'checkout.py', 'serve'],
  },
  {
    name: 'python, with standardwebhooks',
    language: 'python',
    isExtra: true,
    needs: [PYTHON, VENV],
    prepare: INTO_VENV,
    run: ['venv/bin/python', 'checkout.py'],
    serve: ['venv/bin/python', 'checkout_with_library.py'],
  },
  {
    name: 'go',
    language: 'go',
    needs: [GO, C_COMPILER],
    prepare: 'go build -o checkout .',
    run: ['./checkout'],
    serve: ['./checkout', 'serve'],
  },
  {
    name: 'java',
    language: 'java',
    needs: [JAVA, MAVEN],
    prepare: 'mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=lib',
    run: JAVA_RUN,
    serve: [...JAVA_RUN, 'serve'],
  },
  {
    name: 'php',
    language: 'php',
    needs: [PHP],
    run: ['php', 'checkout.php'],
    serve: shell('exec php -S "127.0.0.1:$SHOP_PORT" checkout.php'),
  },
  {
    name: "python, with Temporal's SDK",
    language: 'temporal-python',
    needs: [PYTHON, VENV],
    prepare: INTO_VENV,
    run: ['venv/bin/python', 'checkout.py'],
    isOnTemporal: true,
  },
  {
    name: "go, with Temporal's SDK",
    language: 'temporal-go',
    needs: [GO],
    prepare: 'go build -o checkout .',
    run: ['./checkout'],
    isOnTemporal: true,
  },
];

export const LANGUAGES: readonly string[] = [...new Set(PROGRAMS.map(({ language }) => language))];
