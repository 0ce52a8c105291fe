import { defineConfig } from 'vitest/config';
import { POOL, SHARED } from '../vitest.config.js';

/**
 * For the inner loop: the rules, the wire and what takes notifications, without what draws thousands of examples. No
 * Temporal server is needed or fetched.
 */
export default defineConfig({
  test: {
    ...POOL,
    ...SHARED,
    include: ['test/{domain,wechatpay,process,client/notifications,client/outcomes}/**/*.test.ts'],
    exclude: ['test/**/*.property.test.ts'],
  },
});
