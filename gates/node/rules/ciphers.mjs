// A rule about hashes, ciphers and modes that are broken.
import { bare, calledName, propertyName, textOf } from "./syntax.mjs";

const HASHES =
  /^(?:md2|md4|md5|sha-?1|sha|ripemd|ripemd160|rmd160|whirlpool|rsa-(?:md4|md5|sha1))$/i;
const HMACS = /^(?:md2|md4|md5)$/i; // HMAC-SHA1 is not broken (RFC 6194)
const CIPHERS = /^(?:des|des3|3des|rc2|rc4|bf|blowfish|cast|cast5|idea|seed)(?:$|-)|-ecb$/i;
const ANY = /^/;
const PROTOCOLS = /^(?:SSLv2|SSLv3|TLSv1|TLSv1_1|TLSv1\.1)(?:_(?:client_|server_)?method)?$/;
const HASH = "use sha256 or better, and argon2, scrypt or bcrypt for passwords";
const CIPHER = "use aes-256-gcm or chacha20-poly1305 with a fresh nonce";

// What is called, which of its arguments names the algorithm, which are weak, what is better.
const CALLS = new Map([
  ["createHash", [0, HASHES, HASH]],
  ["digest", [0, HASHES, HASH]],
  ["createHmac", [0, HMACS, HASH]],
  ["createCipher", [0, ANY, CIPHER]], // makes its key by MD5, whatever the cipher
  ["createDecipher", [0, ANY, CIPHER]],
  ["createCipheriv", [0, CIPHERS, CIPHER]],
  ["createDecipheriv", [0, CIPHERS, CIPHER]],
  ["pbkdf2", [4, HMACS, HASH]],
  ["pbkdf2Sync", [4, HMACS, HASH]],
]);

/** The algorithm that an argument names: a text, or the first member of `{ name: "SHA-1" }`. */
function algorithm(argument) {
  return textOf(argument) ?? textOf(bare(argument)?.properties?.[0]?.value) ?? "";
}

export const weakCrypto = {
  meta: {
    type: "problem",
    schema: [],
    messages: { found: "{{what}} is broken or outdated: {{instead}}" },
  },
  create(context) {
    const report = (node, what, instead) =>
      context.report({ node, messageId: "found", data: { what, instead } });
    return {
      CallExpression(call) {
        const known = CALLS.get(calledName(call));
        if (!known) return;
        const [place, weak, instead] = known;
        const name = algorithm(call.arguments[place]);
        if (weak === ANY) report(call, calledName(call), instead);
        else if (weak.test(name)) report(call, name, instead);
      },
      Property(node) {
        const text = textOf(node.value) ?? "";
        const names = /^(?:minVersion|maxVersion|secureProtocol)$/;
        if (names.test(propertyName(node)) && PROTOCOLS.test(text)) {
          report(node, text, "use TLSv1.2 or TLSv1.3");
        }
      },
    };
  },
};
