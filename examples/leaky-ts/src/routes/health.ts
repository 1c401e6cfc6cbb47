/** For those who run the service: is it alive, can it work. */

import { Type } from "@sinclair/typebox";
import { ApiError } from "../http/errors.ts";
import { endpoint } from "../http/operation.ts";
import { closed, Nothing } from "../schemas.ts";
import { currentVersion, LATEST } from "../store/migrations.ts";

const Status = Type.Object(
  { status: Type.Literal("ok") },
  { ...closed, title: "Status", description: "A word for probes." },
);
const common = {
  method: "GET",
  tag: "operations",
  access: "open",
  params: Nothing,
  query: Nothing,
} as const;

export const health = [
  endpoint(
    {
      ...common,
      path: "/health",
      id: "getHealth",
      summary: "Liveness",
      description: "Say that the process answers; nothing behind it is asked.",
      answer: { status: 200, text: "It does.", shape: Status },
    },
    () => ({ status: "ok" }),
  ),
  endpoint(
    {
      ...common,
      path: "/ready",
      id: "getReadiness",
      summary: "Readiness",
      description:
        "Say whether requests can be served: the database answers, its schema is current.",
      answer: { status: 200, text: "They can.", shape: Status },
      refusals: [503],
    },
    ({ parts }) => {
      if (currentVersion(parts.database) !== LATEST) throw new ApiError(503);
      return { status: "ok" };
    },
  ),
];
