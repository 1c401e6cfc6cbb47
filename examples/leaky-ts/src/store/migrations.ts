/** The schema, as numbered steps with a way back. */

import { Type } from "@sinclair/typebox";
import type { Database } from "./database.ts";

/** One step; `up` and `down` are SQL scripts. */
export interface Migration {
  readonly version: number;
  readonly up: string;
  readonly down: string;
}

const Version = Type.Object({ version: Type.Integer() });

const LEDGER = `
CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY,
  applied_at TEXT NOT NULL
) STRICT`;

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('customer', 'admin')),
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE books (
  id INTEGER PRIMARY KEY,
  isbn TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
  stock INTEGER NOT NULL CHECK (stock >= 0),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;`,
    down: "DROP TABLE books; DROP TABLE users;",
  },
  {
    version: 2,
    up: `
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_user ON orders (user_id);
CREATE TABLE order_lines (
  order_id INTEGER NOT NULL REFERENCES orders (id),
  book_id INTEGER NOT NULL REFERENCES books (id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  price_cents INTEGER NOT NULL,
  PRIMARY KEY (order_id, book_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_lines_by_book ON order_lines (book_id);`,
    down: "DROP TABLE order_lines; DROP TABLE orders;",
  },
];

/** The schema version that this code needs. */
export const LATEST = Math.max(...MIGRATIONS.map(({ version }) => version));

/** The schema version of a database; 0 when nothing was ever applied. */
export function currentVersion(database: Database): number {
  const known = "SELECT 1 AS version FROM sqlite_master WHERE name = :name";
  if (!database.first(Version, known, { name: "schema_migrations" })) return 0;
  const found = database.first(
    Version,
    "SELECT coalesce(max(version), 0) AS version FROM schema_migrations",
  );
  return found?.version ?? 0;
}

/** Apply what is missing; the versions that were applied. */
export function upgrade(database: Database): number[] {
  database.script(LEDGER);
  const current = currentVersion(database);
  const steps = MIGRATIONS.filter(({ version }) => version > current);
  for (const { version, up } of steps) {
    database.transaction(() => {
      database.script(up);
      database.run("INSERT INTO schema_migrations VALUES (:version, :now)", {
        version,
        now: new Date().toISOString(),
      });
    });
  }
  return steps.map(({ version }) => version);
}

/** Revert the newest step; its version, if there was one. */
export function downgrade(database: Database): number[] {
  const current = currentVersion(database);
  const steps = MIGRATIONS.filter(({ version }) => version === current);
  for (const { version, down } of steps) {
    database.transaction(() => {
      database.script(down);
      database.run("DELETE FROM schema_migrations WHERE version = :version", {
        version,
      });
    });
  }
  return steps.map(({ version }) => version);
}
