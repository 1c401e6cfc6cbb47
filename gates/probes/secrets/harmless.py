"""What looks like a secret and is none: placeholders, names of variables, documented samples."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|it)|example|dummy|placeholder|your[-_ ]|my[-_ ](?:secret|password|key)"
    r"|replace[-_ ]?(?:me|this|with)|to[-_ ]?be[-_ ]|not[-_ ]?a[-_ ]?(?:secret|password|key|real)"
    r"|insert[-_ ]|redacted|^x{3,}$|^\*+$|^\.+$|^(?:secret|password|passwd|none|null|todo|test)$"
    r"|^(?:an?|the)(?: |%20|[-_])(?:secret|password)$"
    r"|^[<{\[(].*[>}\])]$|[$%]\{|\{\{|^%\(",
    re.IGNORECASE,
)
# Shapes that only one kind of secret has: no wording makes them a placeholder, but AWS documents
# this one.
DOCUMENTED = re.compile(r"^AKIAIOSFODNN7EXAMPLE$")
# What is text beside a word such as "password": the name of a variable, a path, a message.
TEXT = re.compile(
    r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^/[a-z/_{}-]+$|^[A-Z][a-z]*(?: [A-Za-z,.'%{}-]+){2,}$"
)
# A sentence: four words or more, one of which only joins others. A passphrase has none of those.
SENTENCE = re.compile(
    r"^(?=(?:.* )?(?:an?|and|are|as|at|be|by|can|for|from|has|have|in|is|its?|may|no|not|of|on|or"
    r"|that|the|those|to|with)\b)(?:[A-Za-z][A-Za-z'-]*[,.:;]? ){3,}(?:[A-Za-z'-]+[.!?]?|…)$"
)
# A value that is made where the program runs: one call after another.
CALLS = re.compile(r"^[A-Za-z_$][\w$.]*\([^()]*\)\.[\w$.]+\(")
MADE_UP = re.compile(r"^[A-Za-z0-9 _.!@#:/%()\[\]{},-]{0,40}$")
# Names of values that look random and are sent to everybody.
PUBLIC = re.compile(
    r"(?:^|[_.-])(?:c?nonce|opaque|etag|checksum|digest|sha(?:1|256|384|512)?|md5|commit|revision"
    r"|fingerprint)s?$",
    re.IGNORECASE,
)
# Settings of scanners in a target: whoever adds a secret could allow it there.
SETTINGS = frozenset(
    {
        *(".gitleaks.toml", "gitleaks.toml", ".gitleaksignore", ".betterleaks.toml"),
        *("betterleaks.toml", ".betterleaksignore", ".secrets.baseline", ".trufflehogignore"),
        *("kingfisher.yaml", "kingfisher.yml", ".kingfisherignore", ".infisicalignore"),
    }
)


def harmless(worded: bool, value: str, name: str, tests: Iterable[str]) -> bool:
    """Whether a find is a placeholder, or a made-up password of a test.

    `worded`: only words beside it make it a secret; the others have a shape of their own.
    """
    if DOCUMENTED.match(value):
        return True
    if not worded:
        return False
    if any(form.match(value) for form in (TEXT, SENTENCE, CALLS)) or PLACEHOLDER.search(value):
        return True
    path = PurePosixPath(name)
    in_tests = any(path.is_relative_to(folder) for folder in tests)
    return in_tests and bool(MADE_UP.match(value))


def public(named: str) -> bool:
    """Whether a value of this name may look random without being a secret."""
    return bool(PUBLIC.search(named))


def allowed(name: str, lines: list[str], line: int) -> bool:
    """Whether a pragma of detect-secrets allows a secret in this line (1-based) of a file."""
    if not 1 <= line <= len(lines):
        return False
    # Here, because most trees have no secret and the import takes longer than all else.
    from detect_secrets.filters.allowlist import is_line_allowlisted
    from detect_secrets.util.code_snippet import get_code_snippet

    snippet = get_code_snippet(lines, line, lines_of_context=1)
    return is_line_allowlisted(name, lines[line - 1], snippet)


def not_honoured(files: Iterable[str]) -> tuple[str, ...]:
    """A note on settings of secret scanners in the tree, which count for nothing here."""
    named = sorted(name for name in files if PurePosixPath(name).name in SETTINGS)
    if not named:
        return ()
    more = f" and {len(named) - 10} more" if len(named) > 10 else ""
    return (f"not honoured: {', '.join(named[:10])}{more}; a waiver says it for all to see",)
