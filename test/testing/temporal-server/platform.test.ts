import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultCacheDirectory } from '../../../testing/temporal-server/platform.js';

const folder = 'wechatpay-order-lifecycle';

it('keeps binaries in the cache directory that each platform has for that', () => {
  const home = { HOME: '/home/me' };
  expect(defaultCacheDirectory(home, 'linux')).toBe(`/home/me/.cache/${folder}`);
  expect(defaultCacheDirectory({ ...home, XDG_CACHE_HOME: '/fast' }, 'linux')).toBe(`/fast/${folder}`);
  expect(defaultCacheDirectory({ ...home, XDG_CACHE_HOME: 'relative' }, 'linux')).toBe(`/home/me/.cache/${folder}`);
  expect(defaultCacheDirectory(home, 'darwin')).toBe(`/home/me/Library/Caches/${folder}`);
  expect(defaultCacheDirectory({ LOCALAPPDATA: '/local' }, 'win32')).toBe(`/local/${folder}`);
  expect(defaultCacheDirectory({}, 'linux')).toBe(join(homedir(), '.cache', folder));
});
