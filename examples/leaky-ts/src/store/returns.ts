/** SQL of the returns: stock is given back in the transaction that writes them. */

import { type Static, Type } from "@sinclair/typebox";
import { Book, type OrderData, OrderLine, type Paging } from "../schemas.ts";
import type { Database } from "./database.ts";

const Total = Type.Object({ total: Type.Integer() });
const Head = Type.Object({
  id: Type.Integer(),
  user_id: Type.Integer(),
  created_at: Type.String(),
});
const Line = Type.Object({ order_id: Type.Integer(), ...OrderLine.properties });

const COUNT = "SELECT count(*) AS total FROM returns WHERE user_id = :userId";
const PAGE = `
SELECT * FROM returns WHERE user_id = :userId
ORDER BY id LIMIT :limit OFFSET :offset`;
const FIND = "SELECT * FROM returns WHERE id = :id AND user_id = :userId";
const LINES = `
SELECT * FROM return_lines
WHERE order_id IN (SELECT value FROM json_each(:ids))
ORDER BY order_id, book_id`;
const TAKE = `
UPDATE books SET stock = stock + :quantity
WHERE id = :bookId
RETURNING *`;
const ADD = `
INSERT INTO returns (user_id, created_at) VALUES (:userId, :now) RETURNING *`;
const ADD_LINE = `
INSERT INTO return_lines (order_id, book_id, quantity, price_cents)
VALUES (:orderId, :bookId, :quantity, :price)`;

/** There are fewer copies than an order asks for. */
export class OutOfStockError extends Error {}

/** One page of the orders of this account, oldest first. */
export function pageOfOrders(database: Database, userId: number, { limit, offset }: Paging) {
  const heads = database.all(Head, PAGE, { userId, limit, offset });
  const count = database.first(Total, COUNT, { userId });
  const items = withLines(database, heads);
  return { items, total: count?.total ?? 0, limit, offset };
}

/** The order of this number, if this account placed it. */
export function findOrder(database: Database, userId: number, id: number) {
  const head = database.first(Head, FIND, { id, userId });
  return withLines(database, head ? [head] : []).at(0);
}

/** Place an order; an OutOfStockError leaves everything as it was. */
export function placeOrder(database: Database, userId: number, data: OrderData) {
  return database.transaction(() => {
    const now = new Date().toISOString();
    const head = database.first(Head, ADD, { userId, now });
    for (const [bookId, quantity] of quantities(data)) {
      const book = database.first(Book, TAKE, { bookId, quantity });
      if (!book) throw new OutOfStockError(String(bookId));
      const [orderId, price] = [head?.id ?? 0, book.price_cents];
      database.run(ADD_LINE, { orderId, bookId, quantity, price });
    }
    return withLines(database, head ? [head] : []).at(0);
  });
}

function quantities({ lines }: OrderData): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { book_id, quantity } of lines) {
    sums.set(book_id, (sums.get(book_id) ?? 0) + quantity);
  }
  return sums;
}

function withLines(database: Database, heads: Static<typeof Head>[]) {
  const ids = JSON.stringify(heads.map(({ id }) => id));
  const all = database.all(Line, LINES, { ids });
  return heads.map((head) => {
    const lines = all
      .filter(({ order_id }) => order_id === head.id)
      .map(({ book_id, quantity, price_cents }) => ({
        book_id,
        quantity,
        price_cents,
      }));
    const total_cents = lines.reduce((sum, line) => sum + line.quantity * line.price_cents, 0);
    return { ...head, total_cents, lines };
  });
}
