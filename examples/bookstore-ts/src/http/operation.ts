/** An operation is described once: its route, its validation and its document follow from that. */

import type { Static, TObject } from "@sinclair/typebox";
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import type { LoginThrottle } from "../security/throttle.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import type { Account } from "../store/users.ts";

/** What lives as long as the application, for the code of operations to work with. */
export interface Parts {
  readonly settings: Settings;
  readonly database: Database;
  readonly throttle: LoginThrottle;
}

/** The success of an operation. */
export interface Answer {
  readonly status: 200 | 201 | 204;
  readonly text: string;
  readonly shape?: TObject;
}

/** What the document says of an operation, and what requests have to keep to. */
export interface Operation<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TObject = TObject,
> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As OpenAPI writes it, such as `/v1/books/{id}`. */
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly access: "open" | "account" | "admin";
  readonly params: P;
  readonly query: Q;
  readonly body?: B;
  readonly answer: Answer;
  /** Statuses of 400 or more that it gives beside those of its access, body and parameters. */
  readonly refusals?: readonly number[];
}

/** A request that kept to the document, from an account that may make it. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly account: Account;
  readonly address: string;
  readonly parts: Parts;
  readonly log: FastifyBaseLogger;
  readonly reply: FastifyReply;
}

/** An operation with the code that does it. */
export interface Endpoint {
  readonly operation: Operation;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
}

/** Join an operation and its code; what the code returns is the body of the answer. */
export function endpoint<P extends TObject, Q extends TObject, B extends TObject>(
  operation: Operation<P, Q, B>,
  code: (call: Call<Static<P>, Static<Q>, Static<B>>) => unknown,
): Endpoint {
  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.code(operation.answer.status);
    return code({
      params: request.params as Static<P>,
      query: request.query as Static<Q>,
      body: request.body as Static<B>,
      account: request.account,
      address: request.ip,
      parts: request.server.parts,
      log: request.log,
      reply,
    });
  };
  return { operation, handle };
}

/** Every status of 400 or more that these operations may answer with. */
export function refusalsOf(...operations: readonly Operation[]): number[] {
  const statuses = operations.flatMap(({ access, body, refusals = [] }) => [
    ...refusals,
    ...(access === "open" ? [] : [401]),
    ...(access === "admin" ? [403] : []),
    ...(body ? [400, 413, 415] : []),
    422,
    500,
  ]);
  return [...new Set(statuses)].sort((one, other) => one - other);
}
