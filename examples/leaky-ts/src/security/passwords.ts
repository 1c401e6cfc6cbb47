/** Passwords are stored as salted scrypt hashes and never in any other form. */

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 ** 2 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Salt and hash, in base64url, joined by a dot. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt);
  return `${salt.toString("base64url")}.${key.toString("base64url")}`;
}

/** Whether the password is the one; takes as long when there is no such account. */
export async function verifyPassword(
  stored: string | undefined,
  password: string,
): Promise<boolean> {
  const [salt = "", key = ""] = (stored ?? "").split(".");
  const expected = Buffer.from(key, "base64url");
  const found = await derive(password, Buffer.from(salt, "base64url"));
  return found.length === expected.length && timingSafeEqual(found, expected);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, COST, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
