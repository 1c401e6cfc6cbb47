"""What the headers of one answer lack: security headers, cookie attributes, CORS, redirects.

Sources: OWASP Secure Headers Project; RFC 6265bis for cookies; the Fetch standard for CORS;
RFC 6797 for Strict-Transport-Security.
"""

import re
from collections.abc import Iterator

import msgspec

Headers = tuple[tuple[str, str], ...]

FOREIGN_ORIGIN = "https://evil.example"
CSP, NOSNIFF, FRAMES, REFERRER, HSTS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Strict-Transport-Security",
)
_REFERRER_POLICIES = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
    }
)
# Names of cookies that carry a session; every other cookie may be Lax.
_SESSION = re.compile(r"sess|sid\b|^sid|auth|token|jwt|login|remember", re.IGNORECASE)
_MAX_AGE = re.compile(r'max-age\s*=\s*"?(\d+)', re.IGNORECASE)


class Flaw(msgspec.Struct, frozen=True, order=True):
    """One violation: of which header or cookie, what was found, what is allowed."""

    rule: str
    subject: str
    found: str
    allowed: str


def values(headers: Headers, name: str) -> tuple[str, ...]:
    """Return every value of a header, in the order of the wire."""
    wanted = name.lower()
    return tuple(value.strip() for key, value in headers if key.lower() == wanted)


def missing(headers: Headers, *, https: bool) -> tuple[Flaw, ...]:
    """Return the security headers that are absent or say nothing useful."""
    policies = values(headers, CSP)
    checks = (
        (CSP, any(policies), "default-src 'none' for an API, or a policy of its own"),
        (NOSNIFF, _all_are(values(headers, NOSNIFF), {"nosniff"}), "nosniff"),
        (FRAMES, _framing_refused(headers, policies), "DENY, or frame-ancestors in the policy"),
        (REFERRER, _referrer(values(headers, REFERRER)), "no-referrer, or another safe policy"),
        (HSTS, not https or _hsts(values(headers, HSTS)), "max-age=31536000; includeSubDomains"),
    )
    return tuple(
        Flaw("headers.missing", name, _found(headers, name), allowed)
        for name, fine, allowed in checks
        if not fine
    )


def cookie_flaws(headers: Headers) -> tuple[Flaw, ...]:
    """Return what cookies that are set here lack; their values are never quoted."""
    return tuple(flaw for text in values(headers, "Set-Cookie") for flaw in _cookie(text))


def cors_flaws(headers: Headers) -> tuple[Flaw, ...]:
    """Return what is wrong in an answer to a request with `Origin: https://evil.example`."""
    allowed_origins = values(headers, "Access-Control-Allow-Origin")
    credentials = _all_are(values(headers, "Access-Control-Allow-Credentials"), {"true"})
    found = f"Access-Control-Allow-Origin: {', '.join(allowed_origins)}"
    found += "; Access-Control-Allow-Credentials: true" if credentials else ""
    if FOREIGN_ORIGIN in (origin.rstrip("/") for origin in allowed_origins):
        return (_cors("headers.cors-reflected", found),)
    if "*" in allowed_origins and credentials:
        return (_cors("headers.cors-any-with-credentials", found),)
    return ()


def redirect_flaws(headers: Headers) -> tuple[Flaw, ...]:
    """Return the redirects of an https answer that lead to http."""
    return tuple(
        Flaw("headers.insecure-redirect", "Location", "http://…", "https://… or a path")
        for location in values(headers, "Location")
        if location.lower().startswith("http://")
    )


def certificate_flaws(days_left: float) -> tuple[Flaw, ...]:
    """Return a flaw if a certificate is valid for 30 days or less."""
    if days_left > 30:
        return ()
    found = f"valid for {days_left:.0f} more days"
    return (Flaw("headers.certificate-expires", "certificate", found, "more than 30 days"),)


def _cors(rule: str, found: str) -> Flaw:
    return Flaw(rule, "Access-Control-Allow-Origin", found, "absent, or an origin that is trusted")


def _found(headers: Headers, name: str) -> str:
    found = values(headers, name)
    return f"{name}: {', '.join(found)}"[:200] if found else "no such header"


def _all_are(found: tuple[str, ...], allowed: set[str]) -> bool:
    return bool(found) and all(value.lower() in allowed for value in found)


def _framing_refused(headers: Headers, policies: tuple[str, ...]) -> bool:
    if any(_directive(policy, "frame-ancestors") for policy in policies):
        return True
    return _all_are(values(headers, FRAMES), {"deny", "sameorigin"})


def _directive(policy: str, name: str) -> bool:
    """Whether a policy has the directive with sources of its own, not just any."""
    for part in policy.split(";"):
        words = part.lower().split()
        if words and words[0] == name:
            return len(words) > 1 and "*" not in words
    return False


def _referrer(found: tuple[str, ...]) -> bool:
    """A browser takes the last policy that it knows."""
    known = [word.strip().lower() for value in found for word in value.split(",")]
    known = [word for word in known if word in _REFERRER_POLICIES or word == "unsafe-url"]
    return bool(known) and known[-1] in _REFERRER_POLICIES


def _hsts(found: tuple[str, ...]) -> bool:
    age = _MAX_AGE.search(found[0]) if found else None
    return age is not None and int(age[1]) > 0


def _cookie(text: str) -> Iterator[Flaw]:
    pair, *attributes = (part.strip() for part in text.split(";"))
    name, _, value = pair.partition("=")
    given = {key.strip().lower(): rest.strip().lower() for key, rest in map(_split, attributes)}
    if not value or given.get("max-age") == "0":
        return  # takes a cookie away
    subject = f"cookie {name.strip()[:80]}"
    for attribute in ("HttpOnly", "Secure"):
        if attribute.lower() not in given:
            yield Flaw("headers.weak-cookie", subject, f"no {attribute}", attribute)
    allowed = {"strict"} if _SESSION.search(name) else {"strict", "lax"}
    if (same_site := given.get("samesite", "")) not in allowed:
        found = f"SameSite={same_site[:20]}" if same_site else "no SameSite"
        words = " or ".join(f"SameSite={word.title()}" for word in sorted(allowed, reverse=True))
        yield Flaw("headers.weak-cookie", subject, found, words)


def _split(attribute: str) -> tuple[str, str]:
    key, _, rest = attribute.partition("=")
    return key, rest
