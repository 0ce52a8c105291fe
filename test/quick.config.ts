import { defineConfig } from 'vitest/config';
import { POOL, SHARED } from '../vitest.config.js';

/** For the inner loop: the rules, the wire and what takes notifications. No Temporal server is needed or fetched. */
export default defineConfig({
  test: { ...POOL, ...SHARED, include: ['test/{domain,wechatpay,process,client/notifications}/**/*.test.ts'] },
});
