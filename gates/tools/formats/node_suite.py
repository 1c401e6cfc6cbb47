"""The commands that run a Node target's tests: Vitest, Jest, or a command of the target file."""

import re
from enum import StrEnum

from gates.core.model import Reason
from gates.core.target import Node
from gates.core.tool import Invocation, Options, ParseError
from gates.tools.formats import node

JUNIT, SESSION, JEST, LCOV = "junit.xml", "session.json", "jest.json", "coverage/lcov.info"
PROVIDERS = ("v8", "istanbul")
SUFFIXES = ",".join(suffix[1:] for suffix in node.SCRIPTS + node.TYPED)
TEST = re.compile(r"(^|/)__tests__/|\.(test|spec)\.[cm]?[jt]sx?$")


class Runner(StrEnum):
    """Who runs the tests; also the name of its version among the surroundings."""

    VITEST = "vitest"
    JEST = "jest"
    COMMAND = "command"


def runner(target: Node, options: Options) -> Runner:
    """The command of the target file, else Vitest or Jest. Raises ParseError: there is neither."""
    if target.test:
        return Runner.COMMAND
    for one in (Runner.VITEST, Runner.JEST):
        if node.installed(options, one):
            return one
    detail = node.lacking("node_tests", ["vitest", "@vitest/coverage-v8"])
    raise ParseError(Reason.TOOL_MISSING, f"{detail}; or jest; or name a command: node.test")


def own(target: Node, options: Options) -> list[str]:
    """Own source whose coverage counts: no tests, no declarations."""
    tests = set(node.own(options.files, target.tests, ("",)))
    return [
        name
        for name in node.own(options.files, target.paths, node.SCRIPTS + node.TYPED)
        if name not in tests and not TEST.search(name) and not name.endswith(node.DECLARATIONS)
    ]


def invocation(target: Node, options: Options) -> Invocation:
    """The one run. Raises ParseError: a package is missing."""
    chosen = runner(target, options)
    match chosen:
        case Runner.VITEST:
            versions, argv = _vitest(target, options)
        case Runner.JEST:
            versions, argv = node.versions(options, ("jest",), "node_tests"), _jest(target, options)
        case Runner.COMMAND:
            versions, argv = {"command": "unknown"}, _command(target, options)
    results = {"junit": JUNIT, "session": SESSION, "jest": JEST, "lcov": LCOV}
    return Invocation(
        argv=argv,
        cwd=node.package_folder(target, options),
        deadline_s=options.deadline_s,
        env={"GATESCORE_SESSION": f"{options.output}/{SESSION}", "NODE_ENV": "test"},
        inputs=node.handed(target, options, own(target, options), versions),
        files={**node.FILES, **{name: results[name] for name in FILES_OF[chosen]}},
        exits=(0, 1),
    )


FILES_OF = {
    Runner.VITEST: ("junit", "session", "lcov"),
    Runner.JEST: ("jest", "lcov"),
    Runner.COMMAND: ("junit", "lcov"),
}


def _vitest(target: Node, options: Options) -> tuple[dict[str, str], tuple[str, ...]]:
    """Thresholds of the target are ours to judge; a committed `.only` would hide tests."""
    found = [one for one in PROVIDERS if node.installed(options, f"@vitest/coverage-{one}")]
    provider = (found or [PROVIDERS[0]])[0]
    versions = node.versions(options, ("vitest", f"@vitest/coverage-{provider}"), "node_tests")
    old = versions["vitest"].startswith(("0.", "1.", "2."))  # has it as a setting alone
    located = () if old else ("--includeTaskLocation",)
    zero = ("lines", "functions", "branches", "statements")
    argv = (
        *(node.program(options), f"{options.node_modules}/.bin/vitest", "run"),
        *("--allowOnly=false", "--passWithNoTests=false", *located),
        *("--reporter=junit", f"--outputFile.junit={options.output}/{JUNIT}"),
        f"--reporter={node.HELPERS / 'vitest_session.mjs'}",
        *("--coverage.enabled=true", f"--coverage.provider={provider}"),
        *("--coverage.reporter=lcovonly", "--coverage.reportOnFailure=true"),
        f"--coverage.reportsDirectory={options.output}/coverage",
        *(f"--coverage.include={glob}" for glob in _globs(target, options)),
        "--coverage.exclude=**/node_modules/**",
        *(f"--coverage.thresholds.{name}=0" for name in zero),
        *node.inside(target, options, target.tests),
    )
    return versions, argv


def _jest(target: Node, options: Options) -> tuple[str, ...]:
    patterns = (f"/{re.escape(one)}(/|$)" for one in node.inside(target, options, target.tests))
    return (
        *(node.program(options), f"{options.node_modules}/.bin/jest"),
        *("--ci", "--json", f"--outputFile={options.output}/{JEST}", "--testLocationInResults"),
        *("--coverage", "--coverageReporters=lcovonly", "--coverageThreshold={}"),
        f"--coverageDirectory={options.output}/coverage",
        *(f"--collectCoverageFrom={glob}" for glob in _globs(target, options)),
        "--coveragePathIgnorePatterns=/node_modules/",
        f"--cacheDirectory={options.output}/cache",
        *patterns,
    )


def _command(target: Node, options: Options) -> tuple[str, ...]:
    """The target's own command: it writes {output}/junit.xml and {output}/coverage/lcov.info."""
    values = {"{node}": node.program(options), "{output}": options.output}
    words = []
    for word in target.test:
        for name, value in values.items():
            word = word.replace(name, value)
        words.append(word)
    if "/" not in words[0]:
        words[0] = f"{options.node_modules}/.bin/{words[0]}"
    return tuple(words)


def _globs(target: Node, options: Options) -> tuple[str, ...]:
    """Patterns of the own source, from the package's folder."""
    files = frozenset(options.files)
    named = zip(target.paths, node.inside(target, options, target.paths), strict=False)
    return tuple(
        path if written in files else f"{'' if path == '.' else f'{path}/'}**/*.{{{SUFFIXES}}}"
        for written, path in named
    )
