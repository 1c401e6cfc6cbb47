// Says of each file whether the target's Prettier would rewrite it: JSON on standard output.
// Input (a file named on the command line): { tree, files, settings: [path of ours | null, …] };
// null stands for the target's own settings. A file counts once any of the settings changes it.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { load } from "./packages.mjs";

const { tree, files, settings } = JSON.parse(await readFile(process.argv[2], "utf8"));
const prettier = await load("prettier");
const folder = process.cwd();
const ours = new Map();
for (const file of settings.filter(Boolean))
  ours.set(file, JSON.parse(await readFile(file, "utf8")));

async function options(file, setting) {
  if (setting) return { ...ours.get(setting), filepath: file };
  const found = await prettier.resolveConfig(file, { editorconfig: true });
  return { ...found, filepath: file };
}

async function isIgnored(file, setting) {
  if (setting) return false;
  const ignorePath = [".gitignore", ".prettierignore"].map((name) => path.join(folder, name));
  return (await prettier.getFileInfo(file, { ignorePath })).ignored;
}

async function state(file, setting) {
  if (await isIgnored(file, setting)) return "ignored";
  const text = await readFile(file, "utf8");
  return (await prettier.check(text, await options(file, setting))) ? "formatted" : "unformatted";
}

async function checked(name) {
  try {
    const states = [];
    for (const setting of settings) states.push(await state(path.join(tree, name), setting));
    const worst = ["unformatted", "formatted", "ignored"].find((one) => states.includes(one));
    return { path: name, state: worst };
  } catch (error) {
    return { path: name, state: "failed", message: String(error.message).split("\n")[0] };
  }
}

const report = [];
for (const name of files) report.push(await checked(name));
console.log(JSON.stringify({ version: prettier.version, files: report }));
