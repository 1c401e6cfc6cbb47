"""Which comments switch a check off, of what family, and whether for a whole file.

A family names the checks, not the program: `# ruff: noqa` is the whole-file form of `# noqa`. The
words are those of ruff 0.17, mypy 2.4, bandit 1.9, coverage 7, ESLint 10,
TypeScript 6, Prettier 3, Vitest 4, jscpd 4.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.probes.suppressions.comments import Comment


class Kind(msgspec.Struct, frozen=True):
    """What one comment switches off. `whole`: in its whole file."""

    family: str
    whole: bool = False

    @property
    def rule(self) -> str:
        """The rule of its finding."""
        return f"{self.family}-file" if self.whole else self.family


SECRETS = (
    r"pragma:\s*(?:allow|white)list[ -](?:nextline[ -])?secret"
    r"|(?:gitleaks|betterleaks|kingfisher)\s*:\s*(?:allow|ignore)"
)
EVERYWHERE = {
    "allow-secret": SECRETS,
    "duplicate": r"jscpd:\s*ignore-start",
    "semgrep": r"nosem(?:grep)?\b",
    "sonar": r"nosonar\b",
}
PYTHON = {
    "noqa": r"noqa\b|ruff\s*:\s*(?:disable|ignore)\b",
    "type-ignore": r"type:\s*ignore|(?:pyright|ty|pyrefly):\s*ignore",
    "nosec": r"nosec\b",
    "no-cover": r"pragma:\s*no\s*(?:cover|branch)",
    "format-off": r"fmt:\s*(?:off|skip)|yapf:\s*disable",
    "isort": r"(?:ruff\s*:\s*)?isort:\s*(?:off|skip)\b(?!_file)",
    "pylint": r"pylint:\s*disable",
    **EVERYWHERE,
}
PYTHON_WHOLE = {
    "noqa": r"(?:ruff|flake8)\s*:\s*noqa\b|ruff\s*:\s*file-ignore\b",
    "type-ignore": (
        r"mypy:\s*(?:ignore-errors|disable-error-code|allow-|disable-|no-|follow-imports)"
        r"|pyright:\s*(?:basic|off|report\w+\s*=\s*(?:false|none|information|warning))"
        r"|ty:\s*file-ignore|pyrefly:\s*ignore-errors"
    ),
    "isort": r"(?:ruff\s*:\s*)?isort:\s*skip_file",
    "pylint": r"pylint:\s*skip-file",
}
# At the head of a file these are for all of it.
PYTHON_HEAD = {"type-ignore": r"type:\s*ignore", "format-off": r"fmt:\s*off|yapf:\s*disable"}

NO_COVER = r"(?:istanbul|c8|v8)\s+ignore\s+"
SCRIPT = {
    "eslint": (
        r"(?:eslint|oxlint)-disable(?:-line|-next-line)?(?![\w-])|tslint:disable"
        r"|biome-ignore(?!-)|deno-lint-ignore(?!-)"
    ),
    "ts-ignore": r"@ts-(?:ignore|expect-error)\b",
    "prettier": r"prettier-ignore(?:-start)?(?![\w-])",
    "no-cover": NO_COVER + r"(?!file|stop|end)\w",
    **EVERYWHERE,
}
SCRIPT_WHOLE = {
    "eslint": (
        r"""eslint\s+[^*]*?:\s*(?:\[\s*)?["']?(?:off|0)\b|biome-ignore-all|deno-lint-ignore-file"""
    ),
    "ts-ignore": r"@ts-nocheck\b",
    "prettier": r"@noprettier\b|@noformat\b",
    "no-cover": NO_COVER + r"file\b",
}
ESLINT_BLOCK = re.compile(r"/\*\s*(?:eslint|oxlint)-disable(?!-)", re.IGNORECASE)
ESLINT_AGAIN = re.compile(r"/\*\s*(?:eslint|oxlint)-enable(?!-)", re.IGNORECASE)


def together(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """The words of both, by family."""
    families = (*one, *(name for name in other if name not in one))
    return {
        name: "|".join(words[name] for words in (one, other) if name in words) for name in families
    }


def compiled(words: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    """The patterns of some families."""
    return {family: re.compile(text, re.IGNORECASE) for family, text in words.items()}


FORMS = {
    "python": (compiled(PYTHON_WHOLE), compiled(PYTHON)),
    "head": (compiled(together(PYTHON_WHOLE, PYTHON_HEAD)), compiled(PYTHON)),
    "script": (compiled(SCRIPT_WHOLE), compiled(SCRIPT)),
}
# A file without any of these words has no comment of the kind: nothing needs to be tokenised.
HINT = re.compile(
    rb"noqa|ignore|nosec|pragma|disable|mypy:|pyright:|fmt:|isort|pylint|nosem|nosonar|eslint|@ts-"
    rb"|@no|leaks|kingfisher",
    re.IGNORECASE,
)


def of_python(comment: Comment) -> list[Kind]:
    """What a comment of Python switches off: `# type: ignore  # noqa: E501` is two."""
    forms = "head" if comment.head and comment.alone else "python"
    parts = (part.strip() for part in comment.text.split("#"))
    return [kind for part in parts for kind in said(part, forms)]


def of_script(comment: Comment) -> list[Kind]:
    """What a comment of JavaScript switches off; each line of it may say something."""
    lines = comment.text.removesuffix("*/").split("\n")
    return [kind for line in lines for kind in said(line.strip(" \t\r/*"), "script")]


def said(text: str, forms: str) -> Iterator[Kind]:
    """The one kind of a text, if it begins with its words."""
    for whole, patterns in zip((True, False), FORMS[forms], strict=True):
        for family, pattern in patterns.items():
            if pattern.match(text):
                yield Kind(family, whole)
                return


def of_scripts(comments: Iterable[Comment]) -> Iterator[tuple[Comment, Kind]]:
    """What all comments of one file switch off.

    A block `eslint-disable` after which nothing is switched on again is for the rest of the file.
    """
    every = tuple(comments)
    last = max((one.line for one in every if ESLINT_AGAIN.match(one.text)), default=0)
    for comment in every:
        for kind in of_script(comment):
            endless = ESLINT_BLOCK.match(comment.text) and comment.line > last
            yield comment, Kind(kind.family, True) if endless else kind
