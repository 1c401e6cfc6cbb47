"""What adapters of ruff share: how its linter is started, and its JSON report as values."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from gates.core.model import Finding, Severity
from gates.core.target import Code
from gates.core.tool import Invocation, Options, ToolOutput
from gates.tools.formats import own_settings, scope, strict_json

NOT_READ = ("E902", "io")  # codes of a file that could not be read at all
NO_PYTHON = ("invalid-syntax", "E999")  # codes of a file that is not parsed: no rule sees it


class Place(msgspec.Struct, frozen=True):
    """Where; rows count from 1."""

    row: strict_json.Line


class Fix(msgspec.Struct, frozen=True):
    """What ruff would do."""

    message: str | None = None


class Diagnostic(msgspec.Struct, frozen=True):
    """One entry of `--output-format json` (ruff 0.17)."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    message: str
    filename: str
    location: Place | None
    url: str | None = None
    fix: Fix | None = None


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it was: entries, the files that were looked at, those that were not and why."""

    entries: tuple[Diagnostic, ...]
    tree: str
    examined: int
    lost: tuple[str, ...]
    notes: tuple[str, ...] = ()


def own_invocations(
    options: Options, settings: str, files: tuple[str, ...], paths: tuple[str, ...]
) -> tuple[Invocation, ...]:
    """The same by the settings that ruff finds in the target; those of a user stay out.

    Nothing is mended, whatever the settings say: the tree is only read.
    """
    check = (f"{options.bin}/ruff", "check", "--no-cache", "--no-respect-gitignore")
    only = ("--no-fix", "--no-fix-only")
    where = ("--", *dict.fromkeys(paths))
    home = {"XDG_CONFIG_HOME": options.output}
    return (
        Invocation(
            argv=(*check, *only, "--output-format", "json", *where),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            env=home,
            inputs=scope.handed(options, files, settings),
            files=scope.FILES,
            exits=(0, 1),
        ),
        Invocation(
            argv=(*check, "--show-files", *where),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            env=home,
        ),
    )


def invocations(
    code: Code, options: Options, preset: str, paths: tuple[str, ...], *more: str
) -> tuple[Invocation, ...]:
    """The findings with a preset of ours alone, then the list of files that were looked at.

    A configuration given with --config switches off those found in the tree.
    """
    check = (
        *(f"{options.bin}/ruff", "check", "--no-cache", "--no-respect-gitignore"),
        *("--config", f"{options.presets}/{preset}"),
        *("--target-version", f"py3{scope.python_minor(code, options.tree)}"),
        *more,
    )
    where = ("--", *dict.fromkeys(paths))
    return (
        Invocation(
            argv=(*check, "--output-format", "json", *where),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            inputs=scope.handed(options, ()),
            files=scope.FILES,
            exits=(0, 1),
        ),
        Invocation(
            argv=(*check, "--show-files", *where), cwd=options.tree, deadline_s=options.deadline_s
        ),
    )


def read(outputs: tuple[ToolOutput, ...], lost: tuple[str, ...] = NOT_READ) -> Read:
    """Read both outputs; entries with a code of `lost` are no findings. Raises ParseError."""
    scope.expect_outputs(outputs, 2, "ruff")
    found, shown = outputs
    scope.expect_exit(found, (0, 1), "ruff")
    scope.expect_exit(shown, (0,), "ruff --show-files")
    handed = scope.read(found)
    tree = handed.tree
    entries = strict_json.decode_as(found.stdout, tuple[Diagnostic, ...], what="ruff's report")
    scope.expect_agreement(found, len(entries), "ruff")
    examined = scope.count_listed(shown.stdout, tree)
    return Read(
        entries=tuple(entry for entry in entries if entry.code not in lost),
        tree=tree,
        examined=examined,
        lost=tuple(_lost(entries, tree, lost)),
        notes=own_settings.notes("ruff", handed, examined),
    )


def _lost(entries: tuple[Diagnostic, ...], tree: str, codes: tuple[str, ...]) -> Iterator[str]:
    """One line for each file, however many errors it has."""
    first = {entry.filename: entry.message for entry in reversed(entries) if entry.code in codes}
    for name in sorted(first):
        yield f"{scope.relative(name, tree)}: {first[name]}"


def finding(entry: Diagnostic, tree: str, severity: Severity, metric: str) -> Finding:
    """An entry as a finding of ruff, part of the count `metric`."""
    return Finding(
        tool="ruff",
        rule=entry.code,
        severity=severity,
        message=entry.message,
        path=scope.relative(entry.filename, tree),
        line=entry.location.row if entry.location else 0,
        url=entry.url or "",
        fix=(entry.fix.message or "") if entry.fix else "",
        metric=metric,
    )
