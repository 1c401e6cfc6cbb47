"""Where teams keep their documents when they keep them elsewhere than at the default places."""

from pathlib import Path

import msgspec

from gates.core.target import Documentation
from gates.probes import _common

_DEFAULTS = Documentation()
_PLACES = {
    "readme": ("README.rst", "README.txt", "README", "Readme.md", "readme.md"),
    "changelog": (
        *("CHANGELOG.rst", "CHANGELOG.txt", "CHANGELOG", "Changelog.md", "changelog.md"),
        *("CHANGES.md", "CHANGES.rst", "CHANGES.txt", "CHANGES", "HISTORY.md", "HISTORY.rst"),
        *("NEWS.md", "NEWS.rst", "RELEASES.md", "release-notes.md", "docs/changelog.md"),
        *("docs/release-notes.md", "docs/changelog.rst"),
    ),
    "decisions": (
        *("docs/adr", "docs/adrs", "doc/adr", "docs/architecture/decisions"),
        *("doc/architecture/decisions", "docs/architecture/adr", "adr", "decisions"),
    ),
    "runbook": (
        *("RUNBOOK.md", "docs/RUNBOOK.md", "docs/runbook.rst", "docs/operations.md"),
        *("docs/deployment.md", "deployment.md", "DEPLOYMENT.md"),
    ),
    "architecture": (
        *("ARCHITECTURE.md", "docs/ARCHITECTURE.md", "docs/architecture.rst"),
        *("docs/architecture/README.md", "docs/architecture/index.md"),
    ),
    "troubleshooting": ("TROUBLESHOOTING.md", "docs/TROUBLESHOOTING.md"),
    "known_issues": ("KNOWN_ISSUES.md", "KNOWN-ISSUES.md", "docs/known_issues.md"),
    "next_steps": ("ROADMAP.md", "docs/roadmap.md", "NEXT_STEPS.md", "docs/next_steps.md"),
    "contract": ("docs/integration_contract.md", "docs/api-contract.md"),
    "env_example": (".env.sample", ".env.template", ".env.dist", "env.example", "example.env"),
}


def settled(tree: Path, named: Documentation) -> Documentation:
    """The places of the documents: one that the target names is not looked for elsewhere.

    An empty one, or a default one where nothing is, is the first usual one where something is.
    Raises ProbeError: one that is named leads out of the tree.
    """
    return msgspec.structs.replace(
        named, **{key: _place(tree, key, getattr(named, key)) for key in _PLACES}
    )


def _place(tree: Path, key: str, path: str) -> str:
    default: str = getattr(_DEFAULTS, key)
    if path not in ("", default) or _is_there(tree, default):
        return path or default
    return next((one for one in _PLACES[key] if _is_there(tree, one)), default)


def _is_there(tree: Path, path: str) -> bool:
    """Whether something is there under exactly this name, on any file system."""
    place = _common.inside(tree, path)
    return place.exists() and place.name in {one.name for one in place.parent.iterdir()}
