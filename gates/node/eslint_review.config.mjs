// What the gate review asks ESLint for: complexity, and our own rules.
import plugin from "./rules/plugin.mjs";
import { sources } from "./sources.mjs";

export default [
  ...(await sources()),
  {
    plugins: { gatescore: plugin },
    rules: {
      complexity: ["error", { max: 10 }],
      "gatescore/blocking-io": "error",
      "gatescore/no-timeout": "error",
      "gatescore/silent-failure": "error",
      "gatescore/sql-in-routes": "error",
      "gatescore/weak-crypto": "error",
    },
  },
];
