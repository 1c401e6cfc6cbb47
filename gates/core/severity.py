"""How bad an advisory is: the words and CVSS vectors of an OSV record as one severity.

CVSS 3.0 and 3.1 base scores by the formula of FIRST (specification v3.1, section 7.1); bands of
section 5. CVSS 2 and 4 are not computed: a record that has nothing else is of unknown severity.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gates.core.model import Severity

UNKNOWN = Severity.HIGH  # what nobody rated counts as high

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}
_WORDS = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
}
_ORDER = tuple(Severity)


def of_record(record: Mapping[str, Any]) -> Severity | None:
    """Return the worst severity that an OSV record names, None if it names none that we know."""
    return worst((*_of_words(record), *_of_vectors(record)))


def worst(severities: tuple[Severity, ...]) -> Severity | None:
    """Return the worst of them, None of none."""
    return min(severities, key=_ORDER.index, default=None)


def cvss3_score(vector: str) -> float | None:
    """Return the base score (0.0 to 10.0) of a CVSS 3 vector, None if it is not one."""
    head, _, rest = vector.strip().partition("/")
    parts = dict(part.partition(":")[::2] for part in rest.split("/"))
    if head not in ("CVSS:3.0", "CVSS:3.1"):
        return None
    try:
        return _score(parts)
    except KeyError:
        return None


def band(score: float) -> Severity:
    """Return the qualitative severity of a CVSS score."""
    if score >= 9.0:
        return Severity.CRITICAL
    if score >= 7.0:
        return Severity.HIGH
    if score >= 4.0:
        return Severity.MEDIUM
    return Severity.LOW if score > 0.0 else Severity.INFO


def _score(parts: Mapping[str, str]) -> float:
    scope = parts["S"]
    weights = {name: table[parts[name]] for name, table in _WEIGHTS.items()}
    base = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    privileges = _PRIVILEGES[scope][parts["PR"]]
    reach = 8.22 * weights["AV"] * weights["AC"] * privileges * weights["UI"]
    if scope == "U":
        impact = 6.42 * base
        total = impact + reach
    else:
        impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15
        total = 1.08 * (impact + reach)
    return _round_up(min(total, 10.0)) if impact > 0 else 0.0


def _round_up(value: float) -> float:
    """The smallest number with one decimal that is not below (appendix A of the specification)."""
    scaled = round(value * 100_000)
    if scaled % 10_000 == 0:
        return scaled / 100_000
    return (scaled // 10_000 + 1) / 10


def _of_words(record: Mapping[str, Any]) -> Iterator[Severity]:
    for part in (record, *_affected(record)):
        for key in ("database_specific", "ecosystem_specific"):
            specific = part.get(key)
            word = specific.get("severity") if isinstance(specific, dict) else None
            if isinstance(word, str) and word.lower() in _WORDS:
                yield _WORDS[word.lower()]


def _of_vectors(record: Mapping[str, Any]) -> Iterator[Severity]:
    for part in (record, *_affected(record)):
        entries = part.get("severity")
        for entry in entries if isinstance(entries, list) else ():
            vector = entry.get("score") if isinstance(entry, dict) else None
            score = cvss3_score(vector) if isinstance(vector, str) else None
            if score is not None:
                yield band(score)


def _affected(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    affected = record.get("affected")
    for part in affected if isinstance(affected, list) else ():
        if isinstance(part, dict):
            yield part
