import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['shop.vitest.ts'],
    // Only in this repository: Vite does not find a package from inside of it.
    alias: {
      'wechatpay-order-lifecycle/testing': fileURLToPath(new URL('../../dist/testing/stack/index.js', import.meta.url)),
    },
  },
});
