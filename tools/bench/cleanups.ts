type Cleanup = () => unknown;

/** What has to be ended, the last begun first; also when something fails, or a person interrupts. */
export class Cleanups {
  private readonly steps: Cleanup[] = [];
  private ending: Promise<void> | undefined;

  /** Whether the end has begun: nothing new should. */
  get isOver(): boolean {
    return this.ending !== undefined;
  }

  /** What begins only after the end is ended at once. */
  push(step: Cleanup): void {
    if (this.isOver) void done(step);
    else this.steps.push(step);
  }

  /** Each is tried, whatever became of the others. Whoever asks for the end waits for all of it. */
  end(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) await done(step);
  }

  /** Does something with cleanups of its own, which are done at its end; or at the end of these, if that comes sooner. */
  async scoped<T>(action: (scope: Cleanups) => Promise<T>): Promise<T> {
    const scope = new Cleanups();
    const end = (): Promise<void> => scope.end();
    this.push(end);
    try {
      return await action(scope);
    } finally {
      await end();
      const place = this.steps.indexOf(end);
      if (place >= 0) this.steps.splice(place, 1);
    }
  }
}

async function done(step: Cleanup): Promise<void> {
  try {
    await step();
  } catch (error) {
    console.error(`a cleanup failed: ${String(error)}`);
  }
}
