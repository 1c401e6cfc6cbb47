"""What OSV records say about packages: whom they name, and which versions they affect."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from gates.core import osv_ranges, semver
from gates.core.osv_ranges import Rules

PYPI = "PyPI"
NPM = "npm"

Record = dict[str, Any]
Key = tuple[str, str]  # ecosystem, name as that ecosystem compares it
_PACKAGE = re.compile(rb'"package"\s*:\s*\{([^{}]*)\}')
_NAME = re.compile(rb'"name"\s*:\s*"([^"\\]*)"')
_ECOSYSTEM = re.compile(rb'"ecosystem"\s*:\s*"([^"\\]*)"')


def version(text: str) -> Version | None:
    """Return a Python version (PEP 440), None for what is none."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


RULES = {
    PYPI: Rules(version, ("ECOSYSTEM", "SEMVER")),
    NPM: Rules(semver.parse, ("SEMVER", "ECOSYSTEM")),
}


def canonical(name: str, ecosystem: str) -> str:
    """Return a name as its ecosystem compares it: npm's are exact."""
    return canonicalize_name(name) if ecosystem == PYPI else name


def keys(record: Mapping[str, Any]) -> frozenset[Key]:
    """Return the packages that a record is about."""
    return frozenset(_key(part) for part in _parts(record))


def mentioned(data: bytes) -> frozenset[Key] | None:
    """Return the packages of a JSON record without parsing it, None if that cannot be told.

    An export has hundreds of thousands of records, of which a target needs a few.
    """
    packages = _PACKAGE.findall(data)
    if not packages or len(packages) != data.count(b'"package"'):
        return None
    found = [(_ECOSYSTEM.search(text), _NAME.search(text)) for text in packages]
    if not all(ecosystem and name for ecosystem, name in found):
        return None
    pairs = ((e[1].decode(), n[1].decode("utf-8", "replace")) for e, n in found if e and n)
    return frozenset((ecosystem, canonical(name, ecosystem)) for ecosystem, name in pairs)


def affects(record: Mapping[str, Any], ecosystem: str, name: str, wanted: str) -> bool:
    """Tell whether a record affects a version; `name` as the ecosystem compares it."""
    rules = RULES[ecosystem]
    return any(osv_ranges.affects(part, wanted, rules) for part in about(record, ecosystem, name))


def fixed(record: Mapping[str, Any], ecosystem: str, name: str, wanted: str) -> tuple[str, ...]:
    """Return the versions that fix what a record says about a version, lowest first."""
    rules = RULES[ecosystem]
    found = [osv_ranges.fixed(part, wanted, rules) for part in about(record, ecosystem, name)]
    return tuple(dict.fromkeys(text for texts in found for text in texts))


def about(record: Mapping[str, Any], ecosystem: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield the parts of a record about one package."""
    return (part for part in _parts(record) if _key(part) == (ecosystem, name))


def plain(record: Record) -> Record:
    """Return the record as pip-audit can read it: canonical names, versions it can parse."""
    parts = [
        {
            **part,
            "package": {**part["package"], "name": _key(part)[1]},
            "ranges": [_plain_range(item) for item in part.get("ranges") or ()],
        }
        for part in _parts(record)
        if part["package"]["ecosystem"] == PYPI
    ]
    return {**record, "affected": parts}


def _plain_range(item: Mapping[str, Any]) -> dict[str, Any]:
    events = [
        event
        for event in item.get("events") or ()
        if "fixed" not in event or version(str(event["fixed"])) is not None
    ]
    return {**item, "events": events}


def _parts(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    parts = record.get("affected")
    for part in parts if isinstance(parts, list) else ():
        package = part.get("package") if isinstance(part, dict) else None
        if isinstance(package, dict) and package.get("ecosystem") in RULES:
            yield part


def _key(part: Mapping[str, Any]) -> Key:
    ecosystem = str(part["package"]["ecosystem"])
    return ecosystem, canonical(str(part["package"].get("name", "")), ecosystem)
