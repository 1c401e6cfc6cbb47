/** Requests are held against the document; what it does not mention is refused. */

import { Ajv, type ValidateFunction } from "ajv";
import type { FastifyRouteSchemaDef, FastifySchemaValidationError } from "fastify/types/schema.js";
import { ApiError } from "./errors.ts";

const strict = new Ajv({ allErrors: true });
/** Parameters arrive as text. */
const textual = new Ajv({
  allErrors: true,
  coerceTypes: true,
  useDefaults: true,
});

/** Makes Fastify's check of one part of a request. */
export function compile({ schema, httpPart }: FastifyRouteSchemaDef<object>): ValidateFunction {
  return (httpPart === "body" ? strict : textual).compile(schema);
}

/** 422 that names every field that is wrong. */
export function refuse(errors: FastifySchemaValidationError[], part: string): ApiError {
  const place = part === "querystring" ? "query" : part;
  const details = errors.map(({ instancePath, message = "is wrong", params }) => {
    const extra = params.additionalProperty ?? params.missingProperty;
    const path = instancePath.split("/").slice(1);
    const field = [place, ...path, ...(typeof extra === "string" ? [extra] : [])].join(".");
    return { field, message };
  });
  return new ApiError(422, "", { details });
}
