"""Gives each finding what its fingerprint sees: the source around it, and its path at the base."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from gates.core import source_braces, source_lines, source_python
from gates.core.fingerprint import holds_secret
from gates.core.model import Finding, ToolReport
from gates.core.redact import Redactor

LARGEST = 2**22  # bytes of a file whose lines are looked up
WRITTEN = 2**19  # characters of source that somebody wrote; more is made by a program


def located(
    report: ToolReport, tree: Path, redactor: Redactor, renamed: Mapping[str, str]
) -> ToolReport:
    """The report with a context for each finding on a line, and its path before a rename.

    `renamed` has old paths by new ones. A context that the tool gave stays. The source passes the
    redactor first, so no context depends on a secret's value.
    """
    wanted: defaultdict[str, dict[int, bool]] = defaultdict(dict)
    for finding in report.findings:
        if needs_context(finding):
            lines = wanted[finding.path]
            lines[finding.line] = lines.get(finding.line, False) or holds_secret(
                finding.tool, finding.rule
            )
    found = {path: of_file(tree, path, lines, redactor) for path, lines in wanted.items()}
    findings = tuple(placed(finding, found, renamed) for finding in report.findings)
    return msgspec.structs.replace(report, findings=findings)


def needs_context(finding: Finding) -> bool:
    """Whether the source has to say what the finding is about."""
    return bool(finding.path) and finding.line > 0 and not finding.context


def placed(
    finding: Finding, found: Mapping[str, Mapping[int, str]], renamed: Mapping[str, str]
) -> Finding:
    """The finding with its context and its origin, itself where it has neither."""
    context = finding.context
    if needs_context(finding):
        context = found[finding.path].get(finding.line, "")
    origin = renamed.get(finding.path, finding.origin)
    if context == finding.context and origin == finding.origin:
        return finding
    return msgspec.structs.replace(finding, context=context, origin=origin)


def of_file(
    tree: Path, path: str, wanted: Mapping[int, bool], redactor: Redactor
) -> dict[int, str]:
    """The contexts of the wanted lines of one file; none for a file that cannot be read."""
    text = read(tree, path)
    if text is None:
        return {}
    text = redactor.lines(text)
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in source_braces.SUFFIXES and len(text) <= WRITTEN:
        return source_braces.contexts(text, wanted)
    if suffix in source_python.SUFFIXES:
        try:
            return source_python.contexts(text, wanted)
        except source_python.Unparsable:
            pass  # its lines still have their text
    return source_lines.contexts(text, wanted, suffix)


def read(tree: Path, path: str) -> str | None:
    """A file's text with plain line ends, None for what is outside, not a file, or too large."""
    file = (tree / path).resolve()
    if not file.is_relative_to(tree.resolve()) or not file.is_file():
        return None
    try:
        if file.stat().st_size > LARGEST:
            return None
        text = file.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")
