/** The one error envelope, and how every failure gets into it. */

import { Type } from "@sinclair/typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { closed } from "../schemas.ts";

/** What a status of 400 or more means: its code for programs and its text for people. */
export interface Meaning {
  readonly code: string;
  readonly text: string;
}

const TEXTS: readonly [number, string, string][] = [
  [400, "bad_request", "The request could not be read."],
  [401, "unauthenticated", "Missing, expired or wrong credentials."],
  [403, "forbidden", "This account may not do that."],
  [404, "not_found", "There is no such object for this account."],
  [405, "method_not_allowed", "This path does not have that method."],
  [409, "conflict", "The present state does not allow it."],
  [413, "payload_too_large", "The body is larger than 64 KiB."],
  [415, "unsupported_media_type", "The body is not JSON."],
  [422, "validation_failed", "A parameter or field is missing, unknown or out of range."],
  [429, "too_many_requests", "Too many wrong passwords; wait as `Retry-After` says."],
  [500, "internal_error", "A fault of the service; quote the request id."],
  [503, "not_ready", "The service cannot take requests at the moment."],
];
export const MEANINGS: ReadonlyMap<number, Meaning> = new Map(
  TEXTS.map(([status, code, text]) => [status, { code, text }]),
);

const Detail = Type.Object(
  { field: Type.String({ examples: ["body.title"] }), message: Type.String() },
  {
    ...closed,
    title: "ErrorDetail",
    description: "One thing that is wrong with the request.",
  },
);

export const ErrorEnvelope = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.Unsafe<string>({
          type: "string",
          enum: [...MEANINGS.values()].map(({ code }) => code),
        }),
        message: Type.String(),
        details: Type.Array(Detail),
      },
      closed,
    ),
  },
  {
    ...closed,
    title: "Error",
    description: "The body of every answer with a status of 400 or more.",
  },
);

interface Options {
  readonly details?: readonly { field: string; message: string }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ends a request with this status; the message is shown to the client. */
export class ApiError extends Error {
  readonly status: number;
  readonly options: Options;

  constructor(status: number, message = "", options: Options = {}) {
    super(message || MEANINGS.get(status)?.text);
    this.status = status;
    this.options = options;
  }
}

/** 401, naming the scheme as RFC 9110 asks. */
export function unauthenticated(message = ""): ApiError {
  return new ApiError(401, message, {
    headers: { "www-authenticate": "Bearer" },
  });
}

/** Answer with the envelope, whatever went wrong. */
export async function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const known = error instanceof ApiError ? error : new ApiError(statusOf(error));
  if (known.status === 500) request.log.error({ err: error }, "unhandled error");
  const { details = [], headers = {} } = known.options;
  const code = MEANINGS.get(known.status)?.code;
  await reply
    .code(known.status)
    .headers(headers)
    .send({ error: { code, message: known.message, details } });
}

/** Fastify's own refusals say their status; anything else is our fault. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (MEANINGS.has(status)) return status;
  return status >= 400 && status < 500 ? 400 : 500;
}
