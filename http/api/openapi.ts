import { readFileSync } from 'node:fs';
import type { SwaggerOptions } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import { ourVersion, packageFile } from '../../process/command-line.js';
import * as answers from './answers.js';
import * as inputs from './inputs.js';
import { OPERATION_LIST, type Operation, type OperationName, problemsOf } from './operations.js';
import { PROBLEM_JSON, type ProblemCode, PROBLEMS } from './problems.js';

type JsonSchema = Readonly<Record<string, unknown>>;

/** The schemas that have a name in the document. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  Duration: inputs.duration,
  OrderInput: inputs.startOrder,
  CloseRequest: inputs.closeOrder,
  ExtendRequest: inputs.extendOrder,
  PlacementFailed: inputs.placementFailed,
  ServiceOrderCancel: inputs.cancelServiceOrder,
  StartedOrder: answers.startedOrder,
  Order: answers.orderView,
  CheckedOrder: answers.checkedOrder,
  RequestedClose: answers.requestedClose,
  ReportedPlacement: answers.reportedPlacement,
  Outcome: answers.outcome,
  RequestedCancel: answers.requestedCancel,
  ServiceOrder: answers.serviceOrderView,
  ServiceOutcome: answers.serviceOutcome,
  OutcomePage: answers.feedPage,
  OutcomeEvent: answers.outcomeEvent,
};

const PREFIX = '#/components/schemas/';

function refTo(name: string): JsonSchema {
  return { $ref: PREFIX + name };
}

function refOf(schema: z.ZodType): JsonSchema {
  const [name] = Object.entries(NAMED).find(([, each]) => each === schema) ?? [];
  if (name === undefined) throw new Error('a schema of an operation has no name');
  return refTo(name);
}

function namedSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => PREFIX + id });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, plain(schema)]));
}

/** Without what only a schema that stands alone has. */
function plain({ $schema: _dialect, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return plain(z.toJSONSchema(schema, { io: 'input' }));
}

/** The schema of an event, which the package has as a file. Its definitions get names of their own in the document. */
function eventSchemas(): Record<string, JsonSchema> {
  const text = readFileSync(packageFile('schemas/outcome-event.schema.json'), 'utf8');
  const nameOf = (definition: string): string => `OutcomeEvent.${definition}`;
  const renamed = text.replaceAll(/"#\/\$defs\/([\w.-]+)"/g, (_, name: string) => `"${PREFIX}${nameOf(name)}"`);
  const { $defs = {}, ...event } = JSON.parse(renamed) as JsonSchema & { readonly $defs?: Record<string, JsonSchema> };
  const parts = Object.entries($defs).map(([name, schema]) => [nameOf(name), schema] as const);
  return { OutcomeEvent: plain(event), ...Object.fromEntries(parts) };
}

/** The schema of the problems of one status. */
function problemSchema(status: number, codes: readonly ProblemCode[]): JsonSchema {
  const text = { type: 'string' };
  const fault = {
    type: 'object',
    properties: { field: text, value: text, rule: text },
    required: ['field', 'rule'],
  };
  const hasFaults = codes.includes('invalid-order');
  return {
    type: 'object',
    properties: {
      type: { type: 'string', format: 'uri' },
      title: text,
      status: { type: 'integer', enum: [status] },
      detail: text,
      code: { type: 'string', enum: codes },
      ...(hasFaults && { faults: { type: 'array', items: fault } }),
    },
    required: ['type', 'title', 'status', 'detail', 'code'],
  };
}

const TEXT_HEADER = { type: 'string' };
const HEADERS: Readonly<Record<number, JsonSchema>> = {
  401: { 'WWW-Authenticate': TEXT_HEADER },
  503: { 'Retry-After': { type: 'integer', description: 'Seconds.' } },
};

/** What an operation answers, by status: `description`, `headers` and `content` as Fastify's plugin has them. */
function responsesOf(operation: Operation): Record<string, JsonSchema> {
  const said = Object.entries(operation.answers).map(([status, { means, schema }]) => [
    status,
    { description: means, content: { 'application/json': { schema: refOf(schema) } } },
  ]);
  const problems = problemsOf(operation);
  const refused = [...new Set(problems.map((code) => PROBLEMS[code].status))].map((status) => {
    const codes = problems.filter((code) => PROBLEMS[code].status === status);
    const answered = {
      description: codes.map((code) => `${code}: ${PROBLEMS[code].title}.`).join(' '),
      ...(HEADERS[status] && { headers: HEADERS[status] }),
      content: { [PROBLEM_JSON]: { schema: problemSchema(status, codes) } },
    };
    return [String(status), answered];
  });
  return Object.fromEntries([...said, ...refused]) as Record<string, JsonSchema>;
}

/** The schema of a route, for the document. What is sent is checked at the door. */
export function schemaOf(name: OperationName, operation: Operation): FastifySchema {
  const { body, means, query, pathSchema } = operation;
  return {
    operationId: name,
    summary: means,
    params: jsonSchemaOf(pathSchema),
    ...(Object.keys(query.shape).length > 0 && { querystring: jsonSchemaOf(query) }),
    ...(body && { body: refOf(body) }),
    response: responsesOf(operation),
  };
}

interface Described {
  readonly responses?: Readonly<
    Record<string, { readonly headers?: Readonly<Record<string, { required?: boolean }>> }>
  >;
}

/** Says that the headers of an answer are always there. Fastify's plugin has no word for it. */
function requireHeaders(paths: object): void {
  for (const { responses = {} } of Object.values(paths).flatMap((path: object) => Object.values(path) as Described[]))
    for (const { headers = {} } of Object.values(responses))
      for (const header of Object.values(headers)) header.required = true;
}

/** @param hasTokens whether a request needs a token */
export function documentOptions(hasTokens: boolean): SwaggerOptions {
  const scheme = { token: { type: 'http', scheme: 'bearer' } } as const;
  return {
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      requireHeaders(document.openapiObject.paths ?? {});
      return document.openapiObject;
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'wechatpay-orders api',
        version: ourVersion(),
        description: 'Watches WeChat Pay orders: each ends paid, or closed so that it cannot be paid any more.',
      },
      components: { schemas: { ...namedSchemas(), ...eventSchemas() }, ...(hasTokens && { securitySchemes: scheme }) },
      ...(hasTokens && { security: [{ token: [] }] }),
    },
  };
}

/** The methods of each path, by its form. */
export const METHODS: ReadonlyMap<RegExp, readonly string[]> = new Map(
  [...new Set(OPERATION_LIST.map(([, { path }]) => path))].map((path) => [
    new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    OPERATION_LIST.filter(([, each]) => each.path === path).map(([, { method }]) => method),
  ]),
);
