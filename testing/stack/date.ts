const RealDate = globalThis.Date;

/** The wall clock of the machine, in milliseconds since 1970, also while `Date` goes ahead of it. */
export const wallClock = (): number => RealDate.now();

let ahead = 0;
const now = (): number => RealDate.now() + ahead;

const MovedDate = new Proxy(RealDate, {
  construct: (date, args: unknown[], newTarget) =>
    Reflect.construct(date, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (date, name, receiver) => (name === 'now' ? now : (Reflect.get(date, name, receiver) as unknown)),
});

/**
 * Makes `Date` of this process go ahead of the machine's clock, unless someone else has replaced it, as fake timers do. Timers
 * stay as they are.
 *
 * @param time milliseconds
 */
export function moveDate(time: number): void {
  ahead = time;
  if (globalThis.Date === RealDate) setDate(MovedDate);
}

/** Gives `Date` back, unless someone else has replaced it since. */
export function restoreDate(): void {
  ahead = 0;
  if (globalThis.Date === MovedDate) setDate(RealDate);
}

function setDate(date: DateConstructor): void {
  globalThis.Date = date;
  // Libraries compare `value.constructor` with `Date`.
  RealDate.prototype.constructor = date;
}
