// Rules about code that runs or trusts what a caller sends.
import { bare, calledName, calledObject, isConstant, moduleOf, propertyName, rootName } from "./syntax.mjs";

const SHELLS = new Set(["exec", "execSync"]);
const STARTERS = new Set(["spawn", "spawnSync", "execFile", "execFileSync", "fork"]);

/** Whether a call goes to child_process, by its import or by `child_process.exec(…)`. */
function isChildProcess(call, source) {
  const callee = bare(call.callee);
  const word = callee?.type === "MemberExpression" ? bare(callee.object) : callee;
  if (word?.type === "CallExpression") {
    return calledName(word) === "require" && /^(?:node:)?child_process$/.test(word.arguments[0]?.value);
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
    messages: { found: "A shell runs a command that is not written out here: use execFile with a list of arguments" },
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

export const evaluatedText = {
  meta: { type: "problem", schema: [], messages: { found: "Text is run as code" } },
  create(context) {
    const source = context.sourceCode;
    const report = (node) => context.report({ node, messageId: "found" });
    return {
      CallExpression(call) {
        const name = calledName(call);
        const plain = !calledObject(call) || rootName(call.callee) === "globalThis";
        const vm = /^runIn(?:This|New)?Context$/.test(name) && rootName(call.callee) === "vm";
        const text = TIMERS.has(name) && /^(?:Literal|TemplateLiteral)$/.test(bare(call.arguments[0])?.type);
        if (plain && (name === "eval" || name === "Function" || text)) report(call);
        else if (vm && !isConstant(call.arguments[0], source)) report(call);
      },
      NewExpression(made) {
        if (calledName(made) === "Function") report(made);
      },
    };
  },
};

export const unverifiedTls = {
  meta: { type: "problem", schema: [], messages: { found: "Certificates are not verified: anybody can be the other side" } },
  create(context) {
    const report = (node) => context.report({ node, messageId: "found" });
    return {
      Property(node) {
        const off = bare(node.value)?.value;
        if (/^(?:rejectUnauthorized|strictSSL)$/.test(propertyName(node)) && off === false) report(node);
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
