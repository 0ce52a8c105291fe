import { resolve } from 'node:path';
import { kinds } from './kinds.js';
import { shortPath } from './platform.js';
import type { FoundServer, ServerKind, ServerSource, ServerVersions } from './types.js';
import { describeVersions } from './versions.js';
import { wheelRecipe } from './wheel.js';

interface Found {
  readonly kind: ServerKind;
  readonly path: string;
  readonly source: ServerSource;
  readonly versions: ServerVersions;
  readonly fetchedNow: boolean;
}

/** Completes what was found with the line that says so to a person. */
export function describeFound(found: Found): FoundServer {
  const { kind, source, versions, fetchedNow } = found;
  const path = resolve(found.path);
  const title = [kinds[kind].title, describeVersions(versions)].filter(Boolean).join(' ');
  const description = `${title}, ${origin(kind, source, shortPath(path))}`;
  return { kind, path, source, fetchedNow, version: versions.program, description };
}

function origin(kind: ServerKind, source: ServerSource, path: string): string {
  switch (source) {
    case 'override':
      return `from ${kinds[kind].overrideVariable}: ${path}`;
    case 'path':
      return `from PATH: ${path}`;
    case 'sdk-download':
      return `from the Temporal SDK's own download, kept in ${path}`;
    case 'wheel':
      return `from the wheel ${wheelRecipe(kinds[kind].wheel)}, kept in ${path}`;
  }
}
