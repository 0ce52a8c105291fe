import type { ServiceOrderEvent } from '../../domain/payscore/state.js';
import type { CancelAnswer, ServiceOrderFound } from '../../domain/payscore/service-order.js';
import { SECOND, type Instant } from '../../domain/time.js';
import { cancelAnswered, failed, notified, SERVICE_ORDER } from './service-orders.js';

/** A chance, 0 to 99. Once a story has no more of them, WeChat Pay is in its best mood: 99. */
export type Chances = () => number;

/** What WeChat Pay was asked to do, to be audited afterwards. */
export interface Sent {
  readonly at: Instant;
  readonly reason: string;
}

type State = ServiceOrderFound['state'] | 'UNPLACED';

/**
 * A WeChat Pay that keeps to its documents, and is as unreliable as they allow: it cancels in CREATED and any DOING,
 * answers may be lost or come too late, and the user and the merchant do what they like at any time.
 */
export class LawfulPayscore {
  state: State;
  /** The amount due, once the merchant has completed the service. */
  totalDue: number | null = null;
  isPaid = false;
  readonly sent: Sent[] = [];
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

  query(now: Instant): { readonly event: ServiceOrderEvent; readonly took: number } {
    const luck = this.chance();
    const took = this.chance() < 10 ? 8 * SECOND : SECOND / 5;
    if (luck < 8) return { event: failed('query', luck < 5 ? 'retry' : 'unknown'), took };
    if (luck < 10) return { event: failed('query', luck < 9 ? 'hint' : 'fatal', 'SIGN_ERROR'), took };
    const asked = { askedAt: now, requestId: null };
    if (this.state === 'UNPLACED') {
      return { event: { type: 'queryAnswered', answer: { found: false, code: 'ORDER_NOT_EXIST', ...asked } }, took };
    }
    const found: ServiceOrderFound = {
      found: true,
      state: this.state,
      description: this.description(),
      collection: this.totalDue === null ? null : this.isPaid ? 'USER_PAID' : 'USER_PAYING',
      totalDue: this.totalDue,
      orderId: SERVICE_ORDER.outOrderNo,
    };
    return { event: { type: 'queryAnswered', answer: { ...found, ...asked } }, took };
  }

  cancel(now: Instant, reason: string): ServiceOrderEvent {
    const luck = this.chance();
    if (luck < 3) return cancelAnswered('queryTooOld');
    if (luck < 5) return failed('cancel', 'unknown', 'LOCAL_NO_ANSWER', false);
    if (luck < 7) return failed('cancel', 'hint', 'SIGN_ERROR');
    this.sent.push({ at: now, reason });
    if (luck < 10) return cancelAnswered('tooOften');
    if (luck < 15) return failed('cancel', 'retry');
    if (luck < 16) return failed('cancel', 'fatal', 'NO_AUTH');
    if (luck < 17) return cancelAnswered('refusedRequest');
    if (luck < 30) {
      this.cancelTakesEffectAt = now + this.chance() * 2 * SECOND;
      return failed('cancel', 'unknown', 'LOCAL_NO_ANSWER');
    }
    const answer = this.answerToCancel();
    return luck < 45 ? failed('cancel', 'unknown', 'LOCAL_NO_ANSWER') : cancelAnswered(answer);
  }

  private answerToCancel(): CancelAnswer {
    if (this.state === 'REVOKED') return 'alreadyCancelled';
    if (this.state === 'DONE' || this.isPaid) return 'done';
    if (this.state === 'UNPLACED') return 'notFound';
    if (this.state === 'EXPIRED') return 'refusedState';
    if (this.totalDue !== null && this.chance() < 20) return 'inProgress';
    this.revoke();
    return 'accepted';
  }

  private revoke(): void {
    if ((this.state === 'CREATED' || this.state === 'DOING') && !this.isPaid) this.state = 'REVOKED';
    this.cancelTakesEffectAt = null;
  }

  private description(): ServiceOrderFound['description'] {
    if (this.totalDue !== null) return 'MCH_COMPLETE';
    return this.confirmed ? 'USER_CONFIRM' : null;
  }
}
