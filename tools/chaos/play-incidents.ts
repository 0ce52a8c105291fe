import type { Loss } from './evidence.js';
import type { Incident } from './plan.js';
import type { Environment } from './environment.js';
import type { ProcessRun, SupervisedProcess } from './supervised-process.js';
import { stateOf } from '../processes.js';
import type { StormClock } from './context.js';

/** A loss that may still last. */
interface OpenLoss extends Omit<Loss, 'until'> {
  readonly until: () => number | null;
}

/** Kills, freezes and cuts off what the plan says, moves keys, and records when each was lost and back. */
export class IncidentPlayer {
  private readonly open: OpenLoss[] = [];

  constructor(
    private readonly environment: Environment,
    private readonly clock: StormClock,
    private readonly onProgress: (line: string) => void,
  ) {}

  /** Plays all incidents. Returns when the last is over. */
  async play(incidents: readonly Incident[]): Promise<void> {
    await Promise.all(
      incidents.map(async (incident) => {
        await this.clock.at(incident.at);
        if (!this.clock.isOver) await this.playIncident(incident);
      }),
    );
  }

  /** What was lost so far, and when it was back. */
  losses(): Loss[] {
    return this.open.map((loss) => ({ ...loss, until: loss.until() }));
  }

  /** Kills the process that made a call, if it still runs. */
  killWorker(pid: number): void {
    const worker = this.environment.workers.find((each) => each.pid === pid);
    if (worker !== undefined) this.kill(worker, 'worker-killed');
  }

  /** Continues each worker that has stopped itself, after this long. Returns when the storm is over. */
  async thawFrozen(forMs: number): Promise<void> {
    while (!this.clock.isOver) {
      for (const worker of this.environment.workers) {
        if ((await stateOf(worker.pid)) === 'T') await this.freeze(worker, forMs);
      }
      await this.clock.rest(POLL_MS);
    }
  }

  private async playIncident(incident: Incident): Promise<void> {
    const { environment } = this;
    switch (incident.what) {
      case 'worker-killed':
        return this.kill(environment.workers[incident.number - 1], incident.what);
      case 'receiver-killed':
        return this.kill(environment.receivers[incident.number - 1], incident.what);
      case 'worker-frozen': {
        const worker = environment.workers[incident.number - 1];
        return worker && this.freeze(worker, incident.forMs);
      }
      case 'temporal-killed':
        return this.away(
          'temporal-killed',
          incident.forMs,
          () => environment.temporal.kill(),
          () => environment.temporal.start(),
        );
      case 'wechatpay-away':
        return this.away(
          'wechatpay-away',
          incident.forMs,
          () => environment.recordingProxy.setAway(true),
          () => environment.recordingProxy.setAway(false),
        );
      case 'checkout-away':
        return this.away(
          'checkout-away',
          incident.forMs,
          () => environment.checkout.leave(incident.how),
          () => environment.checkout.comeBack(),
        );
      case 'keys':
        return this.moveKeys(incident.step);
    }
  }

  private kill(process: SupervisedProcess | undefined, what: 'worker-killed' | 'receiver-killed'): void {
    const killed = process?.kill();
    if (process === undefined || killed === undefined) return;
    this.onProgress(`${process.options.name} (process ${killed.pid}) is killed`);
    const count = process.runs.length;
    const until = (): number | null => process.runs.slice(count).find(isReady)?.readyAt ?? null;
    this.open.push({ what, from: Date.now(), until, pid: killed.pid });
  }

  private async freeze(process: SupervisedProcess, forMs: number): Promise<void> {
    const { pid } = process;
    process.freeze();
    this.onProgress(`${process.options.name} (process ${pid}) is frozen for ${forMs / 1000} s`);
    await this.lasting('worker-frozen', pid, () => this.clock.rest(forMs));
    if (process.pid === pid) process.thaw();
  }

  private async away(
    what: 'temporal-killed' | 'wechatpay-away' | 'checkout-away',
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
    this.open.push({ what, from: Date.now(), until: () => endedAt, pid });
    await work();
    endedAt = Date.now();
  }

  private async moveKeys(step: 'rotate' | 'prepare' | 'begin' | 'end'): Promise<void> {
    const { sandbox, writeMerchants } = this.environment;
    this.onProgress(`keys of WeChat Pay: ${step}`);
    if (step === 'rotate') return sandbox.rotateKeys();
    if (step === 'end') return sandbox.endMoveOfKeys();
    await sandbox.moveKeys(step, 'public-key');
    await writeMerchants();
  }
}

const POLL_MS = 50;

function isReady({ readyAt }: ProcessRun): boolean {
  return readyAt !== null;
}
