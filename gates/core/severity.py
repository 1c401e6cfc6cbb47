"""How bad an advisory is, in the words of its source or by the bands of a CVSS score.

Scores are computed where a library may be used (gates.shell.osv_rating). Bands: CVSS v3.1
specification, section 5; those of v4.0 are the same.
"""

from gates.core.model import Severity

UNKNOWN = Severity.CRITICAL  # what nobody rated counts as the worst
WORDS = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
}
_ORDER = tuple(Severity)


def of_word(word: object) -> Severity | None:
    """Return what an advisory's word means, None if we do not know it."""
    return WORDS.get(word.strip().lower()) if isinstance(word, str) else None


def worst(severities: tuple[Severity, ...]) -> Severity | None:
    """Return the worst of them, None of none."""
    return min(severities, key=_ORDER.index, default=None)


def band(score: float) -> Severity:
    """Return the qualitative severity of a CVSS score."""
    if score >= 9.0:
        return Severity.CRITICAL
    if score >= 7.0:
        return Severity.HIGH
    if score >= 4.0:
        return Severity.MEDIUM
    return Severity.LOW if score > 0.0 else Severity.INFO
