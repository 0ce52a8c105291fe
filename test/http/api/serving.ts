import { Client, Connection } from '@temporalio/client';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { onTestFinished } from 'vitest';
import type { Clients } from '../../../http/api/operations.js';
import { clientsOf } from '../../../http/api/run.js';
import type { ApiEvent } from '../../../http/api/requests.js';
import { type ApiOptions, serveApi } from '../../../http/api/server.js';
import { freeAddress } from '../../../testing/demo/processes.js';
import { DEFAULT_TASK_QUEUE } from '../../../workflows/messages/orders.js';

/** What the API said. */
export interface Said {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

interface Sent {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request: `PUT /v1/…`. Its answer must be as the document declares it. */
export type Ask = (request: string, sent?: Sent) => Promise<Said>;

type Document = Readonly<Record<string, unknown>> & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>;
};

/** Sends requests to an API, and compares each answer with its document. */
export async function asking(url: string): Promise<Ask> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const fits = fittingAnswer(document);
  return async (request, { body, token, headers } = {}) => {
    const [method = '', path = ''] = request.split(' ');
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const said = { status: answer.status, body: (await answer.json()) as Said['body'], headers: answer.headers };
    fits(method, path.split('?', 1)[0] ?? '', said);
    return said;
  };
}

/** @returns throws if an answer is not declared for its operation and status, or does not fit its schema */
function fittingAnswer(document: Document): (method: string, path: string, said: Said) => void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'openapi');
  return (method, path, { status, body, headers }) => {
    const template = Object.keys(document.paths).find((each) =>
      new RegExp(`^${each.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
    const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
    const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
    if (operation === undefined) {
      if (status !== 404 && status !== 405) throw new Error(`${method} ${path} is no operation, and answers ${status}`);
      return;
    }
    const pointer = [
      'paths',
      template ?? '',
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ]
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = ajv.getSchema(`openapi#/${pointer}`);
    if (validate === undefined) throw new Error(`${method} ${path} does not declare ${status} ${type}`);
    if (!validate(body)) throw new Error(`${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}`);
    if (status === 503 && headers.get('retry-after') === null) throw new Error('503 without Retry-After');
  };
}

export interface Serving {
  readonly url: string;
  readonly ask: Ask;
  readonly events: ApiEvent[];
  stop(): Promise<void>;
}

/** What keeps how to end something until it is to end. */
type Keep = (stop: () => Promise<void>) => void;

/** Serves the API in this process. It ends with the test, unless what ends it is kept elsewhere. */
export async function serving(
  clients: Partial<Clients>,
  options: Partial<Pick<ApiOptions, 'tokens' | 'places'>> = {},
  keep: Keep = onTestFinished,
): Promise<Serving> {
  const address = await freeAddress();
  const events: ApiEvent[] = [];
  const server = await serveApi({
    address,
    clients: clients as Clients,
    tokens: undefined,
    observe: (event) => events.push(event),
    ...options,
  });
  keep(() => server.close());
  const url = `http://${address}`;
  return { url, ask: await asking(url), events, stop: () => server.close() };
}

/** The clients of an API, by a connection of their own that ends with the test. */
export function clientsAt(address: string, namespace = 'default', taskQueue = DEFAULT_TASK_QUEUE): Clients {
  const connection = Connection.lazy({ address });
  onTestFinished(() => connection.close());
  return clientsOf(new Client({ connection, namespace }), taskQueue);
}

/** The path of an order. */
export function pathOf({ mchid, outTradeNo }: { readonly mchid: string; readonly outTradeNo: string }): string {
  return `/v1/merchants/${mchid}/orders/${encodeURIComponent(outTradeNo)}`;
}
