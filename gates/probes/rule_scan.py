"""Looks for secrets with the rules of Kingfisher, offline; values are never shown.

Its own answer holds a digest of each secret, short enough to be guessed back. So it comes here
through a pipe, no file, and only rule, file and line leave this program. The values are read from
the files, to tell placeholders and repetitions apart. Nothing is verified over the network; of the
target nothing is honoured but the pragmas of detect-secrets. Archives are not opened.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.history import Version
from gates.core.model import Measurement, Reason, ToolReport
from gates.probes import _common
from gates.probes.secrets import found, harmless, versions
from gates.probes.secrets.found import Find

CLEAN, FOUND = 0, 200  # exit codes; 205 would be a secret that was tried out
MOST_BYTES = 64 * 2**20  # of its answer
OPTIONS = (
    *("--format", "json", "--quiet", "--redact", "--no-validate", "--no-update-check"),
    *("--git-history", "none", "--no-extract-archives", "--no-ignore", "--no-dedup"),
)
# What only the place in a URL makes a secret; all other rules know the shape of theirs.
WORDED = frozenset({"betterleaks.generic-credential-uri"})


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the program, the absolute tree, its files, folders of tests, the history."""

    program: str
    tree: str
    files: tuple[str, ...]
    tests: tuple[str, ...] = ()
    history: str = ""


class Rule(msgspec.Struct, frozen=True):
    """What one rule calls itself."""

    id: str
    name: str


class Place(msgspec.Struct, frozen=True):
    """Where: columns are byte offsets in the line, the last included."""

    path: str
    line: int
    column_start: int = 0
    column_end: int = 0


class Match(msgspec.Struct, frozen=True):
    """One secret."""

    rule: Rule
    finding: Place


class Summary(msgspec.Struct, frozen=True):
    """What was looked at."""

    blobs_scanned: int


class Metadata(msgspec.Struct, frozen=True):
    """About the scan."""

    summary: Summary


class Scans(msgspec.Struct, frozen=True):
    """How the scan of the one folder ended."""

    scan_succeeded: int
    scan_partial: int
    scan_failed: int


class Audit(msgspec.Struct, frozen=True):
    """About the folders that were scanned."""

    summary: Scans


class Answer(msgspec.Struct, frozen=True):
    """The parts of Kingfisher's report that are read; the others never leave the pipe."""

    findings: tuple[Match, ...]
    metadata: Metadata
    audit: Audit


def measure(given: dict[str, Any]) -> ToolReport:
    """Scan the tree, and the history that was exported."""
    task = msgspec.convert(given, Given)
    past = versions.read(task.history)
    now = {name: Version("", name) for name in task.files}
    then = {one.stored: one for one in past.history.versions}
    root = str(Path(task.tree).resolve())
    answer = scan(task.program, root)
    tree = tuple(finds(answer, root, now, task.tests))
    old = (
        tuple(finds(scan(task.program, past.folder), past.folder, then, task.tests)) if then else ()
    )
    findings = found.findings("kingfisher", [*tree, *found.only_past(tree, old)])
    return ToolReport(
        tool="kingfisher",
        examined=answer.metadata.summary.blobs_scanned,
        examined_unit="files",
        measurements={found.METRIC: Measurement(value=len(findings))},
        findings=findings,
        incomplete=past.incomplete,
        notes=(*harmless.not_honoured(task.files), *past.notes),
    )


def scan(program: str, folder: str) -> Answer:
    """Kingfisher's report on a folder. Raises ProbeError."""
    argv = (program, "scan", folder, *OPTIONS, "--rule-cache-dir", str(rule_cache()))
    try:
        with subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            data = process.stdout.read(MOST_BYTES + 1) if process.stdout else b""
            if len(data) > MOST_BYTES:
                process.kill()
    except OSError as error:
        text = f"kingfisher cannot be started: {error.strerror}"
        raise _common.ProbeError(text, Reason.TOOL_MISSING) from error
    if len(data) > MOST_BYTES:
        text = f"kingfisher: more than {MOST_BYTES} bytes of findings"
        raise _common.ProbeError(text, Reason.OUTPUT_TOO_LARGE)
    return checked(data, process.returncode)


def checked(data: bytes, code: int) -> Answer:
    """The report, if it is whole and agrees with the exit code. Raises ProbeError.

    What Kingfisher writes on stderr is not told: no flag promises that no value is in it.
    """
    if code not in (CLEAN, FOUND):
        text = f"kingfisher ended with {code}; run `kingfisher scan` on the target to see why"
        raise _common.ProbeError(text, Reason.TOOL_CRASHED)
    try:
        answer = msgspec.json.decode(data, type=Answer)
    except msgspec.DecodeError as error:  # names a place in the data, quotes nothing of it
        text = f"unparsable: the report of kingfisher: {error}"
        raise _common.ProbeError(text, Reason.UNREADABLE_RESULT) from error
    if (code == FOUND) != bool(answer.findings):
        text = f"contradiction: kingfisher ended with {code} and {len(answer.findings)} findings"
        raise _common.ProbeError(text, Reason.UNREADABLE_RESULT)
    ended = answer.audit.summary
    if ended.scan_failed or ended.scan_partial or not ended.scan_succeeded:
        raise _common.ProbeError("kingfisher did not scan the whole tree", Reason.INCOMPLETE)
    return answer


def rule_cache() -> Path:
    """Where Kingfisher keeps its compiled rules: it takes seconds to make them.

    They are named after the digest of the rules, and a broken file is made again.
    """
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "gatescore" / "kingfisher"


def finds(
    answer: Answer, folder: str, known: dict[str, Version], tests: tuple[str, ...]
) -> Iterator[Find]:
    """The secrets in the known files that are no placeholders and that no pragma allows."""
    texts: dict[str, list[str]] = {}
    for match in answer.findings:
        name = os.path.relpath(match.finding.path, folder)
        version = known.get(name)
        if version is None:  # nothing of the target, such as packages that are linked into it
            continue
        if name not in texts:
            texts[name] = read_lines(Path(folder, name))
        find = find_in(texts[name], match, version)
        worded = match.rule.id in WORDED
        value = value_in(texts[name], match)
        if not harmless.harmless(worded, value, version.path, tests) and not harmless.allowed(
            version.path, texts[name], find.line
        ):
            yield find


def read_lines(path: Path) -> list[str]:
    """The lines of a file, each byte one character, so that columns count bytes."""
    try:
        return path.read_bytes().decode("latin-1").split("\n")
    except OSError:
        return []


def value_in(lines: list[str], match: Match) -> str:
    """What matched, as far as it is on the first line."""
    place = match.finding
    line = lines[place.line - 1] if 1 <= place.line <= len(lines) else ""
    return line[place.column_start : place.column_end + 1]


def find_in(lines: list[str], match: Match, version: Version) -> Find:
    """One match, with its value and the name it is given where the lines have them."""
    number, value = match.finding.line, value_in(lines, match)
    return Find(
        rule=match.rule.id,
        title=match.rule.name.replace("-", " "),
        path=version.path,
        line=number,
        value=found.whole(lines, number, value),
        named=found.name_before(lines[number - 1], value) if value else "",
        commit=version.commit,
    )


if __name__ == "__main__":
    _common.run(measure)
