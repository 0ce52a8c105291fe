import { z } from 'zod';
import type { ServiceOrderInput } from '../../client/index.js';
import type { OrderInput } from '../../domain/orders/order.js';
import * as inputs from '../../http/api/inputs.js';

/** The fields of each form of an input. */
type FieldOf<Input> = Input extends unknown ? keyof Input : never;
type ShapeOf<Input> = Readonly<Record<FieldOf<Input>, z.ZodType>>;

const either = (...choices: readonly (readonly string[])[]) => ({ oneOf: choices.map((required) => ({ required })) });

const { mchid, outTradeNo } = inputs.orderPath.shape;
const orderInput = z
  .strictObject({
    ...inputs.startOrder.shape,
    mchid,
    ...inputs.orderQuery.shape,
    outTradeNo: outTradeNo.optional(),
    transactionId: z.string().optional().meta({
      description: "WeChat Pay's number, in place of outTradeNo. Only for v3-global.",
    }),
  } satisfies ShapeOf<OrderInput>)
  .meta({
    title: 'OrderInput',
    description: 'The input of the workflow timeoutThenClose.',
    allOf: [
      either(['outTradeNo'], ['transactionId']),
      either(['payBefore'], ['payWithin']),
      either(['amount'], ['amountUnknown']),
    ],
  });

const serviceOrderInput = z
  .strictObject({
    ...inputs.cancelServiceOrder.shape,
    ...inputs.serviceOrderPath.shape,
    request: inputs.cancelServiceOrder.shape.request.optional(),
  } satisfies ShapeOf<ServiceOrderInput>)
  .meta({ title: 'ServiceOrderInput', description: 'The input of the workflow cancelPayscore.' });

/** The JSON Schemas of what starts a workflow, for a service that uses Temporal's SDK of another language. */
export const INPUT_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'schemas/order-input.schema.json': orderInput,
  'schemas/service-order-input.schema.json': serviceOrderInput,
};

export function schemaText(schema: z.ZodType): string {
  return JSON.stringify(z.toJSONSchema(schema, { io: 'input' }));
}
