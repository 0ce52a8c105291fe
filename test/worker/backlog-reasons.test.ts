import { expect, it } from 'vitest';
import { LATE_REASONS } from '../../domain/late/state.js';
import { ATTENTION_REASONS } from '../../domain/orders/state.js';
import { DELIVERY_REASONS } from '../../domain/outcome/state.js';
import { SERVICE_ATTENTION_REASONS } from '../../domain/payscore/state.js';
import { readBacklog } from '../../worker/backlog.js';

it('what needs a person is counted by every reason of every flow', async () => {
  const { needsAttention } = await readBacklog(() => Promise.resolve(0), 'wechatpay-orders', Date.now());
  const all = [...ATTENTION_REASONS, ...SERVICE_ATTENTION_REASONS, ...LATE_REASONS, ...DELIVERY_REASONS, 'unknown'];
  expect(new Set(needsAttention.keys())).toEqual(new Set(all));
});
