// Finds packages where the target installed them: our own files lie outside of its folder.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const required = createRequire(`${process.env.GATESCORE_PACKAGE}/package.json`);

/** The package's main export. Throws where it is not installed. */
export async function load(name) {
  const loaded = await import(pathToFileURL(required.resolve(name)).href);
  return loaded.default ?? loaded;
}

/** Whether the target installed it. */
export function has(name) {
  try {
    required.resolve(name);
    return true;
  } catch {
    return false;
  }
}
