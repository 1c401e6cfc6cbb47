"""Finds the sentences of a log that say that something works, and what they say it of."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from gates.core.claims.log import Numbered

_GOOD = re.compile(
    r"\b(?:works?|working|pass(?:es|ed|ing)?|holds?|green|verified|succeeds?|succeeded|clean|"
    r"complete[ds]?|done|implemented|finished)\b",
    re.IGNORECASE,
)
_PASSES = re.compile(  # what is done or written need not pass yet
    r"\b(?:works?|working|pass(?:es|ed|ing)?|holds?|green|verified|succeeds?|succeeded|clean)\b",
    re.IGNORECASE,
)
_NOT_SAID = re.compile(
    r"\b(?:not|no longer|never|nothing|none|fails?|failed|failing|broken|todo|pending|until|should|"
    r"must|will|would|once|if|when|before|unless|expected|assume[ds]?|probably|maybe|cannot|except|"
    r"apart from|other than|some|most|few|partly|partially|almost|nearly|half|previously|used to|"
    r"\d+ ?(?:of|/|out of) ?\d+)\b|n't\b|\?",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"\b(?:goals?|targets?|aims?|plan(?:s|ned)?|needs?|needed|wants?|wanted|require[sd]?|demand(?:s|ed)?"
    r"|raise|reach|thresholds?|minimum|at least|was|were|had|used to|from)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;,]|\.(?=\s|$)|\bbut\b|\bwhile\b")
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset(
    {
        *("a", "again", "all", "also", "an", "and", "api", "are", "as", "be", "been", "both"),
        *("by", "code", "correctly", "end", "endpoint", "every", "feature", "fine", "flow"),
        *("for", "from", "fully", "handler", "has", "have", "implementation", "in", "is", "it"),
        *("its", "logic", "now", "of", "ok", "on", "operation", "oracle", "route", "service"),
        *("so", "tested", "the", "then", "there", "these", "this", "to", "was", "well", "were"),
        "with",
    }
)
_WHOLE = frozenset(  # words that leave it with all of them
    {
        *("0", "backend", "check", "ci", "entire", "error", "full", "local", "locally", "mode"),
        *("no", "problem", "run", "strict", "suite", "unit", "warning", "whole", "without"),
        *("zero", "integration", "gate"),
    }
)


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One clause that says that something works, with its words, small and in the singular.

    `said` are the words without those that praise.
    """

    line: int
    text: str
    words: tuple[str, ...]
    said: tuple[str, ...]


def statements(lines: Iterable[Numbered]) -> tuple[Statement, ...]:
    """Return every clause that claims success and is no plan, condition or denial."""
    return tuple(
        Statement(
            line=line.number,
            text=clause.strip(" \t-*>#|`_"),
            words=words_of(clause),
            said=words_of(_GOOD.sub(" ", clause)),
        )
        for line in lines
        for clause in _CLAUSE.split(line.text)
        if _GOOD.search(clause) and not _NOT_SAID.search(clause)
    )


def names(statement: Statement, id: str, title: str = "") -> bool:
    """Tell whether a statement speaks of what has this id: by the id, or by nothing but its words.

    "login endpoint working" speaks of `register-login-profile`; a sentence that says more than the
    words of id and title does not.
    """
    wanted = words_of(id)
    if _within(wanted, statement.words):
        return True
    said = {word for word in statement.said if word not in _EMPTY}
    return bool(said) and said <= {*wanted, *words_of(title)}


def is_of_all(statement: Statement, words: Iterable[str]) -> bool:
    """Tell whether a statement says of all that these words name that it passes.

    "All unit tests pass" does; "the tests of the login pass" speaks of some, "12 tests pass" of
    twelve, and "tests are implemented" of none.
    """
    more = {word for word in statement.said if word not in _EMPTY | _WHOLE} - {*words}
    if {"all", "every"} & {*statement.words}:
        more = {word for word in more if not word.isdecimal()}
    return not more and _PASSES.search(statement.text) is not None


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, small and in the singular."""
    return tuple(_singular(word) for word in _WORD.findall(text.lower()))


def _within(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    size = len(wanted)
    return bool(size) and any(
        words[at : at + size] == wanted for at in range(len(words) - size + 1)
    )


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def percentages(lines: Iterable[Numbered]) -> Iterator[tuple[Numbered, float]]:
    """Yield the lines that state a test coverage, with the per cent; a plan states none."""
    for line in lines:
        found = _COVERAGE.search(line.text)
        if found and not (_NOT_SAID.search(line.text) or _GOAL.search(line.text)):
            yield line, float(found["before"] or found["after"])


_COVERAGE = re.compile(
    r"(?P<before>\d{1,3}(?:\.\d{1,3})?) ?% (?:test |line |code )?coverage"
    r"|\bcoverage(?: is| of| at|:| =)* (?P<after>\d{1,3}(?:\.\d{1,3})?) ?%",
    re.IGNORECASE,
)
