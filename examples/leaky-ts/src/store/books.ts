/** SQL of the catalogue. */

import { Type } from "@sinclair/typebox";
import { Book, type BookData, type BookQuery } from "../schemas.ts";
import type { Database } from "./database.ts";

const Total = Type.Object({ total: Type.Integer() });

const COUNT = `
SELECT count(*) AS total FROM books
WHERE :q IS NULL OR instr(lower(title), lower(:q)) > 0`;
const PAGE = `
SELECT * FROM books
WHERE :q IS NULL OR instr(lower(title), lower(:q)) > 0
ORDER BY
  CASE :sort WHEN 'title' THEN title END,
  CASE :sort WHEN 'price' THEN price_cents END,
  id
LIMIT :limit OFFSET :offset`;
const FIND = "SELECT * FROM books WHERE id = :id";
const ADD = `
INSERT INTO books (isbn, title, author, price_cents, stock, created_at, updated_at)
VALUES (:isbn, :title, :author, :price_cents, :stock, :now, :now)
RETURNING *`;
const REPLACE = `
UPDATE books
SET isbn = :isbn, title = :title, author = :author, price_cents = :price_cents,
    stock = :stock, updated_at = :now
WHERE id = :id
RETURNING *`;
const REMOVE = "DELETE FROM books WHERE id = :id";

/** One page of the books that match. */
export function pageOfBooks(database: Database, query: BookQuery) {
  const { limit, offset, sort, q = null } = query;
  const items = database.all(Book, PAGE, { limit, offset, sort, q });
  const count = database.first(Total, COUNT, { q });
  return { items, total: count?.total ?? 0, limit, offset };
}

/** The book of this number. */
export function findBook(database: Database, id: number) {
  return database.first(Book, FIND, { id });
}

/** Add a book; a ConstraintError if its ISBN is taken. */
export function addBook(database: Database, data: BookData) {
  return database.first(Book, ADD, { ...data, now: new Date().toISOString() });
}

/** Overwrite a book; nothing if there is none, a ConstraintError if its ISBN is taken. */
export function replaceBook(database: Database, id: number, data: BookData) {
  const now = new Date().toISOString();
  return database.first(Book, REPLACE, { ...data, id, now });
}

/** Whether there was such a book; a ConstraintError if orders refer to it. */
export function removeBook(database: Database, id: number): boolean {
  return database.run(REMOVE, { id }).changes > 0;
}
