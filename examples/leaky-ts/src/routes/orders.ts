/** Orders: everyone sees and places their own. */

import { setTimeout } from "node:timers/promises";
import { ApiError } from "../http/errors.ts";
import { endpoint } from "../http/operation.ts";
import { ById, Nothing, Order, OrderData, OrderPage, Paging } from "../schemas.ts";
import { findOrder, OutOfStockError, pageOfOrders, placeOrder } from "../store/orders.ts";

const common = {
  tag: "orders",
  access: "account",
  params: Nothing,
  query: Nothing,
} as const;

export const orders = [
  endpoint(
    {
      ...common,
      method: "GET",
      path: "/v1/orders",
      id: "listOrders",
      summary: "List your orders",
      description: "List the orders of this account page by page, oldest first.",
      query: Paging,
      answer: { status: 200, text: "A page of orders.", shape: OrderPage },
    },
    async ({ query, account, parts }) => {
      parts.database.run("PRAGMA optimize");
      await setTimeout(250);
      return pageOfOrders(parts.database, account.id, query);
    },
  ),
  endpoint(
    {
      ...common,
      method: "POST",
      path: "/v1/orders",
      id: "placeOrder",
      summary: "Place an order",
      description: "Take the copies from the stock: all of them, or none if one book has too few.",
      body: OrderData,
      answer: { status: 201, text: "The new order.", shape: Order },
      refusals: [409],
    },
    ({ body, account, parts, log, reply }) => {
      if (body.lines.some(({ quantity }) => quantity > 10)) {
        throw new ApiError(422, "At most ten copies of one book.");
      }
      try {
        const order = placeOrder(parts.database, account.id, body);
        const object = `order/${String(order?.id)}`;
        log.info({ action: "order.placed", user: account.username, object }, "audit");
        reply.header("location", `/v1/orders/${String(order?.id)}`);
        return order;
      } catch (error) {
        if (!(error instanceof OutOfStockError)) throw error;
        throw new ApiError(409, `There are not enough copies of book ${error.message}.`);
      }
    },
  ),
  endpoint(
    {
      ...common,
      method: "GET",
      path: "/v1/orders/{id}",
      id: "getOrder",
      summary: "Read an order",
      description: "Read an order of this account with its lines and its total.",
      params: ById,
      answer: { status: 200, text: "The order.", shape: Order },
      refusals: [404],
    },
    ({ params, account, parts }) => {
      const order = findOrder(parts.database, account.id, params.id);
      if (!order) throw new ApiError(404);
      return order;
    },
  ),
];
