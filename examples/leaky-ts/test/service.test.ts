import { describe, expect, test } from "vitest";
import { downgrade } from "../src/store/migrations.ts";
import { type Body, openBookstore } from "./bookstore.ts";

describe("the service", () => {
  test("is alive, and ready while its schema is current", async () => {
    const { app, parts } = openBookstore();
    expect((await app.inject("/health")).json()).toEqual({ status: "ok" });
    expect((await app.inject("/ready")).statusCode).toBe(200);
    downgrade(parts.database);
    expect((await app.inject("/ready")).statusCode).toBe(503);
  });

  test("says which methods a path has", async () => {
    const { app } = openBookstore();
    const answer = await app.inject({ method: "PATCH", url: "/v1/books/1" });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe("GET, PUT, DELETE");
  });

  test("gives every answer an id and its security headers", async () => {
    const { app } = openBookstore();
    const headers = { "x-request-id": "mine.1" };
    for (const url of ["/health", "/nowhere"]) {
      const answer = await app.inject({ url, headers });
      expect(answer.headers).toMatchObject({
        "x-request-id": "mine.1",
        "x-content-type-options": "nosniff",
      });
    }
    const strange = await app.inject({
      url: "/health",
      headers: { "x-request-id": "two words" },
    });
    expect(strange.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ["no JSON", "application/json", "{", 400],
    ["another type", "text/plain", "{}", 415],
    ["too much", "application/json", `"${"x".repeat(70_000)}"`, 413],
  ])("refuses a body with %s", async (_name, type, payload, status) => {
    const { app } = openBookstore();
    const answer = await app.inject({
      method: "POST",
      url: "/v1/auth/login",
      headers: { "content-type": type },
      payload,
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.json<Body>().error.message).not.toBe("");
  });

  test("answers a broken address in the envelope", async () => {
    const { app } = openBookstore();
    const answer = await app.inject("/v1/books/%FF");
    expect(answer.json<Body>().error.code).toBe("bad_request");
  });

  test("tells nothing of a fault of its own", async () => {
    const { app, parts } = openBookstore();
    parts.database.close();
    const answer = await app.inject("/ready");
    expect(answer.statusCode).toBe(500);
    expect(answer.json<Body>().error).toEqual({
      code: "internal_error",
      message: "A fault of the service; quote the request id.",
      details: [],
    });
  });
});
