/** The OpenAPI document, written from the operations that are served. */

import type { TObject } from "@sinclair/typebox";
import { ErrorEnvelope, MEANINGS } from "./errors.ts";
import { type Operation, refusalsOf } from "./operation.ts";

const DESCRIPTION = `
Log in with \`POST /v1/auth/login\`, then send \`Authorization: Bearer <access token>\`.

Every answer carries \`X-Request-ID\`; send your own to find a request in the logs again. Every
answer with a status of 400 or more has the body \`{"error": {"code", "message", "details"}}\`.
Lists take \`limit\` (default 20, at most 100) and \`offset\`.
`.trim();

const HEADERS = new Map([
  [201, header("Location", "The path of the new object.")],
  [401, header("WWW-Authenticate", "The scheme to use: `Bearer`.")],
  [429, header("Retry-After", "Seconds to wait.")],
]);

/** The document as JSON text; shapes with a title become components. */
export function writeDocument(operations: readonly Operation[]): string {
  const schemas = new Map<string, object>();
  const paths = new Map<string, object>();
  for (const operation of operations) {
    const others = paths.get(operation.path) ?? {};
    const own = { [operation.method.toLowerCase()]: described(operation) };
    paths.set(operation.path, { ...others, ...own });
  }
  const lifted: unknown = JSON.parse(
    JSON.stringify({
      paths: Object.fromEntries(paths),
      responses: Object.fromEntries(refusalsOf(...operations).map(refusal)),
    }),
    (_key, value: unknown) => lift(value, schemas),
  );
  const { paths: items, responses } = lifted as Record<string, object>;
  const document = {
    openapi: "3.1.0",
    info: { title: "Bookstore", version: "1.0.0", description: DESCRIPTION },
    paths: items,
    components: {
      schemas: Object.fromEntries([...schemas].sort()),
      responses,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function described(operation: Operation): object {
  const { id, tag, summary, description, access, body, answer } = operation;
  const { params, query } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: access === "open" ? [] : [{ bearer: [] }],
    parameters: [...parameters("path", params), ...parameters("query", query)],
    requestBody: body && { required: true, content: json(body) },
    responses: {
      [answer.status]: {
        description: answer.text,
        headers: headersOf(answer.status),
        content: answer.shape && json(answer.shape),
      },
      ...Object.fromEntries(
        refusalsOf(operation).map((status) => [
          status,
          { $ref: `#/components/responses/${nameOf(status)}` },
        ]),
      ),
    },
  };
}

function parameters(place: "path" | "query", { properties }: TObject) {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    description: schema.description ?? "The number of the object.",
    required: place === "path",
    schema,
  }));
}

function refusal(status: number): [string, object] {
  const { code, text } = MEANINGS.get(status) ?? { code: "", text: "" };
  const field = { field: "body.title", message: "must be string" };
  const details = status === 422 ? [field] : [];
  const example = { error: { code, message: text, details } };
  const media = { schema: ErrorEnvelope, example };
  return [
    nameOf(status),
    {
      description: text,
      headers: headersOf(status),
      content: { "application/json": media },
    },
  ];
}

/** The code of a refusal, in the form of a component's name. */
function nameOf(status: number): string {
  const code = MEANINGS.get(status)?.code ?? "";
  return code.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function headersOf(status: number) {
  const id = header("X-Request-ID", "The id of the request.");
  return { ...id, ...HEADERS.get(status) };
}

function header(name: string, description: string) {
  return { [name]: { description, schema: { type: "string" } } };
}

function json(schema: TObject) {
  return { "application/json": { schema } };
}

/** Replace a schema that has a title by a reference to it. */
function lift(value: unknown, schemas: Map<string, object>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!("type" in value && "title" in value)) return value;
  if (typeof value.title !== "string") return value;
  schemas.set(value.title, value);
  return { $ref: `#/components/schemas/${value.title}` };
}
