"""A tool that the policy brings: its command or its report files, and the format they are in.

With a command, `files` are what it writes below `{output}`; `-` is what it prints. Without one they
are reports that are there already: paths and patterns of the judged tree, or absolute paths, copied
by the probe `reports` so that what was read stays as evidence.

Placeholders in a command and its variables: `{tree}` the judged copy of the target, `{output}` an
empty folder, `{python}` the interpreter of gatescore, `{node_modules}` the target's Node packages,
`{policy}` the folder of the policy file. A program without a slash is looked for beside gatescore's
own interpreter, then on the search path; never in the target.
"""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.policy import OwnTool
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import own_report, patterns, places, report, scope, strict_json
from gates.tools.formats.own_report import Source

GIVEN = "given"
GIVEN_FILE = ".gatescore-given.json"
STDOUT = "-"
PROBE = "reports"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What `parse` has to know of the run: the tree, its files, and the reports' names."""

    roots: tuple[str, ...]
    files: tuple[str, ...]
    reports: tuple[str, ...]


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """The adapter of one own tool; `gates.core.tool.Tool` says what each name means."""

    name: str
    spec: OwnTool
    DISTRIBUTION: str
    METRICS: Mapping[str, Metric]

    def commands(self, target: Target, options: Options) -> tuple[Invocation, ...]:
        """The tool's command and the one for its version, or the probe that copies its reports."""
        del target
        return _started(self, options) if self.spec.command else _copied(self, options)

    def parse(self, outputs: tuple[ToolOutput, ...]) -> ToolReport:
        """Read the reports. Raises ParseError."""
        wanted = 2 if self.spec.command and self.spec.version_command else 1
        scope.expect_outputs(outputs, wanted, self.name)
        return _report(self, outputs[0], outputs[1:])

    def control(self) -> Control | None:
        """The known-bad input that the policy brings, None if it brings none."""
        given = self.spec.control
        return Control(files=given.files, rule=given.rule) if given else None


def tool(name: str, spec: OwnTool) -> Own:
    """The adapter of the policy's tool `name`; its metrics are `NAME.findings` and so on."""
    return Own(
        name=name,
        spec=spec,
        DISTRIBUTION=f"{name} of the policy",  # none of ours: its version comes from itself
        METRICS=own_report.metrics(name, spec.format),
    )


def _started(own: Own, options: Options) -> tuple[Invocation, ...]:
    values = _values(options)
    files = {f"{n}": file for n, file in enumerate(own.spec.files) if file != STDOUT}
    for file in files.values():
        _expect_below(file, own.name)
    main = Invocation(
        argv=_argv(own, own.spec.command, values, options),
        cwd=options.tree,
        deadline_s=options.deadline_s,
        files={GIVEN: GIVEN_FILE, **files},
        inputs=_given(options, own.spec.files),
        env={key: _filled(text, values, own.name) for key, text in own.spec.env.items()},
        exits=own.spec.exits,
    )
    if not own.spec.version_command:
        return (main,)
    version = Invocation(
        argv=_argv(own, own.spec.version_command, values, options),
        cwd=options.output,
        deadline_s=options.deadline_s,
        env=main.env,
    )
    return (main, version)


def _copied(own: Own, options: Options) -> tuple[Invocation, ...]:
    found = _found(own.spec.files, options.files)
    copies = {f"{n}": f"{n}{PurePosixPath(name).suffix[:12]}" for n, name in enumerate(found)}
    given = {"tree": options.tree, "copies": list(zip(found, copies.values(), strict=True))}
    probe = report.probe(PROBE, options, given)
    inputs = {**probe.inputs, **_given(options, found)}
    files = {GIVEN: GIVEN_FILE, **copies}
    return (msgspec.structs.replace(probe, inputs=inputs, files=files),)


def _found(wanted: tuple[str, ...], files: tuple[str, ...]) -> tuple[str, ...]:
    """The report files: absolute ones as named, others as the judged tree has them."""
    named = [
        match
        for pattern in wanted
        for match in (
            (pattern,) if pattern.startswith("/") else patterns.matching(files, (pattern,))
        )
    ]
    return tuple(dict.fromkeys(named))


