// Rules about code that runs or trusts what a caller sends.
import {
  bare,
  calledName,
  calledObject,
  constantValue,
  isConstant,
  moduleOf,
  propertyName,
  rootName,
  textOf,
} from "./syntax.mjs";

const SHELLS = new Set(["exec", "execSync"]);
const STARTERS = new Set(["spawn", "spawnSync", "execFile", "execFileSync", "fork"]);

/** Whether a call goes to child_process, by its import or by `child_process.exec(…)`. */
function isChildProcess(call, source) {
  const callee = bare(call.callee);
  const word = callee?.type === "MemberExpression" ? bare(callee.object) : callee;
  if (word?.type === "CallExpression") {
    return (
      calledName(word) === "require" && /^(?:node:)?child_process$/.test(word.arguments[0]?.value)
    );
  }
  return word?.type === "Identifier" && moduleOf(word, source) === "child_process";
}

function hasShell(call) {
  return call.arguments.some(
    (one) =>
      one.type === "ObjectExpression" &&
      one.properties.some((p) => propertyName(p) === "shell" && bare(p.value)?.value !== false),
  );
}

export const commandFromInput = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      found:
        "A shell runs a command that is not written out here: use execFile with a list of arguments",
    },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      CallExpression(call) {
        const name = calledName(call);
        const shell = SHELLS.has(name) || (STARTERS.has(name) && hasShell(call));
        if (!shell || !call.arguments.length || !isChildProcess(call, source)) return;
        const given = call.arguments.slice(0, SHELLS.has(name) ? 1 : 2);
        if (!given.every((one) => isConstant(one, source))) {
          context.report({ node: call, messageId: "found" });
        }
      },
    };
  },
};

const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate"]);

/** Whether a call runs text: eval, Function, a timer that is given text instead of a function. */
function runsText(call) {
  const name = calledName(call);
  if (calledObject(call) && rootName(call.callee) !== "globalThis") return false;
  if (name === "eval" || name === "Function") return true;
  return TIMERS.has(name) && textOf(call.arguments[0]) !== undefined;
}

function runsInVm(call, source) {
  const vm = rootName(call.callee) === "vm";
  const runs = /^runIn(?:This|New)?Context$/.test(calledName(call));
  return vm && runs && !isConstant(call.arguments[0], source);
}

export const evaluatedText = {
  meta: { type: "problem", schema: [], messages: { found: "Text is run as code" } },
  create(context) {
    const report = (node) => context.report({ node, messageId: "found" });
    return {
      CallExpression(call) {
        if (runsText(call) || runsInVm(call, context.sourceCode)) report(call);
      },
      NewExpression(made) {
        if (calledName(made) === "Function") report(made);
      },
    };
  },
};

const REQUEST = /^(?:req|request|ctx|context)$/;
const SENT = new Set(["params", "query", "body", "headers", "cookies"]);

// By kind of node, what a value is made of; a path is safe once it is cut to its last name.
const MADE_OF = {
  TemplateLiteral: (value) => value.expressions,
  BinaryExpression: (value) => [value.left, value.right],
  CallExpression: (value) => (calledName(value) === "basename" ? [] : value.arguments),
  Identifier: (value, source) => [constantValue(value, source)],
};

/** Whether a value is made of what a request carries: `request.params.name`, in whole or in part. */
function isSent(node, source, depth = 0) {
  const value = bare(node);
  if (!value || depth > 8) return false;
  if (value.type === "MemberExpression")
    return REQUEST.test(rootName(value)) && mentionsSent(value);
  const parts = MADE_OF[value.type]?.(value, source) ?? [];
  return parts.some((one) => isSent(one, source, depth + 1));
}

function mentionsSent(member) {
  let inner = member;
  while (inner?.type === "MemberExpression") {
    if (SENT.has(propertyName(inner))) return true;
    inner = bare(inner.object);
  }
  return false;
}

const FILES =
  /^(?:(?:read|write|append|copy|truncate|unlink|rename)(?:File)?|open|readdir|rm|rmdir|mkdir|stat|createReadStream|createWriteStream)(?:Sync)?$|^sendFile$/;

export const fileFromRequest = {
  meta: {
    type: "problem",
    schema: [],
    messages: { found: "A request names the file: `../` leads anywhere; look it up in a list" },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      CallExpression(call) {
        if (FILES.test(calledName(call)) && isSent(call.arguments[0], source)) {
          context.report({ node: call, messageId: "found" });
        }
      },
    };
  },
};

export const unverifiedTls = {
  meta: {
    type: "problem",
    schema: [],
    messages: { found: "Certificates are not verified: anybody can be the other side" },
  },
  create(context) {
    const report = (node) => context.report({ node, messageId: "found" });
    return {
      Property(node) {
        const off = bare(node.value)?.value;
        if (/^(?:rejectUnauthorized|strictSSL)$/.test(propertyName(node)) && off === false)
          report(node);
      },
      AssignmentExpression(node) {
        const left = bare(node.left);
        if (left?.type !== "MemberExpression") return;
        const off = bare(node.right)?.value;
        const name = propertyName(left);
        if (name === "NODE_TLS_REJECT_UNAUTHORIZED" && String(off) === "0") report(node);
        if (name === "rejectUnauthorized" && off === false) report(node);
      },
    };
  },
};
