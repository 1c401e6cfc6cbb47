"""Where files may lie: evidence and logs in their folders, nothing loose at the root."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from gates.core.claims.log import Claim
from gates.core.claims.named_files import named_files
from gates.core.claims.rules import Claims
from gates.core.claims.tags import Kind
from gates.probes.claims.outcome import Outcome, State

_EVIDENCE = re.compile(
    r"(?:.*/)?[^/]*(?:screen[-_ ]?shot|evidence)[^/]*\.(?:png|jpe?g|gif|webp|bmp|har|json|txt)",
    re.IGNORECASE,
)
_COMPARED = frozenset(  # folders of what tests read
    {"__snapshots__", "fixtures", "snapshots", "spec", "test", "testdata", "tests"}
)
_SHOWN = frozenset(  # and of pictures that people are to see
    {
        *("assets", "doc", "docs", "documentation", "examples", "images", "img", "media"),
        *("public", "static"),
    }
)
_LOG = re.compile(r".*\.log(?:\.\d+)?", re.IGNORECASE)


def misplaced(
    files: Iterable[str], claims: Iterable[Claim], rules: Claims, root_files: tuple[str, ...]
) -> Iterator[Outcome]:
    """Yield an outcome for every file that lies where it does not belong."""
    claimed = {
        named.path
        for claim in claims
        if claim.kind is Kind.EVIDENCE
        for named in named_files(claim.text)
    }
    for path in sorted({*files}):
        if (path in claimed or _is_evidence(path)) and not _below(path, rules.evidence):
            yield _outcome("evidence-place", path, f"evidence belongs below {rules.evidence}")
        elif _is_log(path, rules) and not _below(path, rules.logs):
            yield _outcome("log-place", path, f"logs belong below {rules.logs}")
        elif "/" not in path and not _is_allowed(path, (*root_files, *rules.root_files)):
            text = "no loose files at the root: move it, or name it in claims.root_files"
            yield _outcome("root-file", path, text)


def _is_evidence(path: str) -> bool:
    """Whether it is evidence by its name; a picture of the documentation is none."""
    return bool(_EVIDENCE.fullmatch(path)) and not _lies_in(path, _COMPARED | _SHOWN)


def _is_log(path: str, rules: Claims) -> bool:
    """Whether it is a log; saved evidence may be one, and what a test reads."""
    kept = _below(path, rules.evidence) or _lies_in(path, _COMPARED)
    return bool(_LOG.fullmatch(path)) and not kept


def _lies_in(path: str, folders: frozenset[str]) -> bool:
    return not folders.isdisjoint(path.lower().split("/")[:-1])


def _below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")


def _is_allowed(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _outcome(rule: str, path: str, why: str) -> Outcome:
    return Outcome(
        state=State.MISPLACED,
        rule=rule,
        claimed="",
        found=f"{path} lies in the wrong place: {why}",
        source=path,
        fix=f"{why[0].upper()}{why[1:]}.",
    )
