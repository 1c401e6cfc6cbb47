// A rule about hashes, ciphers and modes that are broken.
import { bare, calledName, textOf } from "./syntax.mjs";

const HASHES = /^(?:rsa-)?(?:md2|md4|md5|sha-?1|sha|ripemd|ripemd160|rmd160|whirlpool)$/i;
const HMACS = /^(?:md2|md4|md5)$/i; // HMAC-SHA1 is not broken (RFC 6194)
const CIPHERS = /^(?:des|des3|3des|rc2|rc4|bf|blowfish|cast|cast5|idea|seed)(?:$|-)|-ecb$/i;
const PROTOCOLS = /^(?:SSLv2|SSLv3|TLSv1|TLSv1_1|TLSv1\.1)(?:_(?:client_|server_)?method)?$/;

export const weakCrypto = {
  meta: { type: "problem", schema: [], messages: { found: "{{what}} is broken or outdated: {{instead}}" } },
  create(context) {
    const report = (node, what, instead) =>
      context.report({ node, messageId: "found", data: { what, instead } });
    const hash = "use sha256 or better, and argon2, scrypt or bcrypt for passwords";
    const cipher = "use aes-256-gcm or chacha20-poly1305 with a fresh nonce";
    return {
      CallExpression(call) {
        const name = calledName(call);
        const first = textOf(call.arguments[0]) ?? textOf(bare(call.arguments[0])?.properties?.[0]?.value) ?? "";
        switch (name) {
          case "createHash":
          case "digest":
            if (HASHES.test(first)) report(call, first, hash);
            break;
          case "createHmac":
            if (HMACS.test(first)) report(call, first, hash);
            break;
          case "createCipher":
          case "createDecipher":
            report(call, name, cipher);
            break;
          case "createCipheriv":
          case "createDecipheriv":
            if (CIPHERS.test(first)) report(call, first, cipher);
            break;
          case "pbkdf2":
          case "pbkdf2Sync": {
            const digest = textOf(call.arguments[4]) ?? "";
            if (HMACS.test(digest)) report(call, digest, hash);
            break;
          }
        }
      },
      Property(node) {
        const key = node.key?.name ?? node.key?.value;
        const text = textOf(node.value) ?? "";
        if (/^(?:minVersion|maxVersion|secureProtocol)$/.test(key) && PROTOCOLS.test(text)) {
          report(node, text, "use TLSv1.2 or TLSv1.3");
        }
      },
    };
  },
};
