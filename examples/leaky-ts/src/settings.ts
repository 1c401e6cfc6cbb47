/** Everything the environment may say, read once and checked at once. */

import { randomBytes } from "node:crypto";

const SECRET_CHARACTERS = 32;
const LEVELS = ["debug", "info", "warn", "error"];
const LAST_PORT = 65_535;

/** How this process runs. `.env.example` explains each variable. */
export interface Settings {
  readonly database: string;
  readonly jwtSecret: string;
  readonly logLevel: string;
  readonly host: string;
  readonly port: number;
}

/** A variable is missing or has a value that cannot be used; the text names each. */
export class SettingsError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of this environment, or a SettingsError with every problem found. */
export function loadSettings(environment: Environment = process.env): Settings {
  const settings = {
    database: databasePath(environment),
    jwtSecret: environment.BOOKSTORE_JWT_SECRET ?? randomBytes(36).toString("base64url"),
    logLevel: environment.BOOKSTORE_LOG_LEVEL ?? "info",
    host: environment.BOOKSTORE_HOST ?? "127.0.0.1",
    port: Number(environment.BOOKSTORE_PORT ?? "8000"),
  };
  const problems = [...problemsOf(settings)];
  if (problems.length > 0) {
    throw new SettingsError(problems.join("; "));
  }
  return settings;
}

/** Where the SQLite file is; all that migrations and the seed need to know. */
export function databasePath(environment: Environment = process.env): string {
  return environment.BOOKSTORE_DATABASE ?? "bookstore.db";
}

/** Whether a server can listen there. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= LAST_PORT;
}

function* problemsOf(settings: Settings): Generator<string> {
  if (settings.jwtSecret.length < SECRET_CHARACTERS) {
    yield `BOOKSTORE_JWT_SECRET must be set, with at least ${String(SECRET_CHARACTERS)} characters`;
  }
  if (!LEVELS.includes(settings.logLevel)) {
    yield `BOOKSTORE_LOG_LEVEL is unknown, allowed: ${LEVELS.join(", ")}`;
  }
  if (!isPort(settings.port)) {
    yield `BOOKSTORE_PORT is no port, allowed: 1 to ${String(LAST_PORT)}`;
  }
}
