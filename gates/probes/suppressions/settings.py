"""Settings of the target that make a tool see less, wherever its configuration files are.

They are shown, whoever's configuration counts: a reader has to know what they would hide.
"""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase as fnmatch
from pathlib import Path, PurePosixPath

import msgspec

from gates.core.model import Finding, Severity
from gates.probes.suppressions import settings_eslint, settings_json, settings_read, settings_rules
from gates.probes.suppressions.settings_read import Setting

METRIC = "suppressions.configuration"
RULE = "weakening-configuration"
SHOWN = 120  # characters of a value
Reader = Callable[[str], Iterable[Setting]]
BY_NAME: dict[str, Reader] = {
    "pyproject.toml": settings_read.project,
    "ruff.toml": settings_read.ruff,
    ".ruff.toml": settings_read.ruff,
    "pytest.toml": settings_read.toml,
    ".pytest.toml": settings_read.toml,
    "setup.cfg": settings_read.ini,
    "tox.ini": settings_read.ini,
    "mypy.ini": settings_read.ini,
    ".mypy.ini": settings_read.ini,
    "pytest.ini": settings_read.ini,
    ".pytest.ini": settings_read.ini,
    ".flake8": settings_read.ini,
    ".bandit": settings_read.bandit,
    "bandit.yaml": settings_read.bandit_yaml,
    "bandit.yml": settings_read.bandit_yaml,
    ".bandit.yaml": settings_read.bandit_yaml,
    ".bandit.yml": settings_read.bandit_yaml,
    ".coveragerc": settings_read.coverage,
    "pyrightconfig.json": settings_json.pyright,
    "package.json": settings_json.json,
    ".prettierignore": settings_read.patterns,
    ".eslintignore": settings_read.patterns,
}
BY_STEM: dict[str, Reader] = {
    "eslint.config.": settings_eslint.settings,
    ".eslintrc": settings_eslint.settings,
    "tsconfig": settings_json.tsconfig,
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The findings, and files that could not be read, with the reason."""

    findings: tuple[Finding, ...]
    lost: tuple[str, ...]


def look(tree: Path, files: Iterable[str], sources: Iterable[str]) -> Shown:
    """Look at every file that is the configuration of a tool we know.

    Files of patterns are about whatever there is: only patterns that touch `sources` are shown.
    """
    judged = tuple(sources)
    findings: list[Finding] = []
    lost: list[str] = []
    for name in files:
        reader = reader_of(PurePosixPath(name).name)
        if reader is None:
            continue
        try:
            text = (tree / name).read_text("utf-8-sig")
            found = tuple(reader(text))
        except (OSError, ValueError, RecursionError) as error:
            why = " ".join(str(error).split())
            lost.append(f"{name}: its settings cannot be read and are not shown: {why}")
            continue
        lines = text.split("\n")
        findings += (
            _finding(name, one, lines)
            for one in found
            if settings_rules.weakens(one) and touches(one, judged)
        )
    return Shown(findings=tuple(findings), lost=tuple(lost))


def reader_of(name: str) -> Reader | None:
    """How a file of that name is read; None for one that is no configuration."""
    if name in BY_NAME:
        return BY_NAME[name]
    found = (reader for stem, reader in BY_STEM.items() if name.startswith(stem))
    known = name.endswith((".json", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", "rc"))
    return next(found, None) if known else None


def touches(one: Setting, sources: Iterable[str]) -> bool:
    """Whether a pattern of files leaves out one of the sources; any other setting does."""
    if one.key != settings_read.PATTERN:
        return True
    pattern = str(one.value).strip("/")
    places = (place for name in sources for place in (name, *map(str, PurePosixPath(name).parents)))
    return any(
        fnmatch(place, pattern) or fnmatch(PurePosixPath(place).name, pattern) for place in places
    )


def _finding(name: str, one: Setting, lines: list[str]) -> Finding:
    said = " ".join(str(one.value).split())
    value = said if len(said) <= SHOWN else f"{said[:SHOWN]}…"
    return Finding(
        tool="suppressions",
        rule=RULE,
        severity=Severity.INFO,
        message=f"A setting of the target makes a tool see less: {one.key} = {value}",
        path=name,
        line=one.line,
        fix="Mend what it hides and take it out; gates follow it only where the policy says so.",
        context=f"{one.key} {lines[one.line - 1].strip() if one.line else ''}"[:500],
        metric=METRIC,
    )
