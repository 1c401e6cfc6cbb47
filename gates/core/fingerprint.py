"""Names for findings that survive moved lines, reformatting and renamed files.

A name is made of tool, rule, path at the base revision, the source around the finding, and which
of several alike it is: of no line number. Without source the message stands for it, without its
numbers, so that a count that grew is no new finding.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from gates.core.equivalence import canonical
from gates.core.model import Finding
from gates.core.source_text import squeezed

SECRET = "secret"  # noqa: S105  the canonical name of what scanners of secrets find
PASSWORDS = frozenset(f"bandit B{number}" for number in (105, 106, 107))
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

Key = tuple[str, str, str, str]  # tool, rule, path, text


def fingerprinted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in their stable order, each with its fingerprint. No two have the same."""
    ordered = sorted(findings, key=order)
    alike: defaultdict[Key, list[int]] = defaultdict(list)
    for place, finding in enumerate(ordered):
        alike[key(finding)].append(place)
    names = [""] * len(ordered)
    for common, places in alike.items():
        if len(places) > 1:
            places.sort(key=lambda place: among_alike(ordered[place]))
        for occurrence, place in enumerate(places):
            names[place] = fingerprint(common, occurrence)
    replace = msgspec.structs.replace
    return tuple(
        replace(finding, fingerprint=name) for finding, name in zip(ordered, names, strict=True)
    )


def fingerprint(key: Key, occurrence: int) -> str:
    """Sixteen hex digits."""
    text = "\0".join((*key, str(occurrence)))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def key(finding: Finding) -> Key:
    """What a finding is named after, but for its occurrence."""
    text = "".join(finding.context.split()) if finding.context else worded(finding)
    return (finding.tool, finding.rule, finding.origin or finding.path, text)


def worded(finding: Finding) -> str:
    """What stands for a source that nobody knows. The message on a secret may hold its value."""
    return "" if holds_secret(finding.tool, finding.rule) else countless(finding.message)


@lru_cache(maxsize=1024)
def holds_secret(tool: str, rule: str) -> bool:
    """Whether the line of such a finding may hold a secret that only its tool knows."""
    name = canonical(tool, rule)
    return name == SECRET or name in PASSWORDS


def countless(message: str) -> str:
    """A message without its numbers, and without what a formatter may change in quoted source."""
    return squeezed(_NUMBER.sub("", message))


def among_alike(finding: Finding) -> tuple[object, ...]:
    """Sort key of findings in one place: what they say, because a formatter moves their lines."""
    return (countless(finding.message), finding.line, finding.message)


def order(finding: Finding) -> tuple[object, ...]:
    """Sort key: where it is, then what it is."""
    return (finding.tool, finding.rule, finding.path, finding.line, finding.message)
