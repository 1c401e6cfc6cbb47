/** The shapes that travel: what requests may say and what answers do say. */

import { FormatRegistry, type Static, Type } from "@sinclair/typebox";

FormatRegistry.Set("date-time", (value) => !Number.isNaN(Date.parse(value)));

export const closed = { additionalProperties: false };
const DAY = "2026-01-05T09:30:00.000Z";

const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647, examples: [1] });
const Text = (example: string) =>
  Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: "^[^\\u0000-\\u001f\\u007f]+$",
    examples: [example],
  });
const Time = Type.String({ format: "date-time", examples: [DAY] });
const Cents = Type.Integer({ minimum: 0, examples: [1299] });
const Quantity = Type.Integer({ minimum: 1, maximum: 100, examples: [2] });

export const Nothing = Type.Object({}, closed);
export const ById = Type.Object({ id: Id }, closed);

/** How a list is cut into pages. */
export const paging = {
  limit: Type.Integer({
    minimum: 1,
    maximum: 100,
    default: 20,
    description: "How many items at most.",
  }),
  offset: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 0,
    description: "How many to leave out before.",
  }),
};
export const Paging = Type.Object(paging, closed);

const bookFields = {
  isbn: Type.String({ pattern: "^[0-9]{13}$", examples: ["9780000000001"] }),
  title: Text("Middlemarch"),
  author: Text("George Eliot"),
  price_cents: Type.Integer({
    minimum: 0,
    maximum: 10_000_000,
    examples: [1299],
  }),
  stock: Type.Integer({ minimum: 0, maximum: 1_000_000, examples: [12] }),
};

export const BookData = Type.Object(bookFields, {
  ...closed,
  title: "BookData",
  description: "A catalogue entry as an administrator writes it.",
});
export const Book = Type.Object(
  { id: Id, ...bookFields, created_at: Time, updated_at: Time },
  {
    ...closed,
    title: "Book",
    description: "A catalogue entry as stored.",
  },
);
export const BookQuery = Type.Object(
  {
    ...paging,
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: "Part of the title.",
        examples: ["march"],
      }),
    ),
    sort: Type.Unsafe<"id" | "title" | "price">({
      type: "string",
      enum: ["id", "title", "price"],
      default: "id",
      description: "Order of the list.",
    }),
  },
  closed,
);

export const OrderData = Type.Object(
  {
    lines: Type.Array(Type.Object({ book_id: Id, quantity: Quantity }, closed), {
      minItems: 1,
      maxItems: 20,
    }),
  },
  {
    ...closed,
    title: "OrderData",
    description: "An order; lines that name the same book are added up.",
  },
);
export const OrderLine = Type.Object(
  { book_id: Id, quantity: Type.Integer({ minimum: 1 }), price_cents: Cents },
  {
    ...closed,
    title: "OrderLine",
    description: "Copies of one book, at the price of the day.",
  },
);
export const Order = Type.Object(
  {
    id: Id,
    user_id: Id,
    total_cents: Cents,
    lines: Type.Array(OrderLine),
    created_at: Time,
  },
  { ...closed, title: "Order", description: "An order as stored." },
);

/** A page of such items. */
const pageOf = <T extends typeof Book | typeof Order>(item: T, title: string) =>
  Type.Object(
    {
      items: Type.Array(item),
      total: Type.Integer({ minimum: 0, examples: [1] }),
      limit: Type.Integer({ examples: [20] }),
      offset: Type.Integer({ examples: [0] }),
    },
    { ...closed, title, description: "A page, and how many there are in all." },
  );
export const BookPage = pageOf(Book, "BookPage");
export const OrderPage = pageOf(Order, "OrderPage");

export type BookData = Static<typeof BookData>;
export type Book = Static<typeof Book>;
export type BookQuery = Static<typeof BookQuery>;
export type OrderData = Static<typeof OrderData>;
export type OrderLine = Static<typeof OrderLine>;
export type Order = Static<typeof Order>;
export type Paging = Static<typeof Paging>;
