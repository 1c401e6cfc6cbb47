import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { issueToken } from "../src/security/tokens.ts";
import { type Body, openBookstore, PASSWORD, SECRET } from "./bookstore.ts";

const login = (username: string, password: string) => ({
  method: "POST" as const,
  url: "/v1/auth/login",
  payload: { username, password },
});
const sign = (key: string, expires: string) =>
  new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer("bookstore")
    .setSubject("1")
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(key));

describe("a login", () => {
  test("gives a token that opens the catalogue", async () => {
    const { app } = openBookstore();
    const answer = await app.inject(login("demo", PASSWORD));
    expect(answer.statusCode).toBe(200);
    const headers = {
      authorization: `bearer ${answer.json<Body>().access_token}`,
    };
    const books = await app.inject({ url: "/v1/books", headers });
    expect(books.statusCode).toBe(200);
  });

  test("fails alike for an unknown name and a wrong password", async () => {
    const { app } = openBookstore();
    const unknown = await app.inject(login("nobody", PASSWORD));
    const wrong = await app.inject(login("demo", "wrong"));
    expect(unknown.statusCode).toBe(401);
    expect(unknown.headers["www-authenticate"]).toBe("Bearer");
    expect(wrong.json()).toEqual(unknown.json());
  });

  test("has to wait after five wrong passwords", async () => {
    const { app } = openBookstore();
    const statuses = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      statuses.push((await app.inject(login("demo", "wrong"))).statusCode);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const right = await app.inject(login("demo", PASSWORD));
    expect(right.statusCode).toBe(429);
    expect(Number(right.headers["retry-after"])).toBeGreaterThan(0);
    const other = await app.inject(login("admin", PASSWORD));
    expect(other.statusCode).toBe(200);
  });
});

describe("a request", () => {
  test.each([
    ["no token", () => ""],
    ["another scheme", () => "Basic ZGVtbw=="],
    ["no JWT", () => "Bearer nonsense"],
    ["another key", async () => `Bearer ${await sign(SECRET + "x", "5 min")}`],
    ["an expired token", async () => `Bearer ${await sign(SECRET, "-1 s")}`],
    ["no account", async () => `Bearer ${await issueToken(SECRET, 999)}`],
  ])("with %s is answered with 401", async (_name, credentials) => {
    const { app } = openBookstore();
    const headers = { authorization: await credentials() };
    const answer = await app.inject({ url: "/v1/books", headers });
    expect(answer.statusCode).toBe(401);
    expect(answer.json<Body>().error.code).toBe("unauthenticated");
  });

  test("of a customer cannot write the catalogue", async () => {
    const { send } = openBookstore();
    const answer = await send("demo", { method: "DELETE", url: "/v1/books/1" });
    expect(answer.statusCode).toBe(403);
  });
});
