import type { RequestBody, RequestHeaders } from './request.js';

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty with status 204. */
  readonly body: string;
}

/** What answers the requests of one path, whichever server they come by. None of it throws. */
export interface Exchange {
  /** The answer to a POST. */
  receive(body: RequestBody, headers: RequestHeaders): Promise<HttpAnswer>;
  /** The answer if the raw bytes are gone, because something else has read the body. */
  bodyConsumed(headers: RequestHeaders): HttpAnswer;
  /** The answer to any other method. */
  readonly wrongMethod: HttpAnswer;
  /** Whether an answer is a refusal, which anyone can get; not one that asks for the same once more. */
  isRefusal(answer: HttpAnswer): boolean;
}
