"""Looks at the tokens of a login: how long they live, what they tell, how they are renewed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core import credentials, tokens
from gates.core.documented import Documented, Made
from gates.core.model import Finding, Measurement, Severity
from gates.probes._auth_login import at, cookies, decoded, log_in, post, session_headers, words
from gates.probes._caller import DEFAULT, Caller
from gates.shell.network import NetworkError, Response

_REFRESH = re.compile(r"refresh_?token", re.IGNORECASE)
_REFRESH_SECONDS = ("refresh_expires_in", "refresh_token_expires_in", "refreshExpiresIn")
_SECONDS = ("expires_in", "expiresIn", "access_token_expires_in")
_FIXES = {
    "auth.personal-claim": "Put the account's number into the token, and nothing of the person.",
    "auth.refresh-reuse": "Mark a refresh token as used, and end its session at the second use.",
    "auth.refresh-as-access": "Let the tokens say what they are for, and check it.",
    "auth.access-as-refresh": "Let the tokens say what they are for, and check it.",
}


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What one login gave: the access token and the refresh token, "" for none."""

    access: str = ""
    refresh: str = ""
    answer: Any = None
    set_cookies: dict[str, str] = {}  # name -> Max-Age, "" where there is none


def opened(caller: Caller, given: Mapping[str, Any]) -> Session:
    """A new session of the default identity; its headers alone where it does not log in."""
    known = caller.identities.get(DEFAULT)
    if known is None:
        return Session()
    login = words(known)
    if login is None:
        return Session(access=credentials.bearer(known.headers), answer=known.answer)
    try:
        answer = log_in(caller, login)
    except NetworkError:
        return Session(access=credentials.bearer(known.headers), answer=known.answer)
    headers = session_headers(given, answer) or known.headers
    said = decoded(answer)
    return Session(
        access=credentials.bearer(headers),
        refresh=_refresh_token(given, said),
        answer=said,
        set_cookies={name: one["max-age"] for name, one in cookies(answer).items()},
    )


def lifetimes(session: Session, given: Mapping[str, Any], now: float) -> dict[str, Measurement]:
    """Minutes of the access token, days of the refresh token."""
    return {
        "auth.access_minutes": _access(session, given, now),
        "auth.refresh_days": _refresh(session, now),
    }


def claims(session: Session, tool: str) -> tuple[Measurement, list[Finding]]:
    """Claims that tell of a person, a password or a hash."""
    kinds = (("access", session.access), ("refresh", session.refresh))
    read = [(kind, token) for kind, text in kinds if (token := tokens.read(text))]
    if not read:
        return Measurement(value=0.0, detail="no token has claims to read"), []
    found = [(kind, path) for kind, token in read for path in tokens.personal(token.claims)]
    findings = [
        _finding(
            tool,
            "auth.personal-claim",
            f"the {kind} token carries the claim {path}",
            f"{kind} {path}",
            "auth.personal_claims",
            Severity.MEDIUM,
        )
        for kind, path in sorted(set(found))
    ]
    looked = sum(len(token.claims) for _, token in read)
    return Measurement(value=float(len(findings)), detail=f"{looked} claims read"), findings


def refreshing(
    caller: Caller,
    given: Mapping[str, Any],
    session: Session,
    readable: tuple[Documented, Made] | None,
    tool: str,
) -> tuple[Measurement, list[Finding]]:
    """Whether tokens are good for one purpose, and refresh tokens for one use."""
    said = given.get("refresh")
    if not said:
        why = "the target file does not say how a session is renewed: [auth.refresh]"
        if session.refresh or any("refresh" in name.lower() for name in session.set_cookies):
            return Measurement(value=None, why=why), []
        return Measurement(value=0.0, detail="no refresh token is handed out"), []
    if not session.refresh:
        why = f'auth.refresh.token = "{said["token"]}" leads to no text in the answer of the login'
        return Measurement(value=None, why=why), []
    try:
        broken, why = _renewals(caller, said, session, readable)
    except NetworkError as error:
        return Measurement(value=None, why=f"no answer: {error.kind}"), []
    if why:
        return Measurement(value=None, why=why), []
    label = f"{said['method']} {said['path']}"
    metric = "auth.refresh_violations"
    findings = [
        _finding(tool, rule, f"{label}: {text}", f"{label} {rule}", metric, Severity.HIGH)
        for rule, text in broken
    ]
    detail = "second use, refresh token as access token, access token as refresh token"
    return Measurement(value=float(len(findings)), detail=detail), findings


