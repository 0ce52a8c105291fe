import { checkout } from './checkout.js';

checkout(process.env['TEMPORAL_ADDRESS'] ?? '', process.env['NUMBER'] ?? '').then(
  (workflowId) => console.log(workflowId),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
