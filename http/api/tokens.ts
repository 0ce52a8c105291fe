import { createHash, timingSafeEqual } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ok } from '../../domain/validation.js';
import { type Configured, type ConfigurationFault, notify } from '../../wechatpay/merchants/faults.js';
import { exposureOf, FilesRead, type NamedFile } from '../../wechatpay/merchants/files.js';
import { isPlainlyPath } from '../../wechatpay/merchants/keys.js';
import { file, mchid } from '../../wechatpay/merchants/schema.js';
import { type FilesLogger, logChange, warnOfExposed, watchFiles } from '../../wechatpay/merchants/watch-files.js';
import { readYaml, strict } from '../../wechatpay/merchants/yaml-file.js';

/** A token as RFC 6750 has it, long enough that nobody guesses it. */
const TOKEN = /^[\w.~+/-]{32,512}={0,2}$/;
const TOKEN_RULE =
  'must hold a token and nothing else: 32 to 512 of A-Z a-z 0-9 - . _ ~ + /, as openssl rand -hex 32 makes it';

const caller = strict({
  name: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits and . _ -'),
  merchants: z.union([z.literal('*'), z.array(mchid).min(1)], {
    error: "must be a list of merchant numbers in quotes, or '*' for all",
  }),
  tokenFiles: z
    .array(file)
    .min(1, 'must name the file of a token')
    .max(2, 'must name at most 2 files: the new token, and the old one while it is changed'),
});

/** The form of a tokens file. */
const tokensSchema = strict({ tokens: z.array(caller).min(1, 'must name at least one token') });

/** Whoever sends a token. */
export interface Caller {
  readonly name: string;
  readonly mayUse: (mchid: string) => boolean;
}

/** A tokens file as it was read. */
export interface LoadedTokens {
  readonly files: FilesRead;
  readonly exposed: readonly string[];
  /** The digests of all tokens, each with its caller. No token is kept. */
  readonly known: readonly { readonly digest: Buffer; readonly caller: Caller }[];
}

/** Reads a tokens file (YAML) and every token that it names. @param files learns which files the result depends on */
export function readTokens(path: string, files = new FilesRead()): Configured<LoadedTokens> {
  const what = whatOf(path);
  const checked = readYaml({ path, what, schema: tokensSchema }, files);
  if (!checked.ok) return checked;
  const faults: ConfigurationFault[] = [];
  const exposed = exposuresOf(path, [{ role: 'the tokens file', path, isSecret: false }]);
  const known: { digest: Buffer; caller: Caller }[] = [];
  const names = new Set<string>();
  for (const [index, { name, merchants, tokenFiles }] of checked.value.tokens.entries()) {
    const fault = (where: string, rule: string): void =>
      void faults.push({ what, where: `tokens.${index} (${name})${where}`, rule });
    if (names.has(name)) fault('', 'this name is there twice');
    names.add(name);
    const mayUse = merchants === '*' ? () => true : (mchid: string) => merchants.includes(mchid);
    for (const tokenFile of tokenFiles) {
      const where = isPlainlyPath(tokenFile) ? `: tokenFiles: ${tokenFile}` : ': tokenFiles';
      const bytes = files.bytes(resolve(dirname(path), tokenFile));
      if (typeof bytes === 'string') {
        fault(where, bytes);
        continue;
      }
      const token = bytes.toString('utf8').trim();
      const digest = digestOf(token);
      if (!TOKEN.test(token)) fault(where, TOKEN_RULE);
      else if (known.some((other) => other.digest.equals(digest))) fault(where, 'this token is there twice');
      known.push({ digest, caller: { name, mayUse } });
    }
    const named = tokenFiles.map((each) => ({ role: `token ${name}`, path: each, isSecret: true }));
    exposed.push(...exposuresOf(path, named));
  }
  return faults.length > 0 ? { ok: false, faults } : ok({ files, exposed, known });
}

function whatOf(path: string): string {
  return `The tokens file ${path} cannot be used`;
}

function exposuresOf(path: string, files: readonly NamedFile[]): string[] {
  return files.flatMap((each) => exposureOf(each, resolve(dirname(path), each.path))?.said ?? []);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** How often the tokens file and the tokens are looked at, milliseconds. */
const LOOK_EVERY_MS = 5_000;

export interface TokensOptions {
  /** Default: {@link LOOK_EVERY_MS}. */
  readonly everyMs?: number;
  readonly logger: FilesLogger;
  readonly onReload?: ((result: 'taken' | 'refused') => void) | undefined;
}

/** The tokens as their file says now. */
export interface Tokens {
  /** The caller that a token belongs to. Takes as long for each token. */
  readonly callerOf: (token: string) => Caller | undefined;
  readonly stop: () => Promise<void>;
}

/**
 * Keeps the tokens as their file says, while a process runs. A file that has a fault is not used: what was there stays.
 *
 * @param path of the tokens file
 * @param first the file as it was read just before
 */
export function watchTokens(
  path: string,
  { everyMs = LOOK_EVERY_MS, logger, onReload }: TokensOptions,
  first: LoadedTokens,
): Tokens {
  let current = first;
  const warn = (): void => warnOfExposed(logger, 'the tokens', current.exposed);
  warn();
  const stop = watchFiles(first.files, {
    read: (files) => readTokens(path, files),
    what: whatOf(path),
    everyMs,
    onChange: (result) => {
      if (result.ok) current = result.value;
      logChange(logger, 'the tokens file or a token in it', result);
      if (result.ok) warn();
      notify(() => onReload?.(result.ok ? 'taken' : 'refused'));
    },
  });
  return {
    callerOf: (token) => {
      const digest = digestOf(token);
      // Every one is compared, so that the time says nothing about which it is.
      return current.known.filter((each) => timingSafeEqual(each.digest, digest))[0]?.caller;
    },
    stop,
  };
}
