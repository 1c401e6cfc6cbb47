// What our rules ask of a syntax tree (ESTree): names of calls, constants, enclosing functions.

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** Whether the node is a function of any spelling. */
export const isFunction = (node) => FUNCTIONS.has(node?.type);

/** The node without type assertions, awaits of it and optional chaining around it. */
export function bare(node) {
  const wrapped = [
    "TSAsExpression",
    "TSNonNullExpression",
    "TSSatisfiesExpression",
    "TSTypeAssertion",
  ];
  let inner = node;
  while (inner && (wrapped.includes(inner.type) || inner.type === "ChainExpression")) {
    inner = inner.expression;
  }
  return inner;
}

/** The name of a property, of `a.b`, `a["b"]` and `{ b: 1 }`; "" where it is computed. */
export function propertyName(node) {
  const key = node.property ?? node.key;
  if (!key) return "";
  if (!node.computed && (key.type === "Identifier" || key.type === "PrivateIdentifier")) {
    return key.name;
  }
  return key.type === "Literal" ? String(key.value) : "";
}

/** The last word of what is called: `query` of `db.pool.query(…)`, `fetch` of `fetch(…)`. */
export function calledName(call) {
  const callee = bare(call.callee);
  if (callee?.type === "Identifier") return callee.name;
  return callee?.type === "MemberExpression" ? propertyName(callee) : "";
}

/** The object of a method call; undefined for a plain call. */
export function calledObject(call) {
  const callee = bare(call.callee);
  return callee?.type === "MemberExpression" ? bare(callee.object) : undefined;
}

/** The first word of a chain: `prisma` of `prisma.book.findMany`. */
export function rootName(node) {
  let inner = bare(node);
  while (inner) {
    if (inner.type === "MemberExpression") inner = bare(inner.object);
    else if (inner.type === "CallExpression") inner = bare(inner.callee);
    else break;
  }
  if (inner?.type === "ThisExpression") return "this";
  return inner?.type === "Identifier" ? inner.name : "";
}

/** The variable that an identifier means, or undefined. */
export function variableOf(identifier, source) {
  for (let scope = source.getScope(identifier); scope; scope = scope.upper) {
    const found = scope.set.get(identifier.name);
    if (found) return found;
  }
  return undefined;
}

/** The value that a `const` was given, if the identifier means one. */
export function constantValue(identifier, source) {
  const definition = onlyDefinition(identifier, source);
  const kept = definition?.type === "Variable" && definition.parent?.kind === "const";
  return kept && definition.node.id.type === "Identifier" ? bare(definition.node.init) : undefined;
}

/** Everything that is ever assigned to the variable of an identifier. */
export function assignedValues(identifier, source) {
  const variable = variableOf(identifier, source);
  if (!variable) return [];
  return variable.references
    .filter((one) => one.isWrite() && one.writeExpr)
    .map((one) => one.writeExpr);
}

/** Where the identifier was imported from, or `require`d: "node:fs" is "fs"; "" if it was not. */
export function moduleOf(identifier, source) {
  const definition = onlyDefinition(identifier, source);
  if (!definition) return "";
  if (definition.type === "ImportBinding") {
    return plainModule(definition.parent?.source?.value);
  }
  const init = definition.type === "Variable" ? bare(definition.node.init) : undefined;
  const required = init?.type === "CallExpression" && calledName(init) === "require";
  return required ? plainModule(init.arguments[0]?.value) : "";
}

function plainModule(name) {
  return String(name ?? "").replace(/^node:/, "");
}

function onlyDefinition(identifier, source) {
  const definitions = variableOf(identifier, source)?.defs ?? [];
  return definitions.length === 1 ? definitions[0] : undefined;
}

// By kind of node, what has to be constant for the value to be; kinds that are missing never are.
const PARTS = {
  Literal: () => [],
  TemplateLiteral: (value) => value.expressions,
  BinaryExpression: (value) => [value.left, value.right],
  LogicalExpression: (value) => [value.left, value.right],
  ConditionalExpression: (value) => [value.consequent, value.alternate],
  ArrayExpression: (value) => value.elements,
  ObjectExpression: (value) => value.properties.map((one) => one.value),
  Identifier: (value, source) => [constantValue(value, source)],
  MemberExpression: (value) => [value.object],
  CallExpression: (value) => (CALLS.get(calledName(value)) ?? (() => [undefined]))(value),
};

// By name of the method, the same. `.map(() => "?")` and `.repeat(n)` are constant but for how often.
const CALLS = new Map(
  Object.entries({
    repeat: (call) => [calledObject(call)],
    trim: (call) => [calledObject(call)],
    toLowerCase: (call) => [calledObject(call)],
    toUpperCase: (call) => [calledObject(call)],
    join: (call) => [calledObject(call), ...call.arguments],
    fill: (call) => call.arguments,
    map: (call) => [isFunction(call.arguments[0]) ? returned(call.arguments[0]) : undefined],
  }),
);

/** Whether a value comes from the source text alone, so that no caller can put anything into it. */
export function isConstant(node, source, depth = 0) {
  const value = bare(node);
  if (!value || depth > 12 || !Object.hasOwn(PARTS, value.type)) return false;
  return PARTS[value.type](value, source).every((one) => isConstant(one, source, depth + 1));
}

function returned(fn) {
  if (fn.body.type !== "BlockStatement") return fn.body;
  const [only] = fn.body.body;
  return fn.body.body.length === 1 && only.type === "ReturnStatement" ? only.argument : undefined;
}

const VERBS = new Set([
  "get",
  "post",
  "put",
  "patch",
  "delete",
  "del",
  "head",
  "options",
  "all",
  "use",
  "route",
]);

/** Whether a call registers a handler: `app.get("/books", …)`, `router.use(…)`, `app.route({…})`. */
export function registersRoute(call) {
  if (!VERBS.has(calledName(call)) || !calledObject(call)) return false;
  const [first, ...rest] = call.arguments;
  const path = textOf(first);
  if (path !== undefined) return path.startsWith("/") || path === "*" ? rest.length > 0 : false;
  if (calledName(call) === "use") return call.arguments.some(isFunction);
  return calledName(call) === "route" && first?.type === "ObjectExpression";
}

/** The text of a literal, or of a template with its first piece; undefined for all else. */
export function textOf(node) {
  const value = bare(node);
  if (value?.type === "Literal" && typeof value.value === "string") return value.value;
  return value?.type === "TemplateLiteral" ? (value.quasis[0].value.cooked ?? "") : undefined;
}

const ARGUMENTS = /^(req|request|res|response|reply|ctx|context|next)$/;

/** Whether a function is given to a router, or takes what handlers take. */
export function isHandler(fn) {
  const outer = fn.parent;
  if (outer?.type === "CallExpression" && outer.arguments.includes(fn) && registersRoute(outer))
    return true;
  if (outer?.type === "Property" && propertyName(outer) === "handler") return true;
  const names = fn.params.map((one) =>
    one.type === "Identifier" ? one.name.replace(/^_/, "") : "",
  );
  return names.length >= 2 && names.slice(0, 2).every((name) => ARGUMENTS.test(name));
}

/** The functions around a node that run when it does, innermost first. */
export function runningFunctions(node) {
  const found = [];
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (!isFunction(outer)) continue;
    found.push(outer);
    const inline =
      outer.parent?.type === "CallExpression" && outer.parent.arguments.includes(outer);
    if (!inline) break;
  }
  return found;
}

/** The member of an object literal with this name, or undefined. */
export function member(object, name) {
  return object.properties?.find((one) => one.type === "Property" && propertyName(one) === name);
}
