"""Whether a variable of an image holds a secret, by its name and by what it is given."""

import re

_PART = r"(?=_|\d|$)"  # a word ends here: TOKENIZERS is no TOKEN
_SECRET = re.compile(
    rf"passw(?:or)?ds?{_PART}|passwd|passphrase|secrets?{_PART}|tokens?{_PART}|credentials?{_PART}"
    rf"|(?:api|private|access|auth|signing|encryption|secret)_?keys?{_PART}",
    re.IGNORECASE,
)
# Such a name says where a secret is, or what is done with it: not the secret itself.
_HARMLESS = re.compile(
    r"_(?:FILE|PATH|DIR|NAME|URL|URI|HEADER|ALGORITHM|ISSUER|AUDIENCE|TTL|EXPIRY|EXPIRES|LIFETIME"
    r"|EXPIRATION|AGE|SECONDS|MINUTES|HOURS|DAYS|LENGTH|COST|ROUNDS|POLICY|BACKEND|PROVIDER|STORE"
    r"|HELPER|TYPE|MODE|PREFIX|SCOPE|ENABLED|REQUIRED|VERSION)$|PUBLIC|_ID$",
    re.IGNORECASE,
)
_SWITCH = re.compile(
    r"(?:^|_)(?:USE|ENABLE|DISABLE|REQUIRE|ALLOW|SKIP|HAS|IS|WITH)_", re.IGNORECASE
)
_SET = re.compile(r"true|false|yes|no|on|off|none|null|[01]|", re.IGNORECASE)  # of a switch
_COUNTED = re.compile(r"tokens?$|token_", re.IGNORECASE)  # MAX_TOKENS=4096


def is_secret(variable: str, value: str = "") -> bool:
    """Whether a variable holds a secret; "" is a value that is only known when it is built."""
    if not _SECRET.search(variable) or _HARMLESS.search(variable):
        return False
    if value and _SET.fullmatch(value):
        return False
    if value.isdecimal() and _COUNTED.search(variable):
        return False
    return not (_SWITCH.search(variable) and _SET.fullmatch(value))
