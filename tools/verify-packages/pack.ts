import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../process/command-line.js';
import { addressOf, withAbsoluteLinks } from './readme.js';
import { run } from './run.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The tarballs of the two packages. */
export interface Tarballs {
  readonly client: string;
  readonly worker: string;
}

/** What a package.json has that matters here. */
interface Manifest {
  readonly version: string;
  readonly repository?: unknown;
}

/** Packs both, as `npm pack` does: each is built first. */
export async function packBoth(folder: string): Promise<Tarballs> {
  return { client: await pack(folder, join(ROOT, 'client')), worker: await pack(folder, ROOT) };
}

/**
 * Packs both as they are to be published: with READMEs that npm can show.
 *
 * @throws UsageError if nobody could follow the links in them
 */
export async function packForRelease(folder: string): Promise<Tarballs> {
  await refuseWithoutRepository();
  const { client, worker } = await packBoth(await mkdtemp(join(folder, 'built-')));
  return {
    client: await packAgain(client, 'client', folder),
    worker: await packAgain(worker, '.', folder),
  };
}

async function refuseWithoutRepository(): Promise<void> {
  for (const file of ['package.json', 'client/package.json']) {
    const { repository } = await manifestIn(join(ROOT, file));
    if (addressOf(repository) === undefined) {
      throw new UsageError(
        `${file} has no repository with an https URL: on npm the links and pictures of its README would lead nowhere. See CONTRIBUTING.md#release.`,
      );
    }
  }
}

async function packAgain(tarball: string, folder: string, target: string): Promise<string> {
  const unpacked = await mkdtemp(join(target, 'unpacked-'));
  await run('tar', ['-xzf', tarball, '-C', unpacked], target, process.env);
  const at = join(unpacked, 'package');
  const { version, repository } = await manifestIn(join(at, 'package.json'));
  const readme = await readFile(join(at, 'README.md'), 'utf8');
  const published = { url: addressOf(repository) ?? '', ref: `v${version}` };
  await writeFile(join(at, 'README.md'), withAbsoluteLinks(readme, folder, published));
  return pack(target, at, '--ignore-scripts');
}

async function manifestIn(file: string): Promise<Manifest> {
  return JSON.parse(await readFile(file, 'utf8')) as Manifest;
}

async function pack(target: string, cwd: string, ...options: readonly string[]): Promise<string> {
  const out = await run('npm', ['pack', '--json', '--pack-destination', target, ...options], cwd, process.env);
  const [{ filename } = { filename: '' }] = JSON.parse(out.slice(out.indexOf('['))) as { filename: string }[];
  return join(target, filename);
}
