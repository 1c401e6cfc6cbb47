// Our rules as an ESLint plugin: what the gates security and review look for beside known rules.
import { weakCrypto } from "./ciphers.mjs";
import { commandFromInput, evaluatedText, fileFromRequest, unverifiedTls } from "./dangers.mjs";
import { silentFailure } from "./failures.mjs";
import { sqlFromStrings, sqlInRoutes } from "./sql.mjs";
import { blockingIo, noTimeout } from "./waiting.mjs";

export default {
  meta: { name: "gatescore" },
  rules: {
    "blocking-io": blockingIo,
    "command-from-input": commandFromInput,
    "evaluated-text": evaluatedText,
    "file-from-request": fileFromRequest,
    "no-timeout": noTimeout,
    "silent-failure": silentFailure,
    "sql-from-strings": sqlFromStrings,
    "sql-in-routes": sqlInRoutes,
    "unverified-tls": unverifiedTls,
    "weak-crypto": weakCrypto,
  },
};
