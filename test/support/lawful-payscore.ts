import { mostSent, type Announced, type CallFailure, type Sent, type WriteReply } from '../../domain/calls.js';
import { isTriedAgain } from '../../domain/guarded-write.js';
import type {
  CancelAnswer,
  CancelReply,
  CancelServiceOrderInput,
  ServiceOrderAnswer,
  ServiceOrderFound,
} from '../../domain/payscore/order.js';
import type { ServiceOrderEvent } from '../../domain/payscore/state.js';
import { cancelRules, progressOf } from '../../domain/payscore/write.js';
import { MINUTE, SECOND, type Instant } from '../../domain/time.js';
import { answerThat, cancelFailed, notified, superseded, type FailureKind } from './service-orders.js';

/** A chance, 0 to 99. Once a story has no more of them, WeChat Pay is in its best mood: 99. */
export type Chances = () => number;

/** A cancel that arrived at WeChat Pay, to be audited afterwards. */
export interface Arrived {
  readonly at: Instant;
  readonly reason: string;
}

/** The result of a call, and when it comes. */
export interface Heard {
  readonly event: ServiceOrderEvent;
  readonly at: Instant;
}

type Asked = { readonly answer: ServiceOrderAnswer } | { readonly failure: CallFailure };

/** How many attempts Temporal makes of one guarded cancel. */
const ATTEMPTS = 3;

/** How long a cancel may take to show in a query, at most: within the 5 minutes that are waited for it. */
const LATEST_EFFECT = 3 * MINUTE;

/**
 * A WeChat Pay that keeps to its documents, and is as unreliable as they allow: it cancels in CREATED and any DOING,
 * answers may be lost or come too late, and the user and the merchant do what they like at any time.
 */
export class LawfulPayscore {
  state: ServiceOrderFound['state'] | 'UNPLACED';
  /** The amount due, once the merchant has completed the service. */
  totalDue: number | null = null;
  isPaid = false;
  readonly arrived: Arrived[] = [];
  private confirmed = false;
  private cancelTakesEffectAt: Instant | null = null;

  constructor(
    private readonly chance: Chances,
    isPlaced: boolean,
  ) {
    this.state = isPlaced ? 'CREATED' : 'UNPLACED';
  }

  /** What the user and the merchant do in a while, and the notification of it that arrives, if one does. */
  live(now: Instant): ServiceOrderEvent | undefined {
    if (this.cancelTakesEffectAt !== null && now >= this.cancelTakesEffectAt) this.revoke();
    const does = this.chance();
    const tells = (said: 'USER_CONFIRM' | 'USER_PAID'): ServiceOrderEvent | undefined =>
      this.chance() < 50 ? notified(said) : undefined;
    if (this.state === 'CREATED' && does < 15) {
      this.state = 'DOING';
      this.confirmed = true;
      return tells('USER_CONFIRM');
    }
    if (this.state === 'CREATED' && does < 18) this.state = 'EXPIRED';
    if (this.state !== 'DOING') return undefined;
    if (this.totalDue === null && does < 15) this.totalDue = does < 8 ? 100 : 70;
    else if (this.totalDue !== null && does < 5) this.totalDue = 100;
    else if (this.totalDue !== null && does < 25) {
      this.isPaid = true;
      if (does < 20) this.state = 'DONE';
      return tells('USER_PAID');
    } else if (this.isPaid) this.state = 'DONE';
    return undefined;
  }

  query(now: Instant): Heard {
    const asked = this.ask();
    const at = now + (this.chance() < 10 ? 8 * SECOND : SECOND / 5);
    return 'answer' in asked
      ? { event: { type: 'queryAnswered', answer: asked.answer }, at }
      : { event: { type: 'queryFailed', failure: asked.failure }, at };
  }

