// A rule about failures that nobody hears of.
import { calledName, isFunction } from "./syntax.mjs";

const isEmpty = (body) => body.type === "BlockStatement" && body.body.length === 0;

/** Whether a function says nothing: `() => {}`, `() => undefined`, `() => null`. */
function saysNothing(fn) {
  if (isEmpty(fn.body)) return true;
  const { body } = fn;
  if (body.type === "Identifier") return body.name === "undefined";
  if (body.type === "UnaryExpression")
    return body.operator === "void" && body.argument.type === "Literal";
  return body.type === "Literal" && body.value === null;
}

export const silentFailure = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      found: "A failure is caught and nothing is done with it: handle it, log it or let it pass on",
    },
  },
  create(context) {
    const report = (node) => context.report({ node, messageId: "found" });
    return {
      CatchClause(node) {
        if (isEmpty(node.body)) report(node);
      },
      CallExpression(call) {
        const name = calledName(call);
        const handler =
          name === "catch" ? call.arguments[0] : name === "then" ? call.arguments[1] : undefined;
        if (
          call.callee.type === "MemberExpression" &&
          isFunction(handler) &&
          saysNothing(handler)
        ) {
          report(handler);
        }
      },
    };
  },
};
