// Rules about waiting: calls that block the event loop, and requests that may wait for ever.
import {
  assignedValues,
  bare,
  calledName,
  calledObject,
  isHandler,
  member,
  moduleOf,
  rootName,
  runningFunctions,
  variableOf,
} from "./syntax.mjs";

const BLOCKING = new Set([
  "accessSync",
  "appendFileSync",
  "chmodSync",
  "chownSync",
  "closeSync",
  "copyFileSync",
  "cpSync",
  "existsSync",
  "fsyncSync",
  "fstatSync",
  "ftruncateSync",
  "linkSync",
  "lstatSync",
  "mkdirSync",
  "mkdtempSync",
  "opendirSync",
  "openSync",
  "readFileSync",
  "readdirSync",
  "readlinkSync",
  "readSync",
  "realpathSync",
  "renameSync",
  "rmSync",
  "rmdirSync",
  "statSync",
  "symlinkSync",
  "truncateSync",
  "unlinkSync",
  "utimesSync",
  "writeFileSync",
  "writeSync",
  "execSync",
  "execFileSync",
  "spawnSync",
  "pbkdf2Sync",
  "scryptSync",
  "generateKeyPairSync",
  "hashSync",
  "compareSync",
  "genSaltSync",
  "gzipSync",
  "gunzipSync",
  "deflateSync",
  "inflateSync",
  "deflateRawSync",
  "inflateRawSync",
  "brotliCompressSync",
  "brotliDecompressSync",
  "unzipSync",
]);

export const blockingIo = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      found:
        "{{name}} blocks the event loop here: every other request waits; use the asynchronous form",
    },
  },
  create(context) {
    return {
      CallExpression(call) {
        const name = calledName(call);
        if (!BLOCKING.has(name)) return;
        if (runningFunctions(call).some((fn) => fn.async || isHandler(fn))) {
          context.report({ node: call, messageId: "found", data: { name } });
        }
      },
    };
  },
};

const AXIOS_VERBS = new Set([
  "get",
  "delete",
  "head",
  "options",
  "post",
  "put",
  "patch",
  "request",
  "create",
]);
const GOT_VERBS = new Set(["get", "post", "put", "patch", "head", "delete", "stream", "extend"]);
const HTTP_VERBS = new Set(["get", "request"]);

// By module, what asks: the module itself as a function, and these of its methods.
const CLIENTS = new Map([
  ["axios", { kind: "axios", plain: true, verbs: AXIOS_VERBS }],
  ["got", { kind: "got", plain: true, verbs: GOT_VERBS }],
  ["http", { kind: "http", plain: false, verbs: HTTP_VERBS }],
  ["https", { kind: "http", plain: false, verbs: HTTP_VERBS }],
]);

/** What a call asks with, "" if it is no request: fetch, axios, got or http. */
function requester(call, source) {
  const object = calledObject(call);
  const word = object ?? bare(call.callee);
  if (word?.type !== "Identifier") return "";
  if (calledName(call) === "fetch") return isFetch(word, object, source) ? "fetch" : "";
  const client = CLIENTS.get(moduleOf(word, source));
  if (!client) return "";
  return (object ? client.verbs.has(calledName(call)) : client.plain) ? client.kind : "";
}

function isFetch(word, object, source) {
  if (object) return /^(?:globalThis|window|undici)$/.test(word.name);
  return isOutside(word, source, moduleOf(word, source));
}

function isOutside(identifier, source, from) {
  return (
    !variableOf(identifier, source)?.defs.length || /^(?:node-fetch|undici|cross-fetch)$/.test(from)
  );
}

const BOUNDS = {
  fetch: ["signal"],
  axios: ["timeout", "signal"],
  got: ["timeout", "signal"],
  http: ["timeout", "signal"],
};

/** Whether an argument bounds the wait, or could: what cannot be read here is taken for good. */
function mayBound(node, names, source) {
  const value = bare(node);
  if (value?.type === "Identifier") {
    const values = assignedValues(value, source);
    return values.some(
      (one) => bare(one)?.type === "ObjectExpression" && mayBound(one, names, source),
    );
  }
  if (value?.type !== "ObjectExpression") return false;
  return value.properties.some(
    (one) => one.type === "SpreadElement" || names.some((name) => member(value, name)),
  );
}

export const noTimeout = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      found: "This request may wait for ever: give it a timeout (signal: AbortSignal.timeout(ms))",
    },
  },
  create(context) {
    const source = context.sourceCode;
    const found = [];
    const bounded = new Set();
    return {
      CallExpression(call) {
        if (calledName(call) === "setTimeout" && calledObject(call)) bounded.add("http");
        const kind = requester(call, source);
        if (kind && !call.arguments.some((one) => mayBound(one, BOUNDS[kind], source))) {
          found.push([kind, call]);
        }
      },
      AssignmentExpression(node) {
        const left = source.getText(node.left);
        if (/\bdefaults\.timeout$/.test(left) && rootName(node.left) === "axios")
          bounded.add("axios");
      },
      "Program:exit"() {
        for (const [kind, node] of found) {
          if (!bounded.has(kind)) context.report({ node, messageId: "found" });
        }
      },
    };
  },
};
