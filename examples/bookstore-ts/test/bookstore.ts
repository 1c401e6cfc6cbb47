/** A bookstore for one test: in memory, filled, with everyone logged in. */

import { randomBytes } from "node:crypto";
import type { InjectOptions } from "fastify";
import { buildApp, openParts } from "../src/app.ts";
import { hashPassword } from "../src/security/passwords.ts";
import { issueToken } from "../src/security/tokens.ts";
import { fill } from "../src/store/demo.ts";
import { upgrade } from "../src/store/migrations.ts";
import { findLogin } from "../src/store/users.ts";

export const SECRET = randomBytes(36).toString("base64url");
export const PASSWORD = randomBytes(9).toString("base64url");

const HASH = await hashPassword(PASSWORD);

const SETTINGS = {
  database: ":memory:",
  jwtSecret: SECRET,
  logLevel: "silent",
  host: "127.0.0.1",
  port: 8000,
};

/** The JSON of an answer, as far as tests look into it. */
export interface Body {
  id: number;
  total: number;
  total_cents: number;
  stock: number;
  title: string;
  items: Body[];
  lines: Body[];
  quantity: number;
  access_token: string;
  error: { code: string; message: string; details: { field: string }[] };
}

export function openBookstore() {
  const parts = openParts(SETTINGS);
  upgrade(parts.database);
  fill(parts.database, [
    { username: "demo", role: "customer", hash: HASH },
    { username: "admin", role: "admin", hash: HASH },
  ]);
  const app = buildApp(parts);

  /** Send a request as this account. */
  async function send(user: string, options: InjectOptions) {
    const id = findLogin(parts.database, user)?.id ?? 0;
    const authorization = `Bearer ${await issueToken(SECRET, id)}`;
    const headers = { authorization, ...options.headers };
    return app.inject({ ...options, headers });
  }

  return { app, parts, send };
}
