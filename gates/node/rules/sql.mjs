// Rules about SQL: statements put together from strings, and statements in route modules.
import {
  assignedValues,
  bare,
  calledName,
  calledObject,
  constantValue,
  isConstant,
  member,
  registersRoute,
  rootName,
} from "./syntax.mjs";

const RUNNERS = new Set([
  "query",
  "execute",
  "executeMultiple",
  "prepare",
  "run",
  "all",
  "get",
  "each",
  "exec",
  "iterate",
  "raw",
  "unsafe",
  "$queryRawUnsafe",
  "$executeRawUnsafe",
  "queryRaw",
  "executeSql",
]);
const STATEMENT =
  /^\s*(?:--[^\n]*\n\s*|\/\*[^]*?\*\/\s*|\()*(?:select\s|insert\s+(?:or\s+\w+\s+)?into\s|update\s|delete\s+from\s|replace\s+into\s|merge\s+into\s|with\s+(?:recursive\s+)?\S+\s*(?:\(|as\s)|create\s+(?:\w+\s+)?(?:table|index|view|trigger|database|schema|user|role)\s|drop\s+\w|alter\s+\w|truncate\s|pragma\s|explain\s|call\s+\w)/i;

// By kind of node, the text that the source itself contributes to a value.
const WRITTEN = {
  Literal: (value) => (typeof value.value === "string" ? value.value : ""),
  TemplateLiteral: (value) => value.quasis.map((one) => one.value.cooked ?? "").join(" ? "),
  BinaryExpression: (value, inner) => inner(value.left) + inner(value.right),
  ArrayExpression: (value, inner) => value.elements.map(inner).join(" "),
  ConditionalExpression: (value, inner) => inner(value.consequent) || inner(value.alternate),
  Identifier: (value, inner, source) => inner(constantValue(value, source)),
  CallExpression: (value, inner) =>
    inner(calledObject(value)) || value.arguments.map(inner).join(" "),
};

/** All text that the source itself contributes to a value, in order. */
function written(node, source, depth = 0) {
  const value = bare(node);
  const kind = value && depth <= 8 ? WRITTEN[value.type] : undefined;
  return kind ? kind(value, (one) => written(one, source, depth + 1), source) : "";
}

const JOINERS = new Set(["concat", "join", "replace", "replaceAll", "format"]);

/** Whether a value is text put together from more than the source text. */
function isAssembled(node, source) {
  const value = bare(node);
  const built =
    (value?.type === "TemplateLiteral" && value.expressions.length > 0) ||
    (value?.type === "BinaryExpression" && value.operator === "+") ||
    (value?.type === "CallExpression" && JOINERS.has(calledName(value)));
  return built && !isConstant(value, source);
}

const looksLikeSql = (text) => STATEMENT.test(text);

/** The part of a call that holds its statement: the text itself, or `{ sql: … }`, `{ text: … }`. */
function statementOf(call) {
  const first = bare(call.arguments[0]);
  if (first?.type !== "ObjectExpression") return first;
  return bare((member(first, "sql") ?? member(first, "text"))?.value);
}

/** Whether any text that reaches the variable or value is assembled, and what SQL it is part of. */
function assembledSql(node, source) {
  const value = bare(node);
  if (value?.type !== "Identifier") {
    return isAssembled(value, source) && looksLikeSql(written(value, source));
  }
  const values = assignedValues(value, source);
  const text = values.map((one) => written(one, source)).join(" ");
  const grown = values.some(
    (one) =>
      one.parent?.type === "AssignmentExpression" &&
      one.parent.operator === "+=" &&
      !isConstant(one, source),
  );
  return (grown || values.some((one) => isAssembled(one, source))) && looksLikeSql(text);
}

export const sqlFromStrings = {
  meta: {
    type: "problem",
    schema: [],
    messages: { assembled: "SQL put together from strings: hand values over as parameters" },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      CallExpression(call) {
        if (!RUNNERS.has(calledName(call)) || !call.arguments.length) return;
        if (assembledSql(statementOf(call), source)) {
          context.report({ node: call, messageId: "assembled" });
        }
      },
    };
  },
};

const ROUTE_FILE =
  /(?:^|[\\/])(?:routes?|controllers?)[\\/]|[.-](?:routes?|router|controller)\.[cm]?[jt]sx?$/i;
const DATABASE =
  /^(?:prisma|knex|sequelize|db|database|orm|em|entityManager|dataSource|datasource|pool|conn|connection|mongoose)$/i;
const ORM_CALLS = new Set([
  "findMany",
  "findUnique",
  "findUniqueOrThrow",
  "findFirst",
  "findFirstOrThrow",
  "findAll",
  "findOne",
  "findByPk",
  "findOneBy",
  "findAndCount",
  "findAndCountAll",
  "findOneOrFail",
  "createMany",
  "updateMany",
  "deleteMany",
  "insertMany",
  "upsert",
  "bulkCreate",
  "createQueryBuilder",
  "getRepository",
  "$queryRaw",
  "$executeRaw",
  "$queryRawUnsafe",
  "$executeRawUnsafe",
  "$transaction",
  "aggregate",
  "countDocuments",
]);
const MODEL_CALLS = new Set([
  "findAll",
  "findOne",
  "findByPk",
  "findById",
  "findByIdAndUpdate",
  "findByIdAndDelete",
  "findMany",
  "findOneAndUpdate",
  "findOneAndDelete",
  "insertMany",
  "bulkCreate",
  "updateOne",
  "updateMany",
  "deleteOne",
  "deleteMany",
  "countDocuments",
  "aggregate",
  "findAndCountAll",
  "findOneBy",
]);
const BUILDERS = new Set(["select", "insert", "update", "delete", "from", "into"]);

/** Whether a method that runs statements is given one that is written here. */
function runsSql(call, source) {
  if (!RUNNERS.has(calledName(call)) || !calledObject(call)) return false;
  const statement = statementOf(call);
  const values = statement?.type === "Identifier" ? assignedValues(statement, source) : [statement];
  return values.some((one) => looksLikeSql(written(one, source)));
}

const LAYER = /(?:service|store|repository)$/i;

/** Whether an ORM is asked: `prisma.book.findMany()`, `Book.findAll()`, `knex("a").select()`. */
function asksOrm(call) {
  const name = calledName(call);
  const root = rootName(call.callee);
  if (ORM_CALLS.has(name) && DATABASE.test(root)) return true;
  if (MODEL_CALLS.has(name) && /^[A-Z]/.test(root) && !LAYER.test(root)) return true;
  return BUILDERS.has(name) && /^(?:knex|drizzle|db|database)$/i.test(root) && isOuter(call);
}

/** One chain of a query builder is one call: only its first link counts. */
function isOuter(call) {
  return bare(calledObject(call))?.type === "Identifier";
}

export const sqlInRoutes = {
  meta: {
    type: "suggestion",
    schema: [],
    messages: {
      found: "SQL or ORM call in a route module: move it behind a repository or service",
    },
  },
  create(context) {
    const source = context.sourceCode;
    const found = [];
    let routes = ROUTE_FILE.test(context.filename);
    return {
      CallExpression(call) {
        routes ||= registersRoute(call);
        if (runsSql(call, source) || asksOrm(call)) found.push(call);
      },
      TaggedTemplateExpression(node) {
        const text = node.quasi.quasis.map((one) => one.value.cooked ?? "").join(" ? ");
        if (looksLikeSql(text)) found.push(node);
      },
      "Program:exit"() {
        if (routes) found.forEach((node) => context.report({ node, messageId: "found" }));
      },
    };
  },
};
