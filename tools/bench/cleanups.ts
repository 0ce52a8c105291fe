type Cleanup = () => unknown;

/** What has to be ended, the last begun first; also when something fails, or a person interrupts. */
export class Cleanups {
  private readonly steps: Cleanup[] = [];
  private over = false;

  /** Whether the end has begun: nothing new should. */
  get isOver(): boolean {
    return this.over;
  }

  /** What begins only after the end is ended at once. */
  push(step: Cleanup): void {
    if (this.over) void done(step);
    else this.steps.push(step);
  }

  /** Each is tried, whatever became of the others. */
  async end(): Promise<void> {
    this.over = true;
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
