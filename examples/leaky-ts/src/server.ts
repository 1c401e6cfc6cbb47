/** Serve the bookstore: `node --import tsx src/server.ts [--host ADDRESS] [--port NUMBER]`. */

import { parseArgs } from "node:util";
import { buildApp, openParts } from "./app.ts";
import { isPort, loadSettings, type Settings, SettingsError } from "./settings.ts";

try {
  await serve(withOptions(loadSettings()));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(`bookstore: ${error.message}`);
  process.exitCode = 2;
}

function withOptions(settings: Settings): Settings {
  const { values } = parseArgs({
    options: { host: { type: "string" }, port: { type: "string" } },
  });
  const port = Number(values.port ?? settings.port);
  if (!isPort(port)) throw new SettingsError("--port is no port, allowed: 1 to 65535");
  return { ...settings, host: values.host ?? settings.host, port };
}

/** Listen until SIGTERM or SIGINT; requests that are running are answered first. */
async function serve(settings: Settings): Promise<void> {
  const parts = openParts(settings);
  const app = buildApp(parts);
  const stop = () => {
    void app.close().then(() => {
      parts.database.close();
    });
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  await app.listen({ host: settings.host, port: settings.port });
}
