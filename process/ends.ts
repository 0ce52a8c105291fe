/** What must be ended with a process, last things first. */
export type Ends = (() => Promise<void>)[];

/** Runs something, and then ends what it has begun, also where it fails. */
export async function endingAll(run: (ends: Ends) => Promise<void>): Promise<void> {
  const ends: Ends = [];
  try {
    await run(ends);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
