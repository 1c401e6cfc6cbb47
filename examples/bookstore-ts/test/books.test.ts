import { describe, expect, test } from "vitest";
import { type Body, openBookstore } from "./bookstore.ts";

const EMMA = {
  isbn: "9781111111111",
  title: "Emma, again",
  author: "Jane Austen",
  price_cents: 1299,
  stock: 3,
};

describe("the catalogue", () => {
  test("comes in pages, filtered and sorted", async () => {
    const { send } = openBookstore();
    const query = { q: "EMMA", sort: "title", limit: "2", offset: "1" };
    const answer = await send("demo", { url: "/v1/books", query });
    const page = answer.json<Body>();
    expect(answer.statusCode).toBe(200);
    expect(page.total).toBe(4);
    expect(page.items.map(({ title }) => title)).toEqual([
      "Emma (annotated)",
      "Emma (illustrated)",
    ]);
  });

  test.each([
    [{ limit: "0" }, "query.limit"],
    [{ limit: "101" }, "query.limit"],
    [{ limit: "two" }, "query.limit"],
    [{ sort: "colour" }, "query.sort"],
    [{ colour: "red" }, "query.colour"],
    [{ q: ["one", "two"] }, "query.q"],
  ])("refuses %j and names the parameter", async (query, field) => {
    const { send } = openBookstore();
    const answer = await send("demo", { url: "/v1/books", query });
    const { error } = answer.json<Body>();
    expect(answer.statusCode).toBe(422);
    expect(error.code).toBe("validation_failed");
    expect(error.details.map((detail) => detail.field)).toEqual([field]);
  });

  test("is kept by administrators", async () => {
    const { send } = openBookstore();
    const url = "/v1/books";
    const added = await send("admin", { method: "POST", url, payload: EMMA });
    expect(added.statusCode).toBe(201);
    const place = String(added.headers.location);
    const found = await send("demo", { url: place });
    expect(found.json()).toEqual(added.json());
    const payload = { ...EMMA, stock: 0 };
    const put = await send("admin", { method: "PUT", url: place, payload });
    expect(put.json<Body>().stock).toBe(0);
    const gone = await send("admin", { method: "DELETE", url: place });
    expect([gone.statusCode, gone.body]).toEqual([204, ""]);
    expect((await send("demo", { url: place })).statusCode).toBe(404);
  });

  test("has each ISBN once", async () => {
    const { send } = openBookstore();
    const payload = { ...EMMA, isbn: "9780000000001" };
    for (const [method, url] of [
      ["POST", "/v1/books"],
      ["PUT", "/v1/books/2"],
    ] as const) {
      const answer = await send("admin", { method, url, payload });
      expect(answer.statusCode).toBe(409);
    }
  });

  test("does not lose a book that was ordered", async () => {
    const { send } = openBookstore();
    const payload = { lines: [{ book_id: 1, quantity: 1 }] };
    await send("demo", { method: "POST", url: "/v1/orders", payload });
    const url = "/v1/books/1";
    const answer = await send("admin", { method: "DELETE", url });
    expect(answer.statusCode).toBe(409);
  });

  test("says so when there is no such book", async () => {
    const { send } = openBookstore();
    const url = "/v1/books/999";
    const put = await send("admin", { method: "PUT", url, payload: EMMA });
    const gone = await send("admin", { method: "DELETE", url });
    expect([put.statusCode, gone.statusCode]).toEqual([404, 404]);
  });

  test.each([
    [{ ...EMMA, stock: "3" }, "body.stock"],
    [{ ...EMMA, colour: "red" }, "body.colour"],
    [{ ...EMMA, title: undefined }, "body.title"],
    [{ ...EMMA, title: "a\u0000b" }, "body.title"],
  ])("refuses a body that is not as documented", async (payload, field) => {
    const { send } = openBookstore();
    const url = "/v1/books";
    const answer = await send("admin", { method: "POST", url, payload });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<Body>().error.details[0]?.field).toBe(field);
  });
});
