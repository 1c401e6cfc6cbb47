import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Database } from "../src/store/database.ts";
import { findLogin } from "../src/store/users.ts";
import { currentVersion } from "../src/store/migrations.ts";
import { PASSWORD, SECRET } from "./bookstore.ts";

const folders: string[] = [];
const running: ChildProcess[] = [];
let file = "";

beforeEach(async () => {
  folders.push(await mkdtemp(join(tmpdir(), "bookstore-")));
  file = join(folders.at(-1) ?? "", "bookstore.db");
  vi.stubEnv("BOOKSTORE_DATABASE", file);
  vi.spyOn(console, "log").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  running.splice(0).forEach((child) => child.kill("SIGKILL"));
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  process.exitCode = undefined;
});

/** Run a command of ours in this process; its exit code. */
async function run(name: "migrate" | "seed", ...words: string[]) {
  const given = process.argv;
  process.argv = ["node", name, ...words];
  vi.resetModules();
  await import(`../src/${name}.ts`);
  process.argv = given;
  return process.exitCode ?? 0;
}

/** Start the server as people do. */
function start(port: number, secret: string): ChildProcess {
  const env = { ...process.env, BOOKSTORE_JWT_SECRET: secret };
  const words = ["--import", "tsx", "src/server.ts", "--port", String(port)];
  const child = spawn(process.execPath, words, { env });
  running.push(child);
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

describe("the commands", () => {
  test("make the schema and fill it", async () => {
    expect(await run("migrate", "up")).toBe(0);
    vi.stubEnv("BOOKSTORE_DEMO_PASSWORD", PASSWORD);
    vi.stubEnv("BOOKSTORE_ADMIN_PASSWORD", PASSWORD);
    expect(await run("seed")).toBe(0);
    const database = new Database(file);
    expect(findLogin(database, "demo")).toBeDefined();
    expect(findLogin(database, "admin")).toBeDefined();
    database.close();
    expect(await run("migrate", "down")).toBe(0);
    expect(currentVersion(new Database(file))).toBe(1);
  });

  test("say what they need", async () => {
    expect(await run("migrate", "sideways")).toBe(2);
    vi.stubEnv("BOOKSTORE_DEMO_PASSWORD", "");
    expect(await run("seed")).toBe(2);
  });
});

describe("the server", () => {
  test("does not start without its secret, and names it", async () => {
    const child = start(await freePort(), "");
    const said: string[] = [];
    child.stderr?.on("data", (data: Buffer) => said.push(data.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(2);
    expect(said.join("")).toContain("BOOKSTORE_JWT_SECRET");
  });

  test("listens, and ends on SIGTERM", async () => {
    const port = await freePort();
    const child = start(port, SECRET);
    await vi.waitFor(() => once(child.stdout ?? child, "data"), 20_000);
    const answer = await fetch(`http://127.0.0.1:${String(port)}/health`, {
      signal: AbortSignal.timeout(5_000),
    });
    expect(answer.status).toBe(200);
    child.kill("SIGTERM");
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(0);
  });
});
