/** SQL of the accounts. */

import { type Static, Type } from "@sinclair/typebox";
import type { Database } from "./database.ts";

const Role = Type.Union([Type.Literal("customer"), Type.Literal("admin")]);
const Account = Type.Object({
  id: Type.Integer(),
  username: Type.String(),
  role: Role,
});
const Known = Type.Object({
  id: Type.Integer(),
  password_hash: Type.String(),
});

export type Role = Static<typeof Role>;
export type Account = Static<typeof Account>;

/** The account of this number. */
export function findAccount(database: Database, id: number) {
  return database.first(Account, "SELECT id, username, role FROM users WHERE id = :id", { id });
}

/** What a login has to be compared with. */
export function findLogin(database: Database, username: string) {
  return database.first(Known, "SELECT id, password_hash FROM users WHERE username = :username", {
    username,
  });
}

/** Add an account, or give it this password if it is there. */
export function putAccount(
  database: Database,
  username: string,
  role: Role,
  passwordHash: string,
): void {
  database.run(
    `INSERT INTO users (username, password_hash, role, created_at)
     VALUES (:username, :passwordHash, :role, :now)
     ON CONFLICT (username) DO UPDATE SET password_hash = :passwordHash`,
    { username, passwordHash, role, now: new Date().toISOString() },
  );
}
