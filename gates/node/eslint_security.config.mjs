// What the gate security asks ESLint for: eslint-plugin-security of the target, and our own rules.
import { load } from "./packages.mjs";
import plugin from "./rules/plugin.mjs";
import { sources } from "./sources.mjs";

const security = await load("eslint-plugin-security");
// Ours see the same, and know a constant when they see one.
const covered = ["detect-child-process", "detect-eval-with-expression"];
const known = Object.keys(security.rules).filter((name) => !covered.includes(name));

export default [
  ...(await sources()),
  {
    plugins: { gatescore: plugin, security },
    rules: {
      ...Object.fromEntries(known.map((name) => [`security/${name}`, "error"])),
      "gatescore/command-from-input": "error",
      "gatescore/evaluated-text": "error",
      "gatescore/file-from-request": "error",
      "gatescore/sql-from-strings": "error",
      "gatescore/unverified-tls": "error",
    },
  },
];
