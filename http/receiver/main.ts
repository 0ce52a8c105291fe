#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { orThrow } from '../../wechatpay/merchants/faults.js';
import { endWell } from '../../process/exit.js';
import { jsonLogger } from '../../process/logging.js';
import { readReceiverConfiguration, RECEIVER_HELP } from './config.js';
import { runReceiver } from './run.js';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) return console.log(RECEIVER_HELP);
  const configuration = orThrow(readReceiverConfiguration(process.env));
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort());
  await runReceiver(configuration, jsonLogger(configuration.config.logLevel), stopped.signal);
}

await endWell('receiver', main);
