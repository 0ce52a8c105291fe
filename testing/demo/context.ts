import type { OrderClient, ServiceOrderClient } from '../../client/index.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Ending } from './story-clock.js';
import type { Story } from './story-schema.js';

/** What every story needs. */
export interface DemoContext {
  /** What is put behind every number, so that a demo can be played again on the same server. */
  readonly run: string;
  readonly sandbox: Sandbox;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  /** Where the notifications go. */
  readonly notifyUrl: string;
  /** Where the merchants file is. */
  readonly folder: string;
  /** Prints what somebody did. */
  readonly tell: (number: string, deed: string) => void;
}

/** How an order or a service order of the demo ended. */
export interface Played extends Ending {
  readonly story: Story;
  /** As the audit names it. */
  readonly key: string;
}

/** A number of the file as it is in this run. */
export function inRun(number: string, { run }: Pick<DemoContext, 'run'>): string {
  return `${number}-${run}`;
}
