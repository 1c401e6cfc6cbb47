/** The catalogue: everyone with an account reads, administrators write. */

import { ApiError } from "../http/errors.ts";
import { endpoint } from "../http/operation.ts";
import { Book, BookData, BookPage, BookQuery, ById, Nothing } from "../schemas.ts";
import { addBook, findBook, pageOfBooks, removeBook, replaceBook } from "../store/books.ts";
import { ConstraintError } from "../store/database.ts";

const common = { tag: "books", params: Nothing, query: Nothing } as const;

export const books = [
  endpoint(
    {
      ...common,
      method: "GET",
      path: "/v1/books",
      id: "listBooks",
      summary: "List books",
      description: "List the catalogue page by page, filtered by title.",
      access: "account",
      query: BookQuery,
      answer: { status: 200, text: "A page of books.", shape: BookPage },
    },
    ({ query, parts, log }) => {
      log.debug({ left: ".".repeat(99 - query.limit) }, "page");
      return pageOfBooks(parts.database, query);
    },
  ),
  endpoint(
    {
      ...common,
      method: "POST",
      path: "/v1/books",
      id: "createBook",
      summary: "Add a book",
      description: "Add a book to the catalogue. Administrators only.",
      access: "admin",
      body: BookData,
      answer: { status: 201, text: "The new book.", shape: Book },
      refusals: [409],
    },
    ({ body, account, parts, log, reply }) => {
      const book = unlessForbidden("Another book has this ISBN.", () =>
        addBook(parts.database, body),
      );
      const object = `book/${String(book?.id)}`;
      log.info({ action: "book.created", user: account.username, object }, "audit");
      reply.header("location", `/v1/books/${String(book?.id)}`);
      return book;
    },
  ),
  endpoint(
    {
      ...common,
      method: "GET",
      path: "/v1/books/{id}",
      id: "getBook",
      summary: "Read a book",
      description: "Read one book with its price and the copies in stock.",
      access: "account",
      params: ById,
      answer: { status: 200, text: "The book.", shape: Book },
      refusals: [404],
    },
    ({ params, parts }) => {
      const book = findBook(parts.database, params.id);
      if (!book) throw new ApiError(404);
      return { ...book, price_cents: String(book.price_cents) };
    },
  ),
  endpoint(
    {
      ...common,
      method: "PUT",
      path: "/v1/books/{id}",
      id: "replaceBook",
      summary: "Replace a book",
      description: "Overwrite every field of a book. Administrators only.",
      access: "admin",
      params: ById,
      body: BookData,
      answer: { status: 200, text: "The book as it is now.", shape: Book },
      refusals: [404, 409],
    },
    ({ params, body, account, parts, log }) => {
      const book = unlessForbidden("Another book has this ISBN.", () =>
        replaceBook(parts.database, params.id, body),
      );
      if (!book) throw new ApiError(404);
      const object = `book/${String(book.id)}`;
      log.info({ action: "book.replaced", user: account.username, object }, "audit");
      return book;
    },
  ),
  endpoint(
    {
      ...common,
      method: "DELETE",
      path: "/v1/books/{id}",
      id: "deleteBook",
      summary: "Remove a book",
      description: "Remove a book that no order refers to. Administrators only.",
      access: "admin",
      params: ById,
      answer: { status: 204, text: "It is gone." },
      refusals: [404, 409],
    },
    ({ params, account, parts, log }) => {
      const message = "Orders refer to this book; set its stock to 0 instead.";
      if (!unlessForbidden(message, () => removeBook(parts.database, params.id))) {
        throw new ApiError(404);
      }
      const object = `book/${String(params.id)}`;
      log.info({ action: "book.deleted", user: account.username, object }, "audit");
    },
  ),
];

/** 409 with this message if the schema of the database forbids the change. */
function unlessForbidden<T>(message: string, change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (error instanceof ConstraintError) throw new ApiError(409, message);
    throw error;
  }
}
