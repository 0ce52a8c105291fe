import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { isProxy } from '../wechatpay/connection.js';
import { collect, ok } from '../domain/validation.js';
import { checkedBy, type Configured, type ConfigurationFault, ENVIRONMENT } from '../wechatpay/merchants/faults.js';
import { tried } from '../wechatpay/merchants/file-kind.js';
import { DEFAULT_TASK_QUEUE } from '../workflows/messages/orders.js';

/** The bounds of a number in the environment, both allowed. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** What it counts, for the message: `seconds`, `calls`. */
  readonly of: string;
}

function decimal(form: RegExp, kind: string, { min, max, of }: Bounds) {
  const message = `must be ${kind} of ${of} from ${min} to ${max}, such as ${Math.max(min, 1)}`;
  // Number('') is 0 and Number('0x10') is 16: neither was meant.
  return z
    .string()
    .regex(form, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** A number in decimal digits, with a fraction or without. */
export function number(bounds: Bounds) {
  return decimal(/^\d+(\.\d+)?$/, 'a number', bounds);
}

export function wholeNumber(bounds: Bounds) {
  return decimal(/^\d+$/, 'a whole number', bounds);
}

/** Where to listen. A name is refused, since it could stand for several addresses. */
export function listenAddress(example: string) {
  return z
    .string()
    .refine(
      (text) => parseAddress(text) !== undefined,
      `must be an IP address and a port from 1 to 65535, such as ${example}, 0.0.0.0:9464 or [::]:9464`,
    );
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8080`, `[::1]:8080`; `undefined` for anything else. */
export function parseAddress(text: string): Address | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const isAddress = isIP(host) === (bracketed === undefined ? 4 : 6) && port >= 1 && port <= 65_535;
  return isAddress ? { host, port } : undefined;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export const DEFAULT_RELOAD_SECONDS = 10;

/** In the order in which a connection looks for its proxy. */
const PROXIES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** The proxy is only checked here, so that a bad URL stops the start: each connection reads the variables itself. */
export function checkProxy(
  env: Partial<Record<(typeof PROXIES)[number], string | undefined>>,
  context: z.RefinementCtx,
): void {
  const name = PROXIES.find((each) => env[each]);
  if (name === undefined || isProxy(env[name] ?? '')) return;
  const message = 'must be the URL of an HTTP proxy, such as http://proxy.internal:3128';
  context.addIssue({ code: 'custom', path: [name], message });
}

/** A file of certificates in PEM, read. */
const authorities = z.string().transform((path, context) => {
  const pem = tried(() => readFileSync(path, 'utf8'));
  if (pem !== undefined && areCertificates(pem)) return pem;
  const message = pem === undefined ? 'must be a file that can be read' : 'must be a file of X.509 certificates in PEM';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function areCertificates(text: string): boolean {
  const each = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return each.length > 0 && each.every((certificate) => tried(() => new X509Certificate(certificate)) !== undefined);
}

const PREFIX = 'WXPAY_';

/** Every variable of ours. One process may be given those of another: they often share a file. */
const NAMES = [
  'WXPAY_API_ADDRESS',
  'WXPAY_API_TOKENS_FILE',
  'WXPAY_CALLS_PER_SECOND',
  'WXPAY_CA_FILE',
  'WXPAY_HEALTH_ADDRESS',
  'WXPAY_LOG_LEVEL',
  'WXPAY_MAX_CACHED_WORKFLOWS',
  'WXPAY_MAX_CONCURRENT_CALLS',
  'WXPAY_MERCHANTS_FILE',
  'WXPAY_MERCHANTS_RELOAD_SECONDS',
  'WXPAY_METRICS_ADDRESS',
  'WXPAY_RECEIVER_ADDRESS',
  'WXPAY_RECEIVER_PATH',
  'WXPAY_SHUTDOWN_GRACE_SECONDS',
  'WXPAY_STICKY_TIMEOUT_SECONDS',
  'WXPAY_TASK_QUEUE',
  'WXPAY_TEMPORAL_CLI',
  'WXPAY_TEMPORAL_TEST_SERVER',
  'WXPAY_WORKFLOW_BUNDLE',
] as const;

/** The settings of a process. */
export type Settings = Readonly<Partial<Record<(typeof NAMES)[number] | (typeof PROXIES)[number], z.ZodType>>>;

/** Kubernetes writes such variables for a service whose name begins with `wxpay-`; `…_PORT` alone is then a URL. */
const OF_KUBERNETES = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;
const PORT_OF_KUBERNETES = /_PORT=(?:tcp|udp|sctp):/;

/** Reads the settings of a process. A misspelt one is refused: its default would count, and nobody would see why. */
export function readSettings<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv): Configured<T> {
  const faults = Object.entries(env)
    .filter(([name, value]) => !OF_KUBERNETES.test(name) && !PORT_OF_KUBERNETES.test(`${name}=${value ?? ''}`))
    .flatMap(([name]) => slipOfName(name) ?? []);
  const values = collect(faults, checkedBy(schema, ENVIRONMENT, env));
  return values !== undefined && faults.length === 0 ? ok(values) : { ok: false, faults };
}

/** A setting that is misspelt. A name that is mostly another is of something else, whose prefix is ours by chance. */
function slipOfName(name: string): ConfigurationFault | undefined {
  if (!name.startsWith(PREFIX) || NAMES.some((each) => each === name)) return undefined;
  const byChanges = NAMES.map((each) => ({ each, changes: changesBetween(name.toUpperCase(), each) }));
  const [nearest] = byChanges.sort((one, other) => one.changes - other.changes);
  if (nearest === undefined || nearest.changes > (name.length - PREFIX.length) / 2) return undefined;
  return { what: ENVIRONMENT, where: name, rule: `is no setting; did you mean ${nearest.each}?` };
}

/** How many characters must be added, dropped or replaced to make one text of another (Levenshtein). */
function changesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [above, character] of Array.from(one).entries()) {
    const next = [above + 1];
    for (const [left, wanted] of Array.from(other).entries()) {
      const replaced = (row[left] ?? 0) + (character === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[left + 1] ?? 0) + 1, (next[left] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The settings of every process that runs until it is stopped. */
export const PROCESS_SETTINGS = {
  // Only these characters, since it becomes part of a visibility query.
  WXPAY_TASK_QUEUE: z
    .string()
    .regex(/^[\w.:/-]{1,200}$/, 'must be 1 to 200 letters, digits and . _ : / -')
    .default(DEFAULT_TASK_QUEUE),
  WXPAY_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
} satisfies Settings;

export interface ProcessConfig {
  /** Where the workers poll. */
  readonly taskQueue: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

export function processConfig(values: z.infer<z.ZodObject<typeof PROCESS_SETTINGS>>): ProcessConfig {
  return { taskQueue: values.WXPAY_TASK_QUEUE, logLevel: values.WXPAY_LOG_LEVEL };
}

/** The settings that a worker and a receiver have in common. */
export const COMMON_SETTINGS = {
  ...PROCESS_SETTINGS,
  WXPAY_MERCHANTS_FILE: z.string({ error: 'must be the path of the merchants file (YAML)' }).min(1),
  WXPAY_MERCHANTS_RELOAD_SECONDS: wholeNumber({ min: 0, max: 3600, of: 'seconds' }).default(DEFAULT_RELOAD_SECONDS),
  WXPAY_CA_FILE: authorities.optional(),
  https_proxy: z.string().optional(),
  HTTPS_PROXY: z.string().optional(),
  all_proxy: z.string().optional(),
  ALL_PROXY: z.string().optional(),
} satisfies Settings;

export interface CommonConfig extends ProcessConfig {
  readonly merchantsFile: string;
  /** How often the merchants file and its keys are checked for changes; 0: never after the start. */
  readonly reloadEveryMs: number;
  /** Certificate authorities that are trusted besides Node's own, in PEM. */
  readonly authorities: string | undefined;
}

export function commonConfig(values: z.infer<z.ZodObject<typeof COMMON_SETTINGS>>): CommonConfig {
  return {
    ...processConfig(values),
    merchantsFile: values.WXPAY_MERCHANTS_FILE,
    reloadEveryMs: values.WXPAY_MERCHANTS_RELOAD_SECONDS * 1000,
    authorities: values.WXPAY_CA_FILE,
  };
}

const DEFAULT_ADDRESS = 'localhost:7233';
const DEFAULT_NAMESPACE = 'default';

/** How to reach Temporal: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, … and Temporal's TOML profile. */
export interface TemporalProfile {
  readonly address: string;
  readonly namespace: string;
  /** TLS, the API key and what else a connection takes. Secret. */
  readonly options: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
}

/**
 * Reads the connection by Temporal's own rules. A fault repeats no line of the profile: the parser's own message quotes
 * those around it, and one of them may be the API key.
 */
export function readProfile(env: NodeJS.ProcessEnv): Configured<TemporalProfile> {
  try {
    const { connectionOptions, namespace = DEFAULT_NAMESPACE } = loadClientConnectConfig({
      overrideEnvVars: withoutUndefined(env),
    });
    return ok({ address: connectionOptions.address ?? DEFAULT_ADDRESS, namespace, options: connectionOptions });
  } catch {
    const rule =
      'the TOML profile (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE) or a TEMPORAL_… variable is malformed; `temporal config list` shows what is read';
    return { ok: false, faults: [{ what: "Temporal's own configuration cannot be read", where: '', rule }] };
  }
}

function withoutUndefined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
