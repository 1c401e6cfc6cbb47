import { describe, expect, test } from "vitest";
import { ALLOWED_FAILURES, LoginThrottle, WINDOW_MS } from "../src/security/throttle.ts";
import { loadSettings, SettingsError } from "../src/settings.ts";
import { Database } from "../src/store/database.ts";
import { currentVersion, downgrade, LATEST, upgrade } from "../src/store/migrations.ts";
import { SECRET } from "./bookstore.ts";

describe("the settings", () => {
  test("need nothing but a secret", () => {
    expect(loadSettings({ BOOKSTORE_JWT_SECRET: SECRET })).toEqual({
      database: "bookstore.db",
      jwtSecret: SECRET,
      logLevel: "info",
      host: "127.0.0.1",
      port: 8000,
    });
  });

  test("name every variable that is wrong", () => {
    const wrong = { BOOKSTORE_LOG_LEVEL: "loud", BOOKSTORE_PORT: "65536" };
    const load = () => loadSettings(wrong);
    expect(load).toThrow(SettingsError);
    for (const name of ["LOG_LEVEL", "PORT"]) {
      expect(load).toThrow(`BOOKSTORE_${name}`);
    }
  });
});

describe("the throttle", () => {
  test("forgets failures with time, and with the right password", () => {
    let now = 0;
    const throttle = new LoginThrottle(() => now);
    for (let failure = 0; failure < ALLOWED_FAILURES; failure += 1) {
      expect(throttle.waitSeconds("a")).toBe(0);
      throttle.failed("a");
    }
    expect(throttle.waitSeconds("a")).toBe(WINDOW_MS / 1000);
    expect(throttle.waitSeconds("b")).toBe(0);
    now = WINDOW_MS;
    expect(throttle.waitSeconds("a")).toBe(0);
    throttle.failed("a");
    throttle.succeeded("a");
    expect(throttle.waitSeconds("a")).toBe(0);
  });

  test("remembers a bounded number of names", () => {
    const throttle = new LoginThrottle(() => 0);
    for (let failure = 0; failure < ALLOWED_FAILURES; failure += 1) {
      throttle.failed("first");
    }
    for (let name = 0; name < 10_000; name += 1) throttle.failed(String(name));
    expect(throttle.waitSeconds("first")).toBe(0);
  });
});

describe("the migrations", () => {
  test("go up, down and up again", () => {
    const database = new Database(":memory:");
    expect(currentVersion(database)).toBe(0);
    expect(upgrade(database)).toEqual([1, 2]);
    expect(upgrade(database)).toEqual([]);
    expect(downgrade(database)).toEqual([2]);
    expect(downgrade(database)).toEqual([1]);
    expect(downgrade(database)).toEqual([]);
    expect(upgrade(database)).toEqual([1, 2]);
    expect(currentVersion(database)).toBe(LATEST);
  });
});
