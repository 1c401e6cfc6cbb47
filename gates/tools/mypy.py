"""Type errors of the target's code in strict mode and every explicit Any, by mypy.

mypy runs in the tools' environment and looks up the target's packages in the target's own.
The number of files comes from mypy's line count report: it lists what was really checked.
mypy calls Any explicit wherever a type contains it; a probe of ours tells where the target's own
text writes it, and only what both say is counted.
"""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted, report, scope, strict_json

DISTRIBUTION = "mypy"
LANGUAGE = "python"
METRICS = {
    "types.errors": Metric("Type errors in strict mode"),
    "types.any": Metric("Explicit Any in the target's own code"),
}
EXPLICIT = "explicit-any"
FIX_ANY = "Write the type, or object and narrow it."
PREVENTED = re.compile(r"errors prevented further checking")
CHECKED = re.compile(r"^ *\d+ +\d+ +\d+ +\d+ (?P<module>\S.*)$", re.MULTILINE)
# mypy does not walk into these (mypy 2.4, modulefinder and find_sources).
NOT_WALKED = re.compile(r"(^|/)(\.[^/]*|site-packages|node_modules|__pycache__)/")
Position = Annotated[int, msgspec.Meta(ge=-1, le=10**9)]


class Diagnostic(msgspec.Struct, frozen=True):
    """One line of `--output json` (mypy 2.4). `line` -1: the file as a whole."""

    file: str
    line: Position
    message: str
    severity: Annotated[str, msgspec.Meta(pattern="^(error|note)$")]
    code: str | None
    hint: str | None


class Written(msgspec.Struct, frozen=True):
    """Where the source writes Any, lines by file; None: it could not be told, mypy is believed."""

    lines: dict[str, tuple[strict_json.Line, ...] | None]


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The check, then our probe; `tests = true` in the settings adds the tests."""
    code = target.code
    if code is None:
        return ()
    folders = code.paths + (code.tests if options.settings.get("tests") is True else ())
    files = scope.below(options.files, folders, scope.PYTHON)
    environment = ("--python-executable", options.target_python) if options.target_python else ()
    return (
        Invocation(
            argv=(
                options.python,
                "-P",  # the judged tree must not lend modules to the tool
                "-m",
                "mypy",
                *("--config-file", f"{options.presets}/mypy.ini"),
                *("--output", "json"),
                *("--cache-dir", "/dev/null"),
                *("--linecount-report", f"{options.output}/lines"),
                *environment,
                "--",
                *dict.fromkeys(folders),
            ),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            env={"MYPYPATH": ":".join(_roots(code, options))},
            inputs=scope.handed(options, [name for name in files if _walked(name, files)]),
            files={**scope.FILES, "lines": "lines/linecount.txt"},
            exits=(0, 1, 2),
        ),
        report.probe("explicit_any", options, {"tree": options.tree, "files": files}),
    )


def _roots(code: Code, options: Options) -> tuple[str, ...]:
    """Where module names start, so that packages without `__init__.py` keep their full name."""
    return scope.import_roots(code, options.files)


def _walked(name: str, files: list[str]) -> bool:
    """Whether mypy looks at this file: not in a folder it skips, not hidden by its own stub."""
    return not NOT_WALKED.search(name) and not (name.endswith(".py") and f"{name}i" in files)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the lines. Anything on stderr means that mypy did not do what it was told."""
    scope.expect_outputs(outputs, 2, "mypy")
    output, told = outputs
    if output.exit_code not in (0, 1, 2) or output.stderr.strip():
        raise scope.crashed(output, "mypy")
    handed = scope.read(output)
    entries, prevented = _entries(output.stdout)
    errors = tuple(entry for entry in entries if entry.severity == "error")
    if output.exit_code == 2 and not errors:
        raise scope.crashed(output, "mypy")
    if output.exit_code == 0:
        scope.expect_agreement(output, len(errors), "mypy")
    findings = tuple(_findings(errors, handed.tree, _written(told)))
    counts = {name: sum(item.metric == name for item in findings) for name in METRICS}
    return ToolReport(
        tool="mypy",
        examined=checked_files(output),
        examined_unit="files",
        measurements={name: Measurement(value=count) for name, count in counts.items()},
        findings=findings,
        incomplete=_incomplete(output, handed, errors, prevented),
    )


def _written(told: ToolOutput) -> Written:
    """The probe's answer. Raises ParseError."""
    scope.expect_exit(told, (0,), "the count of Any")
    return strict_json.decode_as(told.stdout, Written, what="the count of Any")


def _entries(stdout: bytes) -> tuple[tuple[Diagnostic, ...], bool]:
    """The JSON lines, and whether mypy says that it gave up. A clean run prints one newline."""
    if not stdout:
        raise ParseError(Reason.EMPTY_RESULT, "mypy's report: the result is empty")
    lines = [line for line in stdout.split(b"\n") if line.strip()]
    spoken = [line for line in lines if PREVENTED.search(line.decode("utf-8", "replace"))]
    values = (
        strict_json.decode_as(line, Diagnostic, what="mypy's report")
        for line in lines
        if line not in spoken
    )
    return tuple(values), bool(spoken)


def checked_files(output: ToolOutput) -> int:
    """Files that mypy's line count report lists; without the report nothing was examined."""
    listing = output.files.get("lines")
    if listing is None or not listing.strip():
        return 0
    text = strict_json.read_text(listing, what="mypy's line count report")
    modules = [match["module"] for match in CHECKED.finditer(text)]
    if "total" not in modules or len(modules) != len(text.strip().split("\n")):
        detail = "unparsable: no total (mypy's line count report)"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    return len(modules) - 1


def _incomplete(
    output: ToolOutput, handed: scope.Scope, errors: tuple[Diagnostic, ...], prevented: bool
) -> tuple[str, ...]:
    if prevented or output.exit_code == 2:
        first = f"{errors[0].file}: {errors[0].message}" if errors else "no reason given"
        return (f"errors prevented further checking; the first: {first}",)
    checked = checked_files(output)
    if checked < len(handed.files):
        return (f"mypy looked at {checked} of {len(handed.files)} files",)
    return ()


def _findings(errors: tuple[Diagnostic, ...], tree: str, written: Written) -> Iterator[Finding]:
    """Every error; an explicit Any only where the source writes it, once for each line."""
    seen = set()
    for entry in errors:
        path = scope.relative(entry.file, tree)
        if entry.code != EXPLICIT:
            yield _finding(entry, path, Severity.HIGH, "types.errors")
            continue
        lines = written.lines.get(path, ())
        if (path, entry.line) not in seen and (lines is None or entry.line in lines):
            seen.add((path, entry.line))
            yield _finding(entry, path, Severity.LOW, "types.any")


def _finding(entry: Diagnostic, path: str, severity: Severity, metric: str) -> Finding:
    rule = entry.code or "misc"
    return Finding(
        tool="mypy",
        rule=rule,
        severity=severity,
        message=entry.message,
        path=path,
        line=max(entry.line, 0),
        url=f"https://mypy.readthedocs.io/en/stable/_refs.html#code-{rule}",
        fix=(entry.hint or "").split("\n")[0] or (FIX_ANY if rule == EXPLICIT else ""),
        metric=metric,
    )


def control() -> Control:
    """A number where a text is promised."""
    return planted.control("mypy")
