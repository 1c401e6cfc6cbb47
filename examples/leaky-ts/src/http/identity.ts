/** Who is asking, and whether this account may. */

import type { FastifyRequest } from "fastify";
import { readToken } from "../security/tokens.ts";
import { type Account, findAccount } from "../store/users.ts";
import { ApiError, unauthenticated } from "./errors.ts";
import type { Operation } from "./operation.ts";

/** Stands for whoever uses an operation that asks for no account. */
export const ANYONE: Account = { id: 0, username: "anyone", role: "customer" };

/** The account behind the request; an ApiError of 401 or 403 if it may not do this. */
export async function identify(
  request: FastifyRequest,
  access: Operation["access"],
): Promise<Account> {
  if (access === "open") return ANYONE;
  const account = await accountOf(request);
  if (!account) throw unauthenticated();
  if (access === "admin" && account.role !== "admin") throw new ApiError(403);
  return account;
}

/** Role and name come from the database, so that a change holds at once. */
async function accountOf(request: FastifyRequest) {
  const { settings, database } = request.server.parts;
  const [scheme, token = "", ...rest] = (request.headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || rest.length > 0) return undefined;
  const id = await readToken(settings.jwtSecret, token);
  return id === undefined ? undefined : findAccount(database, id);
}
