/** The progress of the prepared orders. */
export interface Progress {
  /** How many were queried after their close. */
  readonly finished: number;
  /** The order numbers of the last of them. */
  readonly last: readonly string[];
  /** Calls about unknown orders, and second closes. */
  readonly unexpected: number;
}

/** The admin requests to the fake WeChat Pay. */
export class FakeClient {
  constructor(private readonly host: string) {}

  /** Replaces all orders by these, and signs the answers about them in advance. */
  async prepare(numbers: readonly string[]): Promise<void> {
    await this.ask('prepare', JSON.stringify({ numbers }));
  }

  async progress(): Promise<Progress> {
    return (await this.ask('progress')) as Progress;
  }

  /** When the close of each order arrived, in milliseconds since 1970; `null`: it did not. */
  async arrivals(): Promise<Readonly<Record<string, number | null>>> {
    return (await this.ask('arrivals')) as Readonly<Record<string, number | null>>;
  }

  private async ask(what: string, body?: string): Promise<unknown> {
    const answer = await fetch(`${this.host}/bench/${what}`, { method: 'POST', ...(body !== undefined && { body }) });
    if (!answer.ok) throw new Error(`the fake WeChat Pay answers ${answer.status} to ${what}`);
    return answer.json();
  }
}