def _given(options: Options, reports: tuple[str, ...]) -> dict[str, str]:
    roots = dict.fromkeys((options.tree, str(Path(options.tree).resolve())))
    given = Given(roots=tuple(roots), files=options.files, reports=reports)
    return {GIVEN_FILE: msgspec.json.encode(given).decode()}


def _expect_below(file: str, name: str) -> None:
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts:
        detail = f'[tools.{name}] files: "{file}" is not below the output folder of the command'
        raise ParseError(Reason.NO_RESULT, detail)


def _values(options: Options) -> dict[str, str]:
    return {
        "{tree}": options.tree,
        "{output}": options.output,
        "{python}": options.python,
        "{node_modules}": options.node_modules,
        "{policy}": str(options.settings.get("policy_folder", "")),
    }


def _filled(text: str, values: Mapping[str, str], name: str) -> str:
    """The text with its placeholders filled in; other braces are the tool's own."""
    for placeholder, value in values.items():
        if placeholder in text and not value:
            detail = f"[tools.{name}]: {placeholder} stands for nothing in this run: {text[:200]}"
            raise ParseError(Reason.TOOL_MISSING, detail)
        text = text.replace(placeholder, value)
    return text


def _argv(
    own: Own, command: tuple[str, ...], values: Mapping[str, str], options: Options
) -> tuple[str, ...]:
    program, *arguments = (_filled(word, values, own.name) for word in command)
    return (_program(program, own.name, options), *arguments)


def _program(word: str, name: str, options: Options) -> str:
    """The program's absolute path. Raises ParseError where it is not to be had."""
    if word.startswith("/"):
        return word
    if "/" in word:
        detail = f'[tools.{name}] command: "{word}" is relative: write {{tree}}/{word}, or a name'
        raise ParseError(Reason.TOOL_MISSING, f"{detail} to look for on the search path")
    for folder in _folders(options):
        found = shutil.which(word, path=folder)
        if found:
            return found
    detail = f"[tools.{name}] command: there is no program {word} beside gatescore or on the "
    raise ParseError(Reason.TOOL_MISSING, f"{detail}search path: install it, or name it in full")


def _folders(options: Options) -> tuple[str, ...]:
    """Where programs are looked for: absolute folders outside the judged tree."""
    search = str(options.settings.get("search_path", "/usr/local/bin:/usr/bin:/bin"))
    tree = Path(options.tree)
    given = (folder for folder in search.split(":") if folder.startswith("/"))
    return (options.bin, *(folder for folder in given if not Path(folder).is_relative_to(tree)))


def _report(own: Own, output: ToolOutput, rest: tuple[ToolOutput, ...]) -> ToolReport:
    if own.spec.command:
        scope.expect_exit(output, own.spec.exits, own.name)
    else:
        report.read_report(output, PROBE)
    given = strict_json.decode_as(output.files.get(GIVEN), Given, what="the scope of the run")
    sources = _sources(own, output, given)
    tree = places.Tree(roots=given.roots, files=frozenset(given.files), prefix=own.spec.path_prefix)
    read = own_report.read(
        own.name, own.spec.format, sources, tree, patterns.matching(given.files, own.spec.examines)
    )
    version = read.version or (scope.last_line(rest[0].stdout)[:200] if rest else "")
    notes = () if own.spec.command else tuple(f"read {_evidence(one)}" for one in sources)
    return msgspec.structs.replace(read, version=version, notes=(*read.notes, *notes))


def _sources(own: Own, output: ToolOutput, given: Given) -> tuple[Source, ...]:
    if not given.reports:
        named = ", ".join(own.spec.files)
        detail = f"no file that git sees in the target matches {named} ([tools.{own.name}] files)"
        raise ParseError(Reason.NO_RESULT, detail)
    return tuple(
        Source(
            name=f"{own.name}'s output" if file == STDOUT else file,
            data=output.stdout if file == STDOUT else output.files.get(f"{n}"),
        )
        for n, file in enumerate(given.reports)
    )


def _evidence(source: Source) -> str:
    return f"{source.name} (sha256:{hashlib.sha256(source.data or b'').hexdigest()})"
