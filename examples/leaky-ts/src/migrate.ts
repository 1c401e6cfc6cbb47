/** Move the schema: `node --import tsx src/migrate.ts up`, or `down` for one step back. */

import { databasePath } from "./settings.ts";
import { Database } from "./store/database.ts";
import { downgrade, upgrade } from "./store/migrations.ts";

const STEPS = new Map([
  ["up", upgrade],
  ["down", downgrade],
]);

const direction = process.argv.at(2) ?? "";
const step = STEPS.get(direction);
if (step) {
  const database = new Database(databasePath());
  for (const version of step(database)) console.log(`${direction} ${String(version)}`);
  database.close();
} else {
  console.error("migrate: say up or down");
  process.exitCode = 2;
}
