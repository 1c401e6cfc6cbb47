"""The reference of environment variables and of the files that a run reads and leaves."""

import ast
from collections.abc import Iterator
from pathlib import Path

from gates import formats
from gates.outputs import RECORD, SCREEN
from manual.tables import code, plain, table

ROOT = Path(__file__).parents[1]
PREFIX = "GATESCORE_"
SET_BY_YOU = {
    "GATESCORE_HISTORY": "where the history is kept: a file, a `postgresql://` address, or `off`",
    "GATESCORE_CACHE": "the folder in which `gatescore/` keeps environments, reused results and "
    "remembered durations; default: `XDG_CACHE_HOME`, else `~/.cache`",
    "GATESCORE_LOAD_TOKEN": "the word that a master and its load workers on other machines share",
}
HANDED_ON = {
    "GATESCORE_AUTH": "to a locustfile of yours: the headers of `[auth]`, as a JSON object",
    "GATESCORE_BASE_URL": "to your integration tests: the address of the running service",
}
REPORTS = {
    "scorecard.json": "the whole result, for programs: `config/schema/scorecard.schema.json`",
    "scorecard.html": "the whole result, for people: one file, no network",
    "summary.md": "the page of a build, a comment",
    "*.sarif": "code scanning; one file for each tool",
    "junit.xml": "the test page of build servers",
    "gl-code-quality.json": "the widget of GitLab's merge requests",
    "badge.json": "an endpoint badge",
    "criteria.csv": "every criterion with its value, for tables",
    "progress.json": "the status of the team, as `gatescore status` tells it",
    "verification-report.md": "what the implementation log claims, beside what was found",
}
COMMITTED = {
    "gatescore.toml": "the target file",
    "gatescore/waivers.toml": "what is excused for a time",
    "gatescore/baseline.json": "the findings that are known",
    "gatescore/requirements.toml": "what was asked for",
    "gatescore/risks.toml": "the register of risks",
    "gatescore/oracles/": "behaviours that are asked for",
    "gatescore/corpus/": "requests that broke the contract once, replayed in every run",
    "gatescore/signoffs/": "what people have signed",
}
RUN = {
    "plan.json": "every gate that was to be run, written first",
    "subject.json": "what is judged, by which policy, since when; written before the first gate",
    "shard.json": "of a shard: to which plan it belongs, and the digests of its results",
    "results": "per gate `report.json` (measured), `result.json` (judged), and the raw outputs",
}


def environment_page() -> str:
    """The variables that we read, and those that are set for others."""
    names = sorted(in_the_code())
    described = {**SET_BY_YOU, **HANDED_ON}
    inner = ", ".join(code(name) for name in names if name not in described)
    return (
        "\n\n".join(
            (
                "# Environment variables",
                "## Read by gatescore",
                table(("variable", "what it says"), told(SET_BY_YOU)),
                "`NO_COLOR` and `TERM=dumb` keep the terminal plain.",
                "## Set for what it starts",
                table(("variable", "what it is"), told(HANDED_ON)),
                "Programs that are started see an allow-listed environment: nothing else of yours.",
                "## Between our own processes",
                f"Nobody has to set them: {inner}.",
            )
        )
        + "\n"
    )


def told(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Names with what is said of them."""
    return [(code(name), plain(text)) for name, text in texts.items()]


def in_the_code() -> set[str]:
    """Every name of a variable that our source spells out as a whole."""
    return {
        name
        for package in ("gates", "reports")
        for file in sorted((ROOT / package).rglob("*.py"))
        if PREFIX in (text := file.read_text(encoding="utf-8"))
        for name in strings(ast.parse(text))
    }


def strings(tree: ast.AST) -> Iterator[str]:
    """The texts of a module that are names of variables of ours."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if text.startswith(PREFIX):
                name = text.rstrip(":")
                if name.isidentifier() and name.isupper() and not name.endswith("_"):
                    yield name


def files_page() -> str:
    """What is committed in a target, and what a run leaves."""
    short = {file: name for name, file in formats.NAMES.items()}
    reports = [
        (code(file), code(short.get(file, file)), plain(text)) for file, text in REPORTS.items()
    ]
    return (
        "\n\n".join(
            (
                "# Files",
                "## Committed in the repository of a target",
                table(("file", "what it is"), told(COMMITTED)),
                "## Left by a run",
                "In `.gatescore/runs/<id>` or in `--output DIR`. The folder `.gatescore` ignores "
                "itself, and holds the history (`history.db`) too.",
                table(("file", "`--format`", "what it is"), reports),
                table(("file", "what it is"), told({n: RUN[n] for n in RECORD if n in RUN})),
                "Printed, not written: " + ", ".join(code(name) for name in SCREEN) + ".",
            )
        )
        + "\n"
    )
