import { DAY } from '../../domain/time.js';

/** As in `2031-11-22`, UTC. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** As in `on 2031-11-22, in 1825 days`. */
export function daysUntil(instant: number, now: number): string {
  const days = Math.floor((instant - now) / DAY);
  return `on ${dayOf(instant)}, in ${days} ${days === 1 ? 'day' : 'days'}`;
}
