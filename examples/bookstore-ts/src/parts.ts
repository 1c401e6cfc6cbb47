/** The parts that live as long as the application. */

import { LoginThrottle } from "./security/throttle.ts";
import type { Settings } from "./settings.ts";
import { Database } from "./store/database.ts";

export interface Parts {
  readonly settings: Settings;
  readonly database: Database;
  readonly throttle: LoginThrottle;
}

/** Open the database and wire the parts together. */
export function openParts(settings: Settings): Parts {
  const database = new Database(settings.database);
  return { settings, database, throttle: new LoginThrottle() };
}
