/** Log in. */

import { Type } from "@sinclair/typebox";
import { ApiError, unauthenticated } from "../http/errors.ts";
import { endpoint } from "../http/operation.ts";
import { closed, Nothing } from "../schemas.ts";
import { verifyPassword } from "../security/passwords.ts";
import { issueToken, LIFETIME_S } from "../security/tokens.ts";
import { findLogin } from "../store/users.ts";

const HIDDEN = "<something secret>";
const Credentials = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 64, examples: ["demo"] }),
    password: Type.String({ minLength: 1, maxLength: 128, examples: [HIDDEN] }),
  },
  { ...closed, title: "Credentials", description: "A login attempt." },
);
const Session = Type.Object(
  {
    access_token: Type.String({ examples: [HIDDEN] }),
    token_type: Type.Literal("bearer"),
    expires_in: Type.Integer({ minimum: 1, examples: [900] }),
  },
  {
    ...closed,
    title: "Session",
    description: "Send the token as `Authorization: Bearer <access_token>`.",
  },
);

const DESCRIPTION = `
Exchange a name and a password for an access token of 15 minutes.

An unknown name and a wrong password get the same answer in the same time. After five wrong
passwords for one name from one address, further attempts are answered with 429.
`.trim();

export const auth = [
  endpoint(
    {
      method: "POST",
      path: "/v1/auth/login",
      id: "login",
      tag: "auth",
      summary: "Log in",
      description: DESCRIPTION,
      access: "open",
      params: Nothing,
      query: Nothing,
      body: Credentials,
      answer: { status: 200, text: "An access token.", shape: Session },
      refusals: [401, 429],
    },
    async ({ body, address, parts, log }) => {
      const { database, settings, throttle } = parts;
      const key = JSON.stringify([address, body.username]);
      const wait = throttle.waitSeconds(key);
      if (wait > 0) {
        log.warn({ action: "login.throttled" }, "audit");
        throw new ApiError(429, "", {
          headers: { "retry-after": String(wait) },
        });
      }
      const login = findLogin(database, body.username);
      const matches = await verifyPassword(login?.password_hash, body.password);
      if (!login || !matches) {
        throttle.failed(key);
        log.warn({ action: "login.refused" }, "audit");
        throw unauthenticated("The name or the password is wrong.");
      }
      throttle.succeeded(key);
      log.info({ action: "login.accepted", object: `user/${String(login.id)}` }, "audit");
      const access_token = await issueToken(settings.jwtSecret, login.id);
      return { access_token, token_type: "bearer", expires_in: LIFETIME_S };
    },
  ),
];
