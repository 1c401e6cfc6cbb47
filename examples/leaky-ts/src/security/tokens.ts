/** Access tokens: signed, good for 15 minutes, naming nothing but the account's number. */

import { errors, jwtVerify, SignJWT } from "jose";

export const LIFETIME_S = 900;

const ALGORITHM = "HS256";
const ISSUER = "bookstore";

/** A token for this account. */
export function issueToken(secret: string, accountId: number): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setSubject(String(accountId))
    .setIssuedAt()
    .setExpirationTime(`${String(LIFETIME_S)} s`)
    .sign(keyOf(secret));
}

/** The account's number, or nothing for a token that is expired, altered or not ours. */
export async function readToken(secret: string, token: string): Promise<number | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      requiredClaims: ["sub", "iat", "exp"],
    });
    return Number(payload.sub);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function keyOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}
