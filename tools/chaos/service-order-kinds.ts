import { MERCHANTS } from '../../testing/demo/context.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { drawFaults } from './fault-mix.js';
import type { PlannedCancel, PlannedServiceOrder, Random, Scale, ServiceOrderAction } from './plan.js';

interface KindDetails {
  /** How it may end. */
  readonly ends: readonly string[];
  readonly requests: readonly PlannedCancel[];
  readonly actions?: readonly ServiceOrderAction[];
  readonly faults?: readonly Misbehaviour[];
}

/** The amount that is due, in fen. */
const DUE = 700;

const asked = (after: number, more: Partial<PlannedCancel> = {}): PlannedCancel => ({
  after,
  requestId: 'first',
  reason: '用户取消',
  mayCancel: ['created'],
  ...more,
});

const act = (after: number, does: 'confirm' | 'pay', isNotified = false): ServiceOrderAction => ({
  after,
  does,
  isNotified,
});
const complete = (after: number): ServiceOrderAction => ({ after, does: 'complete', total: DUE, isNotified: false });

/** The kinds of service orders. */
export const SERVICE_ORDER_KINDS: Readonly<Record<string, (random: Random) => KindDetails>> = {
  cancel: () => ({ ends: ['cancelled'], requests: [asked(0)] }),
  // The second request has another reason, and the third repeats the first.
  'cancel, asked twice': (random) => ({
    ends: ['cancelled'],
    requests: [
      asked(0),
      asked(random.int(100, 3_000), { requestId: 'second', reason: '门店已打烊' }),
      asked(random.int(100, 4_000)),
    ],
  }),
  'cancel, asked twice at once': () => ({
    ends: ['cancelled'],
    requests: [asked(0), asked(0, { requestId: 'second', reason: '设备故障' })],
    faults: [{ what: 'systemError', on: 'cancel', times: 1 }],
  }),
  'cancel, unless confirmed': (random) => {
    const actions = random.chance(0.5) ? [act(random.int(500, 4_000), 'confirm', random.chance(0.5))] : [];
    // The user confirms after the request was answered. If that answer is late, the cancel may come first.
    return {
      ends: actions.length > 0 ? ['kept', 'cancelled'] : ['cancelled'],
      requests: [asked(0, { ifNotConfirmedWithinMs: 6_000 })],
      actions,
    };
  },
  'cancel, in service': () => ({
    ends: ['cancelled'],
    requests: [asked(0, { mayCancel: ['created', 'in-service'] })],
    actions: [act(-200, 'confirm', true)],
  }),
  'cancel, an amount is due': () => ({
    ends: ['kept'],
    requests: [asked(0)],
    actions: [act(-200, 'confirm'), complete(-100)],
  }),
  'cancel, an amount is given up': () => ({
    ends: ['cancelled'],
    requests: [asked(0, { mayCancel: [], giveUp: DUE })],
    actions: [act(-200, 'confirm'), complete(-100)],
  }),
  'cancel, an amount becomes due meanwhile': (random) => {
    const on = random.pick(['query', 'cancel'] as const);
    return {
      // If the cancel was not done, the next query shows the money. If it may have been done, a person resolves it as kept.
      ends: on === 'query' ? ['kept'] : ['cancelled', 'resolved as cancelled', 'kept', 'resolved as kept'],
      requests: [asked(0, { mayCancel: ['created', 'in-service'] })],
      actions: [act(-200, 'confirm')],
      faults: [{ what: 'completeFirst', on, totalAmount: DUE }],
    };
  },
  'cancel, paid': () => ({
    ends: ['done'],
    requests: [asked(0, { mayCancel: ['created', 'in-service'] })],
    actions: [act(-300, 'confirm'), complete(-200), act(-100, 'pay', true)],
  }),
};

export function drawServiceOrders(random: Random, { serviceOrders, startsOverMs }: Scale): PlannedServiceOrder[] {
  const kinds = Object.entries(SERVICE_ORDER_KINDS);
  return Array.from({ length: serviceOrders }, (_, place) => {
    const [kind, detailsOf] = kinds[place % kinds.length] ?? [];
    if (kind === undefined || detailsOf === undefined) throw new Error('there are no kinds');
    const { ends, requests, actions = [], faults = [] } = detailsOf(random);
    return {
      number: `CHAOS-S-${String(place + 1).padStart(3, '0')}`,
      kind,
      mchid: MERCHANTS['HMAC-SHA256'],
      startAt: random.int(0, startsOverMs) + 2_500,
      requests,
      actions,
      ends,
      faults: [...faults, ...drawFaults(random, 'payscore')],
    };
  });
}
