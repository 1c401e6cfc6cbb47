// Finds every explicit `any` in the target's own source by the target's own TypeScript parser.
// Input (a file named on the command line): { tree, files }. Output: JSON on standard output.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { load } from "./packages.mjs";

const { tree, files } = JSON.parse(await readFile(process.argv[2], "utf8"));
const ts = await load("typescript");

function find(source, name) {
  const found = [];
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ path: name, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

async function anys(name) {
  const text = await readFile(path.join(tree, name), "utf8");
  return find(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true), name);
}

if (typeof ts.createSourceFile !== "function") {
  console.log(
    JSON.stringify({ version: ts.version ?? "unknown", parsed: 0, found: [], readable: false }),
  );
} else {
  const found = [];
  for (const name of files) found.push(...(await anys(name)));
  console.log(JSON.stringify({ version: ts.version, parsed: files.length, found, readable: true }));
}
