import { expect, it } from 'vitest';
import { orThrow } from '../../wechatpay/merchants/faults.js';
import { readProfile } from '../../process/settings.js';

it('the connection to Temporal is read from the environment that is handed over, and no other', () => {
  const env = { TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'orders', TEMPORAL_API_KEY: undefined };
  expect(orThrow(readProfile(env))).toMatchObject({ address: 'temporal.example:7233', namespace: 'orders' });
  expect(orThrow(readProfile({}))).toMatchObject({ address: 'localhost:7233', namespace: 'default' });
});
