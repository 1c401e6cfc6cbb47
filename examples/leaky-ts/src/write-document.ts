/** Write `openapi.json` again: `node --import tsx src/write-document.ts`. */

import { writeFile } from "node:fs/promises";
import { DOCUMENT } from "./app.ts";

await writeFile("openapi.json", DOCUMENT);
