"""One run of the target's own ESLint: the command, and its report read against what was handed."""

import re
from collections.abc import Mapping

import msgspec

from gates.core.model import Finding, Reason, Severity
from gates.core.target import Node, Target
from gates.core.tool import Invocation, Options, ParseError, ToolOutput
from gates.tools.formats import eslint_json, node, scope
from gates.tools.formats.eslint_json import Message

SAID = re.compile(rb"^.*(?:Error|error|ESLint couldn't)\b.*$", re.MULTILINE)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one run says. `problems` have paths relative to the tree; fatal ones are in neither."""

    problems: tuple[tuple[str, Message], ...]
    examined: int
    versions: dict[str, str]
    files: tuple[str, ...]
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def needed(files: list[str], *packages: str) -> tuple[str, ...]:
    """ESLint and the packages, with typescript-eslint where there is TypeScript to read."""
    typed = any(name.endswith(node.TYPED) for name in files)
    return ("eslint", *packages, *(("typescript-eslint",) if typed else ()))


def invocation(
    target: Node,
    options: Options,
    files: list[str],
    versions: Mapping[str, str],
    *,
    config: str = "",
    paths: tuple[str, ...] = (),
) -> Invocation:
    """ESLint over `paths` with the configuration file `config`; without one: the target's own."""
    folder = node.package_folder(target, options)
    ours = ("--no-config-lookup", "--config", config) if config else ()
    env = node.packages(options)
    if versions["eslint"].startswith("8.") and config:
        env["ESLINT_USE_FLAT_CONFIG"] = "true"
    return Invocation(
        argv=(
            *(node.program(options), f"{options.node_modules}/.bin/eslint"),
            *("--format", "json", "--no-error-on-unmatched-pattern", *ours),
            *("--", *node.inside(target, options, paths or target.paths)),
        ),
        cwd=folder,
        deadline_s=options.deadline_s,
        env=env,
        inputs=node.handed(target, options, files, versions, whole=bool(config)),
        files=node.FILES,
        exits=(0, 1),
    )


def read(output: ToolOutput) -> Run:
    """Read a run. Raises ParseError: it crashed, contradicts itself, or looked at nothing."""
    if output.exit_code not in (0, 1):
        raise _crashed(output)
    surroundings = node.read(output)
    report = eslint_json.read(output.stdout, what="ESLint's report")
    errors = sum(message.severity == 2 for file in report for message in file.messages)
    scope.expect_agreement(output, errors, "ESLint")
    seen = {
        scope.relative(file.file_path, surroundings.tree) for file in report if not file.ignored
    }
    if not seen:
        raise ParseError(Reason.NOTHING_EXAMINED, "ESLint looked at no file")
    problems = [
        (scope.relative(path, surroundings.tree), message)
        for path, message in eslint_json.problems(report)
    ]
    unseen = sorted(set(surroundings.files) - seen)
    missed = tuple(f"ESLint did not look at {name}" for name in unseen)
    whole = surroundings.whole
    return Run(
        problems=tuple(one for one in problems if not one[1].fatal and not one[1].unheard_of),
        examined=len(seen),
        versions=surroundings.versions,
        files=surroundings.files,
        incomplete=(*_lost(report, problems, surroundings.tree), *(missed if whole else ())),
        notes=(*_suppressed(report), *(() if whole else missed)),
    )


def _crashed(output: ToolOutput) -> ParseError:
    """The error of a run that failed: the first line counts, as a stack follows."""
    said = SAID.search(output.stderr)
    words = said[0].decode("utf-8", "replace").strip()[:500] if said else ""
    if not words:
        return scope.crashed(output, "ESLint")
    return ParseError(Reason.TOOL_CRASHED, f"ESLint ended with {output.exit_code}: {words}")


def _lost(
    report: tuple[eslint_json.FileResult, ...], problems: list[tuple[str, Message]], tree: str
) -> tuple[str, ...]:
    fatal = (
        f"{path}:{message.line or 1}: {message.message}"
        for path, message in problems
        if message.fatal
    )
    short = (
        f"{scope.relative(file.file_path, tree)}: {file.lost} problems are counted and not listed"
        for file in report
        if file.lost
    )
    return (*fatal, *short)


def _suppressed(report: tuple[eslint_json.FileResult, ...]) -> tuple[str, ...]:
    """A word on what comments of the source switched off: it is no finding, and no secret."""
    off = sum(len(file.suppressed_messages) for file in report)
    return (f"{off} problems are switched off by eslint-disable comments",) if off else ()


def finding(tool: str, path: str, message: Message, severity: Severity, metric: str) -> Finding:
    """One problem as a finding that `metric` counts."""
    rule = message.rule_id or "eslint"
    return Finding(
        tool=tool,
        rule=rule,
        severity=severity,
        message=message.message,
        path=path,
        line=message.line or 0,
        url=_url(rule),
        metric=metric,
    )


def _url(rule: str) -> str:
    plugin, _, name = rule.rpartition("/")
    match plugin:
        case "":
            return f"https://eslint.org/docs/latest/rules/{name}"
        case "@typescript-eslint":
            return f"https://typescript-eslint.io/rules/{name}"
        case "security":
            folder = (
                "https://github.com/eslint-community/eslint-plugin-security/blob/main/docs/rules"
            )
            return f"{folder}/{name}.md"
        case _:
            return ""


def configured(target: Target, options: Options) -> tuple[str, ...]:
    """The target's own configuration files of ESLint beside its package.json."""
    if target.node is None:
        return ()
    folder = "" if target.node.package in ("", ".") else f"{target.node.package.strip('/')}/"
    names = ("eslint.config.", ".eslintrc")
    return tuple(
        name
        for name in options.files
        if name.startswith(tuple(folder + one for one in names)) and "/" not in name[len(folder) :]
    )
