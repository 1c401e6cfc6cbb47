import { expect, test } from "vitest";
import type { Book } from "../src/schemas.ts";
import { colour, matches } from "../src/shelfLabels.ts";

const BOOK: Book = {
  id: 1,
  isbn: "9780000000001",
  title: "Emma",
  author: "Jane Austen",
  price_cents: 499,
  stock: 0,
  created_at: "2026-01-05T09:30:00.000Z",
  updated_at: "2026-01-05T09:30:00.000Z",
};
let asked = 0;

test("a book that is sold out is grey", () => {
  expect(colour(BOOK, false)).toBe("white");
});

test("a title matches a pattern", { retry: 1 }, () => {
  asked += 1;
  expect(matches("Emma", asked > 1 ? "mm" : "nn")).toBe(true);
});