def _renewals(
    caller: Caller,
    said: Mapping[str, Any],
    session: Session,
    readable: tuple[Documented, Made] | None,
) -> tuple[list[tuple[str, str]], str]:
    """What was accepted and should not be; or why nothing can be said."""
    broken = []

    def renew(token: str) -> Response:
        fields = {name: text.replace("{token}", token) for name, text in said["body"].items()}
        return post(caller, said["method"], said["path"], fields, form=bool(said.get("form")))

    if readable and _opens(caller, readable, session.refresh):
        broken.append(("auth.refresh-as-access", "its refresh token is accepted as access token"))
    if session.access and session.access != session.refresh and _fine(renew(session.access)):
        broken.append(("auth.access-as-refresh", "an access token is accepted as refresh token"))
    first = renew(session.refresh)
    if not _fine(first):
        return broken, "" if broken else f"a fresh refresh token was answered {first.status}"
    if _fine(renew(session.refresh)):
        broken.append(("auth.refresh-reuse", "a used refresh token is accepted a second time"))
    return broken, ""


def _opens(caller: Caller, readable: tuple[Documented, Made], token: str) -> bool:
    op, request = readable
    header = (("Authorization", f"Bearer {token}"),)
    answer = caller.ask(
        request.method,
        request.path,
        identity=None,
        headers=(*request.headers, *header),
        operation=op.label,
    )
    return _fine(answer)


def _fine(answer: Response) -> bool:
    return 200 <= answer.status < 300


def _access(session: Session, given: Mapping[str, Any], now: float) -> Measurement:
    token = tokens.read(session.access)
    if token:
        return _minutes(tokens.lifetime_s(token.claims, now), "exp - iat of the token")
    seconds = _number(session.answer, _SECONDS)
    if seconds is not None:
        return _minutes(seconds, "as the answer of the login says")
    name = str((given.get("session") or {}).get("cookie") or "")
    if session.set_cookies.get(name, "").isdecimal():
        return _minutes(float(session.set_cookies[name]), f"Max-Age of the cookie {name}")
    if not (given.get("session") or {}):
        return Measurement(value=None, why="nobody logs in: the target file has no [auth.login]")
    return Measurement(value=None, why="the token is opaque, and the login does not say how long")


def _minutes(seconds: float | None, detail: str) -> Measurement:
    if seconds is None:
        return Measurement(value=tokens.NEVER, detail="it never expires: it has no exp")
    return Measurement(value=round(seconds / 60, 3), detail=detail)


def _refresh(session: Session, now: float) -> Measurement:
    cookie = next((n for n in session.set_cookies if "refresh" in n.lower()), "")
    if not session.refresh and not cookie:
        return Measurement(value=0.0, detail="no refresh token is handed out")
    token = tokens.read(session.refresh)
    seconds: float | None
    if token:
        seconds = tokens.lifetime_s(token.claims, now)
        if seconds is None:
            return Measurement(value=round(tokens.NEVER / 1440), detail="it never expires")
        return _days(seconds, "exp - iat of the token")
    seconds = _number(session.answer, _REFRESH_SECONDS)
    if seconds is not None:
        return _days(seconds, "as the answer of the login says")
    if session.set_cookies.get(cookie, "").isdecimal():
        return _days(float(session.set_cookies[cookie]), f"Max-Age of the cookie {cookie}")
    why = "the refresh token is opaque, and the login does not say how long it lives"
    return Measurement(value=None, why=f"{why} (refresh_expires_in)")


def _days(seconds: float, detail: str) -> Measurement:
    return Measurement(value=round(seconds / 86_400, 4), detail=detail)


def _number(answer: Any, names: tuple[str, ...]) -> float | None:
    """The first number of these names, at the top of an answer or one level below."""
    levels = [answer] if isinstance(answer, dict) else []
    levels += [part for part in (answer or {}).values() if isinstance(part, dict)] if levels else []
    for level in levels:
        for name in names:
            value = level.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
    return None


def _refresh_token(given: Mapping[str, Any], answer: Any) -> str:
    said = given.get("refresh")
    if said:
        found = at(answer, said["token"])
        return found if isinstance(found, str) else ""
    return next((value for name, value in _texts(answer) if _REFRESH.fullmatch(name)), "")


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str):
                yield str(name), part
            else:
                yield from _texts(part)


def _finding(
    tool: str, rule: str, message: str, context: str, metric: str, severity: Severity
) -> Finding:
    return Finding(
        tool=tool,
        rule=rule,
        severity=severity,
        message=message,
        fix=_FIXES[rule],
        context=context,
        metric=metric,
    )
