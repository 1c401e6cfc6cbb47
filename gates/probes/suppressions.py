"""Counts the comments that switch a check off, in the target's code now and at the base revision.

Only real comments count, so the source is tokenised; a text that mentions `noqa` is no suppression.
A comment for the whole file counts once, like any other: the ratchet is on their number.
"""

import io
import re
import tokenize
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _common

KINDS = {
    "noqa": r"(?:(?:ruff|flake8)\s*:\s*)?noqa\b|ruff\s*:\s*(?:disable|ignore)",
    "type-ignore": r"type:\s*ignore|(?:pyright|ty|pyrefly):\s*ignore",
    "mypy-file": r"mypy:\s*(?:ignore-errors|disable-error-code|allow-|disable-|no-)",
    "nosec": r"nosec\b",
    "no-cover": r"pragma:\s*no\s*(?:cover|branch)",
    "allow-secret": r"pragma:\s*(?:allow|white)list[ -](?:nextline[ -])?secret",
    "format-off": r"fmt:\s*(?:off|skip)|yapf:\s*disable",
    "pylint": r"pylint:\s*(?:disable|skip-file)",
}
PATTERN = re.compile(
    r"#\s*(?:" + "|".join(f"(?P<k{n}>{text})" for n, text in enumerate(KINDS.values())) + ")",
    re.IGNORECASE,
)
NAMES = {f"k{n}": name for n, name in enumerate(KINDS)}
SUFFIXES = (".py", ".pyi")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: absolute folders ("" for no base), and paths and files relative to them."""

    tree: str
    files: tuple[str, ...]
    paths: tuple[str, ...]
    base_tree: str = ""


def measure(given: dict[str, Any]) -> ToolReport:
    """Count in both trees. A file that cannot be read is listed, never counted as clean."""
    task = msgspec.convert(given, Given)
    findings: list[Finding] = []
    lost: list[str] = []
    for name in task.files:
        try:
            findings += suppressions(Path(task.tree, name), name)
        except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError) as error:
            lost.append(f"{name}: {error}")
    base = base_count(task)
    return ToolReport(
        tool="suppressions",
        examined=len(task.files) - len(lost),
        examined_unit="files",
        measurements={
            "suppressions.count": Measurement(value=len(findings), base=base.value),
            "suppressions.base_count": base,
        },
        findings=tuple(findings),
        incomplete=tuple(lost),
    )


def base_count(task: Given) -> Measurement:
    """How many there were at the base revision, in the same paths."""
    if not task.base_tree:
        return Measurement(value=None, why="no base")
    root = Path(task.base_tree)
    files = [file for path in task.paths for file in _python_files(root / path)]
    count = 0
    for file in dict.fromkeys(files):
        try:
            count += len(suppressions(file, ""))
        except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError) as error:
            name = PurePosixPath(file.relative_to(root))
            return Measurement(value=None, why=f"{name} of the base cannot be read: {error}")
    return Measurement(value=count)


def _python_files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def suppressions(file: Path, name: str) -> list[Finding]:
    """Every comment of one file that switches a check off, one finding for each check."""
    source = file.read_bytes()
    if not PATTERN.search(source.decode("utf-8", "replace")):
        return []
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    return [
        _finding(kind, name, token)
        for token in tokens
        if token.type == tokenize.COMMENT
        for kind in kinds(token.string)
    ]


def kinds(comment: str) -> list[str]:
    """What a comment switches off: `# type: ignore  # noqa: E501` is two."""
    return [
        name
        for part in comment.split("#")
        for match in [PATTERN.match(f"#{part}")]
        if match
        for name in [NAMES[match.lastgroup or ""]]
    ]


def _finding(kind: str, name: str, token: tokenize.TokenInfo) -> Finding:
    return Finding(
        tool="suppressions",
        rule=kind,
        severity=Severity.INFO,
        message=f"A check is switched off here: {token.string[:200]}",
        path=name,
        line=token.start[0],
        context=token.line.strip()[:500],
    )


if __name__ == "__main__":
    _common.run(measure)
