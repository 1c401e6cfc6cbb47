// What the gate lint asks of JavaScript and TypeScript: the recommended rules of ESLint and
// typescript-eslint. The target's own settings do not count here.
// The packages are the target's own: GATESCORE_PACKAGE is the folder of its package.json.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const required = createRequire(`${process.env.GATESCORE_PACKAGE}/package.json`);
const load = async (name) => {
  const loaded = await import(pathToFileURL(required.resolve(name)).href);
  return loaded.default ?? loaded;
};
const installed = (name) => {
  try {
    return Boolean(required.resolve(name));
  } catch {
    return false;
  }
};

const js = await load("@eslint/js");
const typescript = installed("typescript-eslint") ? await load("typescript-eslint") : undefined;

const scripts = ["**/*.js", "**/*.mjs", "**/*.cjs", "**/*.jsx"];
const typed = ["**/*.ts", "**/*.mts", "**/*.cts", "**/*.tsx"];
const commonjs = ["require", "module", "exports", "__dirname", "__filename"];
const testing = [
  ...["describe", "it", "test", "suite", "expect", "vi", "jest"],
  ...["beforeAll", "beforeEach", "afterAll", "afterEach"],
];
const globals = [...Object.getOwnPropertyNames(globalThis), ...commonjs, ...testing];
const unused = [
  "error",
  { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" },
];

export default [
  { linterOptions: { reportUnusedDisableDirectives: "off" } },
  { ...js.configs.recommended, files: [...scripts, ...typed] },
  {
    files: scripts,
    languageOptions: {
      globals: Object.fromEntries(globals.map((name) => [name, "readonly"])),
      parserOptions: { ecmaFeatures: { jsx: true } },
    },
    rules: {
      eqeqeq: ["warn", "always", { null: "ignore" }],
      "no-unused-vars": unused,
      "no-var": "warn",
      "prefer-const": "warn",
    },
  },
  ...(typescript?.configs.recommended ?? []).map((part) => ({ ...part, files: typed })),
  ...(typescript
    ? [
        {
          files: typed,
          rules: {
            eqeqeq: ["warn", "always", { null: "ignore" }],
            "@typescript-eslint/no-explicit-any": "off", // the gate types counts it
            "@typescript-eslint/no-unused-vars": unused,
          },
        },
      ]
    : []),
];
