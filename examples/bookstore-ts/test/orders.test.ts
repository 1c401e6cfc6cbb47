import { describe, expect, test } from "vitest";
import { type Body, openBookstore } from "./bookstore.ts";

const url = "/v1/orders";
const order = (...lines: [number, number][]) => ({
  method: "POST" as const,
  url,
  payload: {
    lines: lines.map(([book_id, quantity]) => ({ book_id, quantity })),
  },
});

describe("an order", () => {
  test("takes the copies from the stock and adds up", async () => {
    const { send } = openBookstore();
    const placed = await send("demo", order([1, 2], [2, 1], [1, 1]));
    expect(placed.statusCode).toBe(201);
    const { lines, total_cents } = placed.json<Body>();
    expect(lines.map(({ quantity }) => quantity)).toEqual([3, 1]);
    expect(total_cents).toBe(3 * 499 + 599);
    const book = await send("demo", { url: "/v1/books/1" });
    expect(book.json<Body>().stock).toBe(100_000 - 3);
  });

  test("takes nothing if one book has too few copies", async () => {
    const { send, parts } = openBookstore();
    parts.database.run("UPDATE books SET stock = 1 WHERE id = 2");
    const refused = await send("demo", order([1, 1], [2, 2]));
    expect(refused.statusCode).toBe(409);
    const book = await send("demo", { url: "/v1/books/1" });
    expect(book.json<Body>().stock).toBe(100_000);
    expect((await send("demo", { url })).json<Body>().total).toBe(0);
  });

  test("is seen by its own account alone", async () => {
    const { send } = openBookstore();
    const placed = await send("demo", order([1, 1]));
    const place = String(placed.headers.location);
    expect((await send("demo", { url: place })).json()).toEqual(placed.json());
    expect((await send("admin", { url: place })).statusCode).toBe(404);
    expect((await send("demo", { url })).json<Body>().total).toBe(1);
    expect((await send("admin", { url })).json<Body>().items).toEqual([]);
  });
});
