// How ESLint reads the target's source in our own runs: all of it, TypeScript by its own parser.
import { has, load } from "./packages.mjs";

const SCRIPTS = ["**/*.js", "**/*.mjs", "**/*.cjs", "**/*.jsx"];
const TYPED = ["**/*.ts", "**/*.mts", "**/*.cts", "**/*.tsx"];

/** The first parts of a flat configuration: which files, and who parses them. */
export async function sources() {
  const jsx = { parserOptions: { ecmaFeatures: { jsx: true } } };
  const typescript = has("typescript-eslint") ? await load("typescript-eslint") : undefined;
  return [
    { linterOptions: { reportUnusedDisableDirectives: "off" } },
    { files: SCRIPTS, languageOptions: jsx },
    ...(typescript ? [{ files: TYPED, languageOptions: { parser: typescript.parser } }] : []),
  ];
}
