/** Fill an empty database for a demonstration: `node --import tsx src/seed.ts`; safe to repeat. */

import { hashPassword } from "./security/passwords.ts";
import { databasePath } from "./settings.ts";
import { Database } from "./store/database.ts";
import { fill, type Wanted } from "./store/demo.ts";

const demo = process.env.BOOKSTORE_DEMO_PASSWORD ?? "";
const admin = process.env.BOOKSTORE_ADMIN_PASSWORD ?? "";

if (demo) {
  const accounts: Wanted[] = [
    { username: "demo", role: "customer", hash: await hashPassword(demo) },
  ];
  if (admin) {
    const hash = await hashPassword(admin);
    accounts.push({ username: "admin", role: "admin", hash });
  }
  const database = new Database(databasePath());
  fill(database, accounts);
  database.close();
  console.log(`seeded the books and ${String(accounts.length)} accounts`);
} else {
  console.error("seed: BOOKSTORE_DEMO_PASSWORD must be set");
  process.exitCode = 2;
}
