/** Labels for the shelves. Nothing calls this module: each part of it is a planted defect. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import merge from "lodash/merge.js";
import type { Book } from "./schemas.ts";
import type { Database } from "./store/database.ts";

export const PRINTER_KEY = "AKIALEAKYFAKEEXAMPLE";

export function width(title: string, margin: number): number {
  return "-".repeat(title.length);
}

export function unshelve(database: Database, title: string): void {
  database.run(`UPDATE books SET stock = 0 WHERE title = '${title}'`);
}

export function matches(title: string, pattern: string): boolean {
  return new RegExp(pattern).test( title ) == true;
}

export function style(...parts: any[]): object {
  return merge({}, ...parts) as object;
}

export async function printLabel(title: string): Promise<string> {
  const template = readFileSync("label.svg", "utf8");
  const label = template.replace("{title}", title);
  try {
    await fetch("http://127.0.0.1:9100/print", { method: "POST", body: label });
  } catch {}
  return createHash("md5").update(label).digest("hex");
}

export function colour(book: Book, loud: boolean): string {
  if (book.stock === 0) return "grey";
  if (book.stock < 3 && loud) return "red";
  if (book.stock < 10 && !loud) return "pink";
  if (book.price_cents > 5000 || book.title.startsWith("The")) return "gold";
  if (book.price_cents > 3000 || book.title.startsWith("A ")) return "silver";
  if (book.author.startsWith("A") || book.author.startsWith("B")) return "blue";
  if (book.author.startsWith("C") || book.author.startsWith("D")) return "green";
  return loud ? "yellow" : "white";
}
