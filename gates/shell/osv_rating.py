"""How bad an OSV record is, and whether its vulnerability is known to be exploited.

CVSS 4.0, 3.1, 3.0 and 2.0 vectors are computed by the library `cvss`; the word of the database
counts where there is no vector that can be computed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cvss import CVSS2, CVSS3, CVSS4  # type: ignore[import-untyped]
from cvss.exceptions import CVSSError  # type: ignore[import-untyped]

from gates.core import severity
from gates.core.model import Severity

MALICIOUS = "MAL-"  # ids of packages that are an attack themselves
_EXPLOITED = ("known_exploited", "kev", "cisa_kev")


def rated(record: Mapping[str, Any]) -> Severity | None:
    """Return the severity of a record: the worst vector, else the worst word, else None.

    A package that is an attack itself is critical.
    """
    if str(record.get("id", "")).startswith(MALICIOUS):
        return Severity.CRITICAL
    scores = tuple(_scores(record))
    if scores:
        return severity.band(max(scores))
    return severity.worst(tuple(_words(record)))


def score(vector: str) -> float | None:
    """Return the score (0.0 to 10.0) of a CVSS vector, None if it is not one.

    Of 2.0 to 3.1 the base score, whatever else the vector says; of 4.0 its one score.
    """
    text = vector.strip()
    try:
        if text.startswith("CVSS:4"):
            return float(CVSS4(text).base_score)
        if text.startswith("CVSS:3"):
            return float(CVSS3(text).base_score)
        return float(CVSS2(text).base_score) if text.startswith("AV:") else None
    except (CVSSError, ArithmeticError, LookupError, ValueError):
        return None


def exploited(record: Mapping[str, Any]) -> bool:
    """Whether the record itself says that its vulnerability is known to be exploited."""
    return any(
        specific.get(word) not in (None, False, "", [], {})
        for part in (record, *_affected(record))
        for specific in [part.get("database_specific")]
        if isinstance(specific, dict)
        for word in _EXPLOITED
    )


def names(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The id of a record and its aliases."""
    aliases = record.get("aliases")
    listed = aliases if isinstance(aliases, list) else ()
    return tuple(dict.fromkeys((str(record.get("id", "")), *map(str, listed))))


def _scores(record: Mapping[str, Any]) -> Iterator[float]:
    for part in (record, *_affected(record)):
        entries = part.get("severity")
        for entry in entries if isinstance(entries, list) else ():
            vector = entry.get("score") if isinstance(entry, dict) else None
            found = score(vector) if isinstance(vector, str) else None
            if found is not None:
                yield found


def _words(record: Mapping[str, Any]) -> Iterator[Severity]:
    for part in (record, *_affected(record)):
        for key in ("database_specific", "ecosystem_specific"):
            specific = part.get(key)
            word = specific.get("severity") if isinstance(specific, dict) else None
            known = severity.of_word(word)
            if known:
                yield known


def _affected(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    affected = record.get("affected")
    for part in affected if isinstance(affected, list) else ():
        if isinstance(part, dict):
            yield part