  /**
   * The guarded cancel, attempt after attempt, by the script of `domain/guarded-write.ts`.
   *
   * @param meanwhile lets the world go on; `true`: something overtook the cancel
   */
  cancel(now: Instant, input: CancelServiceOrderInput, meanwhile: (at: Instant) => boolean): Heard {
    const rules = cancelRules(input.requests, input.known);
    let announced: Announced | null = null;
    let at = now;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const sent: Sent = announced?.sent ?? 'no';
      const first = this.ask();
      at += SECOND / 2;
      if (meanwhile(at)) return { event: superseded(sent), at };
      if ('failure' in first) {
        const { kind } = first.failure;
        if (kind === 'hint' || kind === 'fatal') return { event: cancelFailed(kind, sent, { announced }), at };
        at += SECOND;
        continue;
      }
      const before = first.answer;
      const earlier = announced === null ? {} : { earlier: announced };
      if (!rules.allows(before)) return answered({ before, sent, ...earlier, write: null, after: null }, at);
      const told: Announced = { sent: mostSent(sent, 'maybe'), allowedFor: progressOf(before) };
      const luck = this.chance();
      if (luck < 4) return lost(told, at);
      this.arrived.push({ at, reason: input.reason });
      const write = this.write(at);
      at += SECOND / 2;
      if (luck < 8) return lost(told, at);
      meanwhile(at);
      const after = this.ask();
      if (!isTriedAgain(rules, write, after)) {
        return answered({ before, sent: 'yes', ...earlier, write, after }, at);
      }
      announced = { ...told, sent: 'yes' };
      at += SECOND;
    }
    return { event: cancelFailed('retry', announced?.sent, { code: 'SYSTEM_ERROR', announced }), at };
  }

  private ask(): Asked {
    const luck = this.chance();
    const fails = (kind: FailureKind): Asked => ({
      failure: { call: 'queryServiceOrder', code: 'SYSTEM_ERROR', kind, requestId: null },
    });
    if (luck < 8) return fails(luck < 5 ? 'retry' : 'unknown');
    if (luck < 10) return fails(luck < 9 ? 'hint' : 'fatal');
    if (this.state === 'UNPLACED') return { answer: answerThat('notFound') };
    const { state, totalDue } = this;
    const collection = totalDue === null ? null : this.isPaid ? 'USER_PAID' : 'USER_PAYING';
    const description = totalDue !== null ? 'MCH_COMPLETE' : this.confirmed ? 'USER_CONFIRM' : null;
    return { answer: { found: true, state, description, collection, totalDue, orderId: null, requestId: null } };
  }

  private write(at: Instant): WriteReply<CancelReply> {
    const luck = this.chance();
    const fails = (kind: FailureKind): WriteReply<CancelReply> => ({
      failure: { call: 'cancelServiceOrder', code: 'SYSTEM_ERROR', kind, requestId: null },
    });
    const later = (): void => {
      this.cancelTakesEffectAt ??= at + (this.chance() / 99) * LATEST_EFFECT;
    };
    if (luck < 4) return fails(luck < 2 ? 'hint' : 'fatal');
    if (luck < 14) {
      if (luck < 9) later();
      return fails('retry');
    }
    if (luck < 30) {
      if (luck < 24) later();
      return fails('unknown');
    }
    const answer =
      luck < 34 ? 'tooOften' : luck < 36 ? 'refusedRequest' : this.answerToCancel(luck < 50 ? later : null);
    if (luck < 60 && luck >= 50) return fails('unknown');
    return { answer: { answer, requestId: null } };
  }

  /** @param later an accepted cancel takes effect later; `null`: at once */
  private answerToCancel(later: (() => void) | null): CancelAnswer {
    if (this.state === 'REVOKED') return 'alreadyCancelled';
    if (this.state === 'DONE' || this.isPaid) return 'done';
    if (this.state === 'UNPLACED') return 'notFound';
    if (this.state === 'EXPIRED') return 'refusedState';
    if (this.totalDue !== null && this.chance() < 20) return 'inProgress';
    if (later === null) this.revoke();
    else later();
    return 'accepted';
  }

  private revoke(): void {
    if ((this.state === 'CREATED' || this.state === 'DOING') && !this.isPaid) this.state = 'REVOKED';
    this.cancelTakesEffectAt = null;
  }
}

function answered(result: Extract<ServiceOrderEvent, { type: 'cancelAnswered' }>['result'], at: Instant): Heard {
  return { event: { type: 'cancelAnswered', result }, at };
}

/** The worker was lost with its attempt, which had announced the cancel. */
function lost(announced: Announced, at: Instant): Heard {
  return { event: cancelFailed('unknown', announced.sent, { announced }), at: at + 20 * SECOND };
}
