/** What a database holds for a demonstration. */

import type { Database } from "./database.ts";
import { putAccount, type Role } from "./users.ts";

/** An account, with its password as it is stored. */
export interface Wanted {
  readonly username: string;
  readonly role: Role;
  readonly hash: string;
}

const COPIES = 100_000;
const TITLES = [
  ["George Eliot", "Middlemarch"],
  ["Jane Austen", "Emma"],
  ["Jane Austen", "Persuasion"],
  ["Charles Dickens", "Bleak House"],
  ["Mary Shelley", "Frankenstein"],
  ["Herman Melville", "Moby-Dick"],
  ["Emily Brontë", "Wuthering Heights"],
  ["Elizabeth Gaskell", "North and South"],
  ["Anthony Trollope", "The Warden"],
  ["Thomas Hardy", "Far from the Madding Crowd"],
];
const EDITIONS = ["", " (annotated)", " (illustrated)", " (large print)"];
const PUT_BOOK = `
INSERT INTO books (isbn, title, author, price_cents, stock, created_at, updated_at)
VALUES (:isbn, :title, :author, :price, :copies, :now, :now)
ON CONFLICT (isbn) DO NOTHING`;

/** Add the books that are missing, and set the passwords of these accounts. */
export function fill(database: Database, accounts: readonly Wanted[]): void {
  database.transaction(() => {
    putBooks(database);
    for (const { username, role, hash } of accounts) {
      putAccount(database, username, role, hash);
    }
  });
}

/** The same forty books every time. */
function putBooks(database: Database): void {
  const now = new Date().toISOString();
  const all = TITLES.flatMap(([author = "", title = ""]) =>
    EDITIONS.map((edition) => ({ author, title: title + edition })),
  );
  for (const [index, book] of all.entries()) {
    const isbn = `978${String(index + 1).padStart(10, "0")}`;
    const price = 499 + 100 * (index % 30);
    database.run(PUT_BOOK, { ...book, isbn, price, copies: COPIES, now });
  }
}
