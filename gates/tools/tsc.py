"""Type errors in strict mode, and every explicit `any`, by the target's own TypeScript.

The strict options are forced on the command line: a tsconfig.json may ask for more, never for less.
The control's files need the Node environment of the target under judgement.
"""

import posixpath
import re

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Node, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import node, planted, scope, strict_json, tsc_text
from gates.tools.formats.configuration import Whose, whose

DISTRIBUTION = "typescript"
LANGUAGE = "node"
METRICS = {
    "types.errors": Metric("Type errors in strict mode"),
    "types.any": Metric("Explicit any in the target's own code"),
}
# Each part of `strict` by its own name: one that a tsconfig.json sets to false wins over `strict`.
STRICT = (
    "strict",
    "alwaysStrict",
    "noImplicitAny",
    "noImplicitThis",
    "strictBindCallApply",
    "strictFunctionTypes",
    "strictNullChecks",
    "strictPropertyInitialization",
    "useUnknownInCatchVariables",
    "noImplicitReturns",
    "noFallthroughCasesInSwitch",
    "noUncheckedIndexedAccess",
)
TEST = re.compile(r"(^|/)__tests__/|\.(test|spec)\.[cm]?tsx?$")
INPUT = "input.json"


class Any(msgspec.Struct, frozen=True):
    """One explicit `any`."""

    path: str
    line: strict_json.Line


class Anys(msgspec.Struct, frozen=True):
    """The answer of gates/node/count_any.mjs; not `readable`: its parser is not for programs."""

    version: str
    parsed: strict_json.Count
    found: tuple[Any, ...]
    readable: bool


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The compiler, then the count of `any`. Raises ParseError: there is no TypeScript."""
    if target.node is None:
        return ()
    versions = node.versions(options, ("typescript",), "tsc")
    files = typed(target.node, options)
    folder = node.package_folder(target.node, options)
    given = {"tree": options.tree, "files": files}
    return (
        Invocation(
            argv=(
                *(node.program(options), f"{options.node_modules}/.bin/tsc"),
                *("-p", target.node.tsconfig, *_forced(options)),
            ),
            cwd=folder,
            deadline_s=options.deadline_s,
            inputs=node.handed(target.node, options, files, versions),
            files=node.FILES,
            exits=(0, 1, 2),
        ),
        Invocation(
            argv=(
                *(node.program(options), str(node.HELPERS / "count_any.mjs")),
                f"{options.output}/{INPUT}",
            ),
            cwd=folder,
            deadline_s=options.deadline_s,
            env=node.packages(options),
            inputs={INPUT: msgspec.json.encode(given).decode()},
        ),
    )


def typed(target: Node, options: Options) -> list[str]:
    """Own TypeScript that has to be checked: with `tests = true` in the settings the tests too."""
    tests = options.settings.get("tests") is True
    folders = target.paths + (target.tests if tests else ())
    found = node.own(options.files, folders, node.TYPED)
    return found if tests else [name for name in found if not TEST.search(name)]


def _forced(options: Options) -> tuple[str, ...]:
    """Options that win over tsconfig.json; what the compiler writes goes to our folder."""
    strict = () if whose(options) is Whose.TARGET else STRICT
    return (
        *("--noEmit", "--pretty", "false", "--listFiles", "--emitDeclarationOnly", "false"),
        *("--incremental", "true", "--tsBuildInfoFile", f"{options.output}/program.tsbuildinfo"),
        *(word for name in strict for word in (f"--{name}", "true")),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read both answers. Raises ParseError."""
    scope.expect_outputs(outputs, 2, "tsc")
    checked, counted = outputs
    scope.expect_exit(checked, (0, 1, 2), "tsc")
    scope.expect_exit(counted, (0,), "the count of any")
    surroundings = node.read(checked)
    printed = tsc_text.read(checked.stdout, what="tsc's answer")
    scope.expect_agreement(checked, len(printed.diagnostics), "tsc")
    anys = strict_json.decode_as(counted.stdout, Anys, what="the count of any")
    program = {scope.relative(path, surroundings.tree) for path in printed.files}
    own = frozenset(surroundings.files)
    if not own & program:
        raise _nothing(printed)
    placed = [(_place(one, surroundings), one) for one in printed.diagnostics]
    errors = tuple(_error(path, one) for path, one in placed if path in own)
    whole = [(path, one) for path, one in placed if not path or path.endswith(".json")]
    elsewhere = len(placed) - len(whole) - len(errors)
    return ToolReport(
        tool="tsc",
        examined=len(own & program),
        examined_unit="files",
        measurements={"types.errors": Measurement(value=len(errors)), "types.any": _any(anys)},
        findings=(*errors, *(_explicit(one) for one in anys.found)),
        incomplete=(
            *(f"{_at(path, one)}error {one.code}: {one.text}" for path, one in whole),
            *(f"tsconfig.json leaves out {name}" for name in sorted(own - program)),
        ),
        notes=(f"{elsewhere} errors outside of the judged source",) if elsewhere else (),
        version=surroundings.versions["typescript"],
    )


def _at(path: str, one: tsc_text.Diagnostic) -> str:
    return f"{path}:{one.line}: " if path else ""


def _nothing(printed: tsc_text.Printed) -> ParseError:
    """Why no file of the target was checked."""
    if printed.diagnostics:
        first = printed.diagnostics[0]
        return ParseError(Reason.TOOL_CRASHED, f"tsc: error {first.code}: {first.text}")
    return ParseError(Reason.NOTHING_EXAMINED, "tsc checked no TypeScript of node.paths")


def _place(one: tsc_text.Diagnostic, surroundings: node.Surroundings) -> str:
    """The path of a diagnostic from the tree, "" for the whole program."""
    if not one.path:
        return ""
    return scope.relative(
        posixpath.normpath(posixpath.join(surroundings.package, one.path)), surroundings.tree
    )


def _any(anys: Anys) -> Measurement:
    if not anys.readable:
        why = f"TypeScript {anys.version} has no parser that programs can use: any is not counted"
        return Measurement(value=None, why=why)
    return Measurement(value=len(anys.found), detail=f"in {anys.parsed} files")


def _error(path: str, one: tsc_text.Diagnostic) -> Finding:
    return Finding(
        tool="tsc",
        rule=one.code,
        severity=Severity.HIGH,
        message=one.text,
        path=path,
        line=one.line,
        metric="types.errors",
    )


def _explicit(one: Any) -> Finding:
    return Finding(
        tool="tsc",
        rule="explicit-any",
        severity=Severity.LOW,
        message="Explicit any: nothing is checked from here on",
        path=one.path,
        line=one.line,
        fix="Use unknown and narrow it, or write the type.",
        metric="types.any",
    )


def control() -> Control:
    """A text where a number is promised."""
    return planted.control("tsc")
