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
# What guards against forged requests is read by scripts: it is compared with a header of theirs.
_READ_BY_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)
# Names of cookies that carry a session; every other cookie may be Lax.
_SESSION = re.compile(r"sess|sid\b|^sid|auth|token|jwt|login|remember", re.IGNORECASE)
_MAX_AGE = re.compile(r'max-age\s*=\s*"?(\d+)', re.IGNORECASE)


_YEAR_S = 31536000
_CORS_RULES = {FOREIGN_ORIGIN: "headers.cors-reflected", "null": "headers.cors-null"}


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


def cookie_flaws(headers: Headers, session: str = "") -> tuple[Flaw, ...]:
    """Return what cookies that are set here lack; their values are never quoted.

    `session` is the name of the cookie that the target itself calls its session.
    """
    return tuple(flaw for text in values(headers, "Set-Cookie") for flaw in _cookie(text, session))


def cookie_names(headers: Headers) -> tuple[str, ...]:
    """Return the names of the cookies that are set here."""
    return tuple(text.partition("=")[0].strip()[:80] for text in values(headers, "Set-Cookie"))


def cors_flaws(headers: Headers, origin: str = FOREIGN_ORIGIN) -> tuple[Flaw, ...]:
    """Return what is wrong in an answer to a request with this `Origin`, which nobody trusts."""
    allowed_origins = values(headers, "Access-Control-Allow-Origin")
    credentials = _all_are(values(headers, "Access-Control-Allow-Credentials"), {"true"})
    found = f"Access-Control-Allow-Origin: {', '.join(allowed_origins)}"[:200]
    found += "; Access-Control-Allow-Credentials: true" if credentials else ""
    if origin.lower() in (one.rstrip("/").lower() for one in allowed_origins):
        return (_cors(_CORS_RULES.get(origin, "headers.cors-lookalike"), found),)
    if "*" in allowed_origins and credentials:
        return (_cors("headers.cors-any-with-credentials", found),)
    return ()


def lookalikes(origin: str) -> tuple[str, ...]:
    """Return foreign origins that a careless comparison takes for this one.

    One that begins with it, one that ends with its host, and one for each dot taken as "any".
    """
    scheme, _, host = origin.partition("://")
    name = host.partition(":")[0].strip("[]")
    if not name or not scheme:
        return ()
    found = [f"{scheme}://{name}.evil.example"]
    if not name.replace(".", "").isdigit() and "." in name:
        found += [f"{scheme}://evil{name}", f"{scheme}://{name.replace('.', 'x', 1)}"]
    return tuple(found)


def policy_notes(headers: Headers) -> tuple[str, ...]:
    """Return what a policy that is there does not keep out: worth knowing, no violation."""
    notes = []
    for policy in values(headers, CSP):
        parts = [part.lower().split() for part in policy.split(";")]
        if any("'unsafe-inline'" in part or "'unsafe-eval'" in part for part in parts):
            notes.append("the policy allows inline scripts or styles, or eval")
        if any(part[:1] == ["default-src"] and "*" in part for part in parts):
            notes.append("default-src of the policy allows any origin")
    for text in values(headers, HSTS):
        age = _MAX_AGE.search(text)
        if age and 0 < int(age[1]) < _YEAR_S:
            notes.append("max-age of Strict-Transport-Security is below a year")
    return tuple(dict.fromkeys(notes))


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


def _cookie(text: str, session: str) -> Iterator[Flaw]:
    pair, *attributes = (part.strip() for part in text.split(";"))
    name, _, value = pair.partition("=")
    given = {key.strip().lower(): rest.strip().lower() for key, rest in map(_split, attributes)}
    if not value or given.get("max-age") == "0" or "1970" in given.get("expires", ""):
        return  # takes a cookie away
    subject = f"cookie {name.strip()[:80]}"
    guard = _READ_BY_SCRIPTS.search(name) is not None
    for attribute in ("Secure",) if guard else ("HttpOnly", "Secure"):
        if attribute.lower() not in given:
            yield Flaw("headers.weak-cookie", subject, f"no {attribute}", attribute)
    carries = name.strip() == session or (not guard and _SESSION.search(name))
    allowed = {"strict"} if carries else {"strict", "lax"}
    if (same_site := given.get("samesite", "")) not in allowed:
        found = f"SameSite={same_site[:20]}" if same_site else "no SameSite"
        words = " or ".join(f"SameSite={word.title()}" for word in sorted(allowed, reverse=True))
        yield Flaw("headers.weak-cookie", subject, found, words)


def _split(attribute: str) -> tuple[str, str]:
    key, _, rest = attribute.partition("=")
    return key, rest
