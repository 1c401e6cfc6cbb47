"""Which versions an OSV record affects: the evaluation algorithm of the OSV schema.

Where the data is unclear the answer is "affected": a start that cannot be read is the beginning, an
end that cannot be read is none.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

Parse = Callable[[str], Any]  # a key that sorts as the versions do, None for what is no version
_ENDS = ("fixed", "last_affected")


class Rules(msgspec.Struct, frozen=True):
    """How the versions of an ecosystem are read; `kinds` are the types of ranges that hold them."""

    parse: Parse
    kinds: tuple[str, ...]


def affects(part: Mapping[str, Any], version: str, rules: Rules) -> bool:
    """Whether one entry of `affected` holds the version, by its list or by its ranges."""
    return _listed(part, version, rules.parse) or any(
        in_range(events, version, rules.parse) for events in _ranges(part, rules.kinds)
    )


def in_range(events: list[Any], version: str, parse: Parse) -> bool:
    """Whether a version lies in the range that the events span. No version lies in none."""
    wanted = parse(version)
    if wanted is None or not _below_limits(events, wanted, parse):
        return False
    affected = False
    for _, at, _, kind in sorted(_sortable(events, parse, wanted)):
        match kind:
            case "introduced" if wanted >= at:
                affected = True
            case "fixed" if wanted >= at:
                affected = False
            case "last_affected" if wanted > at:
                affected = False
            case _:
                continue
    return affected


def fixed(part: Mapping[str, Any], version: str, rules: Rules) -> tuple[str, ...]:
    """The versions above `version` that end a range in which it lies, lowest first."""
    wanted = rules.parse(version)
    found: dict[str, Any] = {}
    for events in _ranges(part, rules.kinds):
        if in_range(events, version, rules.parse):
            keys = ((text, rules.parse(text)) for kind, text in _events(events) if kind == "fixed")
            found |= {text: key for text, key in keys if key is not None and key > wanted}
    return tuple(sorted(found, key=lambda text: (found[text], text)))


def _listed(part: Mapping[str, Any], version: str, parse: Parse) -> bool:
    wanted = parse(version)
    listed = part.get("versions")
    return any(
        str(item) == version or (wanted is not None and parse(str(item)) == wanted)
        for item in (listed if isinstance(listed, list) else ())
    )


def _ranges(part: Mapping[str, Any], kinds: tuple[str, ...]) -> Iterator[list[Any]]:
    found = part.get("ranges")
    for item in found if isinstance(found, list) else ():
        events = item.get("events") if isinstance(item, dict) else None
        if isinstance(events, list) and item.get("type") in kinds:
            yield events


def _events(events: list[Any]) -> Iterator[tuple[str, str]]:
    for event in events:
        for kind, text in event.items() if isinstance(event, dict) else ():
            yield kind, str(text)


def _below_limits(events: list[Any], wanted: Any, parse: Parse) -> bool:
    """A range with limits ends at the highest of them; "*" and what cannot be read are none."""
    limits = [parse(text) for kind, text in _events(events) if kind == "limit"]
    return not limits or any(limit is None or wanted < limit for limit in limits)


def _sortable(events: list[Any], parse: Parse, wanted: Any) -> Iterator[tuple[int, Any, int, str]]:
    """Events by version; at one version an end comes before a start, so that the start counts.

    The beginning of all ("0") is below every version: its own key is that of `wanted`, and the
    first number of the tuple sorts it to the front.
    """
    for kind, text in _events(events):
        at = None if (kind, text) == ("introduced", "0") else parse(text)
        if at is not None:
            yield 1, at, int(kind not in _ENDS), kind
        elif kind == "introduced":
            yield 0, wanted, 1, kind
