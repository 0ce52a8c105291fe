import type { Loss } from './evidence.js';
import type { Incident } from './plan.js';
import type { Site } from './environment.js';
import type { Life, Slot } from './supervised-process.js';
import { stateOf } from '../verify-writes/lab.js';
import type { StormClock } from './context.js';

/** A loss as it is known while it lasts. */
interface OpenLoss extends Omit<Loss, 'until'> {
  readonly until: () => number | null;
}

/** Lets what is planned happen to processes, networks and keys, and remembers when each was lost and back. */
export class Strikes {
  private readonly losses: OpenLoss[] = [];

  constructor(
    private readonly site: Site,
    private readonly clock: StormClock,
    private readonly onProgress: (line: string) => void,
  ) {}

  /** Plays all incidents. Returns when the last is over. */
  async play(incidents: readonly Incident[]): Promise<void> {
    await Promise.all(
      incidents.map(async (incident) => {
        await this.clock.at(incident.at);
        if (!this.clock.isOver) await this.strike(incident);
      }),
    );
  }

  known(): Loss[] {
    return this.losses.map((loss) => ({ ...loss, until: loss.until() }));
  }

  /** Kills the process that made a call, if it still lives. */
  killProcess(pid: number): void {
    const slot = this.site.workers.find((each) => each.pid === pid);
    if (slot !== undefined) this.kill(slot, 'worker-killed');
  }

  /** Wakes workers that have stopped themselves, each after a while. Goes on until the storm is over. */
  async thawFrozen(forMs: number): Promise<void> {
    while (!this.clock.isOver) {
      for (const slot of this.site.workers) {
        if ((await stateOf(slot.pid)) === 'T') await this.freeze(slot, forMs);
      }
      await this.clock.rest(LOOK_MS);
    }
  }

  private async strike(incident: Incident): Promise<void> {
    const { site } = this;
    switch (incident.what) {
      case 'worker-killed':
        return this.kill(site.workers[incident.slot - 1], incident.what);
      case 'receiver-killed':
        return this.kill(site.receivers[incident.slot - 1], incident.what);
      case 'worker-frozen': {
        const slot = site.workers[incident.slot - 1];
        return slot && this.freeze(slot, incident.forMs);
      }
      case 'temporal-killed':
        return this.away(
          'temporal-killed',
          incident.forMs,
          () => site.temporal.kill(),
          () => site.temporal.start(),
        );
      case 'wechatpay-away':
        return this.away(
          'wechatpay-away',
          incident.forMs,
          () => site.witness.setAway(true),
          () => site.witness.setAway(false),
        );
      case 'keys':
        return this.moveKeys(incident.step);
    }
  }

  private kill(slot: Slot | undefined, what: 'worker-killed' | 'receiver-killed'): void {
    const life = slot?.kill();
    if (slot === undefined || life === undefined) return;
    this.onProgress(`${slot.options.name} (process ${life.pid}) is killed`);
    const place = slot.lives.length;
    const until = (): number | null => slot.lives.slice(place).find(isReady)?.readyAt ?? null;
    this.losses.push({ what, from: Date.now(), until, pid: life.pid });
  }

  private async freeze(slot: Slot, forMs: number): Promise<void> {
    const { pid } = slot;
    slot.freeze();
    this.onProgress(`${slot.options.name} (process ${pid}) is frozen for ${forMs / 1000} s`);
    await this.lasting('worker-frozen', pid, () => this.clock.rest(forMs));
    if (slot.pid === pid) slot.thaw();
  }

  private async away(
    what: 'temporal-killed' | 'wechatpay-away',
    forMs: number,
    begin: () => unknown,
    end: () => unknown,
  ): Promise<void> {
    this.onProgress(`${what}, for ${forMs / 1000} s`);
    await this.lasting(what, null, async () => {
      await begin();
      await this.clock.rest(forMs);
      await end();
    });
    this.onProgress(`${what}: over`);
  }

  private async lasting(what: Loss['what'], pid: number | null, work: () => Promise<void>): Promise<void> {
    let endedAt: number | null = null;
    this.losses.push({ what, from: Date.now(), until: () => endedAt, pid });
    await work();
    endedAt = Date.now();
  }

  private async moveKeys(step: 'rotate' | 'prepare' | 'begin' | 'end'): Promise<void> {
    const { sandbox, writeMerchants } = this.site;
    this.onProgress(`keys of WeChat Pay: ${step}`);
    if (step === 'rotate') return sandbox.rotateKeys();
    if (step === 'end') return sandbox.endMoveOfKeys();
    await sandbox.moveKeys(step, 'public-key');
    await writeMerchants();
  }
}

const LOOK_MS = 50;

function isReady({ readyAt }: Life): boolean {
  return readyAt !== null;
}
