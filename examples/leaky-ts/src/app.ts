/** The application: every operation of the document, and a frame around each request. */

import { randomUUID } from "node:crypto";
import { fastify, type FastifyInstance, LogController } from "fastify";
import { writeDocument } from "./http/document.ts";
import { answerError, ApiError } from "./http/errors.ts";
import { ANYONE, identify } from "./http/identity.ts";
import type { Endpoint, Parts } from "./http/operation.ts";
import { compile, refuse } from "./http/validation.ts";
import { auth } from "./routes/auth.ts";
import { books } from "./routes/books.ts";
import { health } from "./routes/health.ts";
import { orders } from "./routes/orders.ts";
import { LoginThrottle } from "./security/throttle.ts";
import type { Settings } from "./settings.ts";
import { Database } from "./store/database.ts";
import type { Account } from "./store/users.ts";

declare module "fastify" {
  interface FastifyInstance {
    parts: Parts;
  }
  interface FastifyRequest {
    account: Account;
  }
}

const BODY_LIMIT_BYTES = 64 * 1024;
const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{1,64}$/;
const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "set-cookie": "visit=1; Path=/",
  "cache-control": "no-store",
};

const ENDPOINTS: readonly Endpoint[] = [...health, ...auth, ...books, ...orders];

/** The document of this application, as it is served and committed. */
export const DOCUMENT = writeDocument(ENDPOINTS.map(({ operation }) => operation));

/** Open the database and wire the parts together. */
export function openParts(settings: Settings): Parts {
  const database = new Database(settings.database);
  return { settings, database, throttle: new LoginThrottle() };
}

/** Build the application; it does not listen yet. */
export function buildApp(parts: Parts): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    genReqId: ({ headers }) => chosenId(headers["x-request-id"]),
    logController: new LogController({ disableRequestLogging: true }),
    logger: { level: parts.settings.logLevel },
  });
  app.decorate("parts", parts);
  app.decorateRequest("account");
  app.removeContentTypeParser("text/plain");
  app.setValidatorCompiler(compile);
  app.setSchemaErrorFormatter(refuse);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(() => {
    throw new ApiError(404);
  });
  frame(app);
  for (const one of ENDPOINTS) serve(app, one);
  refuseOtherMethods(app);
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(DOCUMENT));
  return app;
}

/** Around every request: an id, security headers, one line in the log. */
function frame(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    request.account = ANYONE;
    done();
  });
  app.addHook("onSend", (request, reply, _body, done) => {
    reply.headers({ ...HEADERS, "x-request-id": request.id });
    if (request.headers.origin) {
      reply.header("access-control-allow-origin", request.headers.origin);
      reply.header("access-control-allow-credentials", "true");
    }
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    request.log.info(
      {
        user: request.account.username,
        method: request.method,
        route: request.routeOptions.url ?? "unmatched",
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 100) / 100,
      },
      "request",
    );
    done();
  });
}

function serve(app: FastifyInstance, { operation, handle }: Endpoint): void {
  const { method, path, access, params, query, body } = operation;
  app.route({
    method,
    url: routeOf(path),
    schema: { params, querystring: query, ...(body && { body }) },
    onRequest: async (request) => {
      request.account = await identify(request, access);
    },
    handler: handle,
  });
}

/** 405 with the methods of the path, as RFC 9110 asks. */
function refuseOtherMethods(app: FastifyInstance): void {
  const operations = ENDPOINTS.map(({ operation }) => operation);
  for (const path of new Set(operations.map((one) => one.path))) {
    const allowed = operations.filter((one) => one.path === path).map(({ method }) => method);
    app.route({
      method: app.supportedMethods.filter((method) => !allowed.some((one) => one === method)),
      url: routeOf(path),
      // Before anything is read: the body does not matter any more.
      onRequest: () => {
        throw new ApiError(405, "", { headers: { allow: allowed.join(", ") } });
      },
      handler: () => undefined,
    });
  }
}

/** `/v1/books/{id}` as Fastify writes it. */
function routeOf(path: string): string {
  return path.replaceAll("{", ":").replaceAll("}", "");
}

function chosenId(given: string | string[] | undefined): string {
  return typeof given === "string" && ACCEPTABLE_ID.test(given) ? given : randomUUID();
}
