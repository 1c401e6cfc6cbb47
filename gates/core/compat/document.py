"""Changes of a document as a whole: version, servers."""

import re
from collections.abc import Iterator

from gates.core.compat.changes import Change, Level
from gates.core.compat.views import as_dict, as_list
from gates.core.openapi import JSON, base_path
from gates.core.semver import parse

_ORIGIN = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")


def major_step(base: dict[str, JSON], revision: dict[str, JSON]) -> str:
    """The step of the major version as "1.4.0 to 2.0.0"; "" if there is none."""
    old, new = (_version(document) for document in (base, revision))
    first, second = parse(old), parse(new)
    if first and second and second[0][0] > first[0][0]:
        return f"{old} to {new}"
    return ""


def changes(base: dict[str, JSON], revision: dict[str, JSON]) -> Iterator[Change]:
    """What the documents say of themselves."""
    old, new = (_version(document) for document in (base, revision))
    first, second = parse(old), parse(new)
    if first and second and second < first:
        yield _change(
            "api-version-decreased",
            Level.WARNING,
            "info.version",
            f"{old}, now {new}; it may be that a client that compares versions stays with the old",
            "#/info/version",
            "Let the version go up.",
        )
    yield from _servers(base, revision)


def _servers(base: dict[str, JSON], revision: dict[str, JSON]) -> Iterator[Change]:
    """A host is a matter of the deployment; a base path is part of every address."""
    old, new = base_path(base), base_path(revision)
    others = {_path(entry) for entry in as_list(revision.get("servers"))}
    if old != new and old not in others:
        yield _change(
            "api-base-path-changed",
            Level.WARNING,
            "servers",
            f"the base path changed from {old or '/'} to {new or '/'}; it may be that a client "
            "that calls the old addresses gets an error",
            "#/servers",
            "Keep answering below the old base path.",
        )
    before, after = _urls(base), _urls(revision)
    if before != after:
        what = f"{', '.join(before) or 'none'}, now {', '.join(after) or 'none'}"
        yield _change("api-servers-changed", Level.INFO, "servers", what, "#/servers", "")


def _change(rule: str, level: Level, subject: str, what: str, place: str, fix: str) -> Change:
    return Change(
        rule=rule,
        level=level,
        operation="",
        subject=subject,
        place=place,
        message=f"{subject}: {what}",
        fix=fix,
    )


def _version(document: dict[str, JSON]) -> str:
    return str(as_dict(document.get("info")).get("version", ""))


def _urls(document: dict[str, JSON]) -> list[str]:
    return sorted(str(as_dict(entry).get("url", "")) for entry in as_list(document.get("servers")))


def _path(entry: JSON) -> str:
    url = re.sub(r"\{[^{}]*\}", "x", str(as_dict(entry).get("url", "")))
    return re.split("[?#]", _ORIGIN.sub("", url))[0].rstrip("/")
