"""Type errors of the target's code in strict mode and every explicit Any, by mypy.

mypy runs in the tools' environment and looks up the target's packages in the target's own. The
policy says whose configuration counts: ours, the target's, or both; explicit Any is counted under
each. A broken configuration makes mypy go on with defaults, and only stderr tells.
mypy calls Any explicit wherever a type contains it; a probe of ours tells where the target's own
text writes it, and only what both say is counted.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import own_settings, planted, report, scope, strict_json
from gates.tools.formats.configuration import Whose

DISTRIBUTION = "mypy"
LANGUAGE = "python"
METRICS = {
    "types.errors": Metric("Type errors in strict mode"),
    "types.any": Metric("Explicit Any in the target's own code"),
}
RUNNER = Path(__file__).parents[1] / "probes" / "run_mypy.py"
EXPLICIT = "explicit-any"
FIX_ANY = "Write the type, or object and narrow it."
PREVENTED = re.compile(r"errors prevented further checking")
NOTHING = re.compile(r"^There are no \.py\[i\] files in ", re.MULTILINE)
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


class Checked(msgspec.Struct, frozen=True):
    """What mypy looked at, as our wrapper read it from its log.

    `warm`: with a cache of an earlier run; `restarted`: why that one was thrown away.
    """

    sources: tuple[str, ...]
    checked: tuple[str, ...]
    warm: bool
    restarted: str


class Written(msgspec.Struct, frozen=True):
    """Where the source writes Any, lines by file; None: it could not be told, mypy is believed."""

    lines: dict[str, tuple[strict_json.Line, ...] | None]


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """A check for each configuration that counts, then our probe; `tests = true` adds the tests.

    Raises ParseError: the target has no configuration of its own.
    """
    code = target.code
    if code is None:
        return ()
    folders = code.paths + (code.tests if options.settings.get("tests") is True else ())
    files = scope.below(options.files, folders, scope.PYTHON)
    found = own_settings.own(options, own_settings.MYPY)
    runs = own_settings.chosen("mypy", options, found, own_settings.MYPY)
    return (
        *(
            _check(code, options, folders, files, found if run is Whose.TARGET else "")
            for run in runs
        ),
        report.probe("explicit_any", options, {"tree": options.tree, "files": files}),
    )


def _check(
    code: Code, options: Options, folders: tuple[str, ...], files: list[str], own: str
) -> Invocation:
    """One run; `own`: the target's configuration where that counts."""
    whose = "target" if own else "ours"
    kept = f"{options.cache}/{whose}.cache" if options.cache else ""
    settings = f"{options.tree}/{own}" if own else f"{options.presets}/mypy.ini"
    environment = ("--python-executable", options.target_python) if options.target_python else ()
    return Invocation(
        argv=(
            *(options.python, "-P", str(RUNNER)),
            *(kept, f"{options.output}/{whose}"),
            *("--config-file", settings, "--output", "json"),
            *("--disallow-any-explicit", "--no-install-types"),
            *environment,
            "--",
            *dict.fromkeys(folders),
        ),
        cwd=options.tree,
        deadline_s=options.deadline_s,
        env={"MYPYPATH": ":".join(_roots(code, options))},
        inputs=scope.handed(options, [name for name in files if _walked(name, files)], own),
        files={**scope.FILES, "checked": f"{whose}/checked.json"},
        exits=(0, 1, 2),
    )


def _roots(code: Code, options: Options) -> tuple[str, ...]:
    """Where module names start, so that packages without `__init__.py` keep their full name."""
    return scope.import_roots(code, options.files)


def _walked(name: str, files: list[str]) -> bool:
    """Whether mypy looks at this file: not in a folder it skips, not hidden by its own stub."""
    return not NOT_WALKED.search(name) and not (name.endswith(".py") and f"{name}i" in files)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read one check, or two joined. Raises ParseError."""
    scope.expect_outputs(outputs, 3 if len(outputs) > 2 else 2, "mypy")
    *checks, told = outputs
    written = _written(told)
    return own_settings.joined(_report(check, written) for check in checks)


def _report(output: ToolOutput, written: Written) -> ToolReport:
    """One check. Anything on stderr means that mypy did not do what it was told."""
    handed = scope.read(output)
    errors, prevented = _errors(output)
    findings = tuple(_findings(errors, handed.tree, written))
    counts = {name: sum(item.metric == name for item in findings) for name in METRICS}
    checked = _checked(output)
    examined = len(checked.checked)
    return ToolReport(
        tool="mypy",
        examined=examined,
        examined_unit="files",
        measurements={name: Measurement(value=count) for name, count in counts.items()},
        findings=findings,
        incomplete=_incomplete(output, handed, errors, prevented),
        notes=(*own_settings.notes("mypy", handed, examined), *_restarted(checked)),
    )


def _errors(output: ToolOutput) -> tuple[tuple[Diagnostic, ...], bool]:
    """The errors of a run that can be trusted, and whether they kept mypy from going on."""
    if NOTHING.search(output.stderr.decode("utf-8", "replace")):
        return (), False
    if output.exit_code not in (0, 1, 2) or output.stderr.strip():
        raise scope.crashed(output, "mypy")
    entries, prevented = _entries(output.stdout)
    errors = tuple(entry for entry in entries if entry.severity == "error")
    if output.exit_code == 2 and not errors:
        raise scope.crashed(output, "mypy")
    if output.exit_code == 0:
        scope.expect_agreement(output, len(errors), "mypy")
    return errors, prevented


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


def _checked(output: ToolOutput) -> Checked:
    """What was looked at; without our wrapper's word nothing was. Raises ParseError."""
    told = output.files.get("checked")
    if told is None:
        return Checked(sources=(), checked=(), warm=False, restarted="")
    return strict_json.decode_as(told, Checked, what="the list of checked files")


def _restarted(checked: Checked) -> tuple[str, ...]:
    if not checked.restarted:
        return ()
    return (f"mypy: its kept cache was of no use, everything was checked: {checked.restarted}",)


def _incomplete(
    output: ToolOutput, handed: scope.Scope, errors: tuple[Diagnostic, ...], prevented: bool
) -> tuple[str, ...]:
    if prevented or (errors and output.exit_code == 2):
        first = f"{errors[0].file}: {errors[0].message}" if errors else "no reason given"
        return (f"errors prevented further checking; the first: {first}",)
    seen = _checked(output)
    wanted = len(seen.sources if handed.own else handed.files)
    if len(seen.checked) < wanted:
        return (f"mypy looked at {len(seen.checked)} of {wanted} files",)
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
