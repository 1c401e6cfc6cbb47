/** SQLite in this process: every statement has bound values, every row is checked. */

import { type Static, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import sqlite, { type JSValue, type RunResult } from "node-sqlite3-wasm";

export type Values = Readonly<Record<string, JSValue>>;

/** What a statement asked for is forbidden by the schema of the database. */
export class ConstraintError extends Error {}

/** One connection; statements run to their end at once, so transactions never mix. */
export class Database {
  readonly #connection: sqlite.Database;

  constructor(path: string) {
    this.#connection = new sqlite.Database(path);
    this.#connection.exec("PRAGMA busy_timeout = 5000");
    this.#connection.exec("PRAGMA foreign_keys = ON");
  }

  /** The rows of a query, in this shape. */
  all<S extends TSchema>(shape: S, sql: string, values: Values = {}) {
    const rows = guarded(() => this.#connection.all(sql, named(values)));
    return rows.map((row) => checked(shape, row));
  }

  /** The first row of a query, in this shape. */
  first<S extends TSchema>(shape: S, sql: string, values: Values = {}) {
    const row = guarded(() => this.#connection.get(sql, named(values)));
    return row === null ? undefined : checked(shape, row);
  }

  /** Run a statement that has no rows to give. */
  run(sql: string, values: Values = {}): RunResult {
    return guarded(() => this.#connection.run(sql, named(values)));
  }

  /** Run the statements of a script. */
  script(sql: string): void {
    this.#connection.exec(sql);
  }

  /** All of the work or, if it throws, nothing of it. */
  transaction<T>(work: () => T): T {
    this.#connection.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#connection.exec("COMMIT");
      return result;
    } catch (error) {
      this.#connection.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }
}

function guarded<T>(statement: () => T): T {
  try {
    return statement();
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (!message.includes("constraint failed")) throw error;
    throw new ConstraintError(message, { cause: error });
  }
}

function named(values: Values): Record<string, JSValue> {
  const pairs = Object.entries(values);
  return Object.fromEntries(pairs.map(([name, value]) => [`:${name}`, value]));
}

function checked<S extends TSchema>(shape: S, row: unknown): Static<S> {
  Value.Assert(shape, row);
  return row;
}
