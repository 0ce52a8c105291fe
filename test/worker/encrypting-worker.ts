import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { startWorker } from '../../worker/index.js';
import { OWNED_CODEC } from '../support/owned-codec.js';

/** A program with a worker in it that encodes what Temporal stores, and has an interceptor of its own. */
const telling: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute: (input, next) => {
      console.log(JSON.stringify({ msg: 'intercepted', activityType: info.activityType }));
      return next(input);
    },
  },
});
await startWorker({ dataConverter: { payloadCodecs: [OWNED_CODEC] }, interceptors: { activity: [telling] } });
