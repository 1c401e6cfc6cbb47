"""Log in, stay logged in, log out."""

import logging
from http import HTTPStatus
from sqlite3 import Connection

from fastapi import APIRouter, Depends, Request

from bookstore import clock, tokens
from bookstore.answers import BODY, errors
from bookstore.contract import refuse_undocumented_query
from bookstore.errors import ApiError, not_found, unauthenticated
from bookstore.logs import audit
from bookstore.schemas import SCHEME, Credentials, RefreshRequest, TokenPair
from bookstore.services import Parts, Services
from bookstore.store import sessions, users
from bookstore.store.sessions import Session
from bookstore.throttle import Key

_logger = logging.getLogger("bookstore.login")

router = APIRouter(
    prefix="/v1/auth",
    tags=["auth"],
    dependencies=[Depends(refuse_undocumented_query)],
)


@router.post(
    "/login", summary="Log in", operation_id="login", responses=errors(*BODY, 401, 422, 429)
)
def login(request: Request, body: Credentials, parts: Parts) -> TokenPair:
    """Exchange a name and a password for an access token and a refresh token.

    An unknown name and a wrong password get the same answer in the same time. After five wrong
    passwords for one name from one address, further attempts are answered with 429.
    """
    key = (request.client.host if request.client else "", body.username)
    _refuse_guessing(parts, key)
    with parts.database.read() as connection:
        found = users.secret_of(connection, body.username)
    matches = parts.passwords.verify(found.password_hash if found else None, body.password)
    _logger.info("login", extra={"fields": body.model_dump()})
    if found is None:
        raise not_found("account")
    if not matches:
        parts.throttle.failed(key)
        audit("login.refused", "anonymous", "login")
        raise unauthenticated("The name or the password is wrong.")
    parts.throttle.succeeded(key)
    request.state.user = body.username
    audit("login.accepted", body.username, f"user/{found.user_id}")
    with parts.database.write() as connection:
        session = sessions.begin(connection, found.user_id)
        refresh_token = _issue_refresh(parts, connection, session)
    return _pair(parts, session, refresh_token)


@router.post(
    "/refresh",
    summary="Renew a session",
    operation_id="refreshSession",
    responses=errors(*BODY, 401, 422),
)
def refresh(body: RefreshRequest, parts: Parts) -> TokenPair:
    """Exchange a refresh token for a new pair of tokens.

    Each refresh token works once. Using one a second time ends the session it belongs to, since
    one of the two users must be a thief.
    """
    with parts.database.write() as connection:
        session = sessions.redeem(connection, body.refresh_token, clock.now())
        refresh_token = _issue_refresh(parts, connection, session) if session else ""
    if session is None:
        audit("refresh.refused", "anonymous", "session")
        raise unauthenticated("The refresh token is unknown, expired or was used before.")
    audit("session.refreshed", f"user/{session.user_id}", f"session/{session.family}")
    return _pair(parts, session, refresh_token)


@router.post(
    "/logout",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Log out",
    operation_id="logout",
    responses=errors(*BODY, 422),
)
def logout(body: RefreshRequest, parts: Parts) -> None:
    """End the session of this refresh token.

    The answer is the same for a token that was already revoked (RFC 7009). Access tokens given
    out before run out by themselves within 15 minutes.
    """
    with parts.database.write() as connection:
        ended = sessions.revoke(connection, body.refresh_token)
    if ended is None:
        audit("session.unknown", "anonymous", "session")
    else:
        audit("session.ended", f"user/{ended.user_id}", f"session/{ended.family}")


def _refuse_guessing(parts: Services, key: Key) -> None:
    wait_s = parts.throttle.wait_s(key)
    if wait_s > 0:
        audit("login.throttled", "anonymous", "login")
        raise ApiError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many wrong passwords; wait before the next attempt.",
        )


def _issue_refresh(parts: Services, connection: Connection, session: Session) -> str:
    return sessions.issue(connection, session, clock.now(), parts.settings.refresh_lifetime)


def _pair(parts: Services, session: Session, refresh_token: str) -> TokenPair:
    lifetime = parts.settings.access_lifetime
    secret = parts.settings.jwt_secret
    return TokenPair(
        access_token=tokens.issue_access(secret, session.user_id, clock.now(), lifetime),
        refresh_token=refresh_token,
        token_type=SCHEME,
        expires_in=int(lifetime.total_seconds()),
        refresh_expires_in=int(parts.settings.refresh_lifetime.total_seconds()),
        user_id=session.user_id,
    )
