"""Names for findings that survive moved lines and reformatting."""

import hashlib
from collections import Counter
from collections.abc import Iterable

import msgspec

from gates.core.model import Finding


def fingerprint(finding: Finding, occurrence: int) -> str:
    """Sixteen hex digits of tool, rule, path, text around it, and which occurrence it is.

    The text is the source context where it is known, else the message, without white space.
    """
    text = "".join((finding.context or finding.message).split())
    parts = (finding.tool, finding.rule, finding.path, text, str(occurrence))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def fingerprinted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in their stable order, each with its fingerprint."""
    seen: Counter[str] = Counter()
    named = []
    for finding in sorted(findings, key=order):
        first = fingerprint(finding, 0)
        seen[first] += 1
        name = first if seen[first] == 1 else fingerprint(finding, seen[first] - 1)
        named.append(msgspec.structs.replace(finding, fingerprint=name))
    return tuple(named)


def order(finding: Finding) -> tuple[object, ...]:
    """Sort key: where it is, then what it is."""
    return (finding.tool, finding.rule, finding.path, finding.line, finding.message)
