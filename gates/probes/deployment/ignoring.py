"""What keeps files out of the context of a build: the rules of a .dockerignore."""

from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from gates.probes import _common

WANTED = ".env"  # where it lies about, it holds the secrets of whoever builds the image
NOTHING = "no .dockerignore keeps .env and .git out of the image"
NOT_ENV = "the .dockerignore leaves .env, which git is told to ignore, in the image"


def left_in(tree: Path, dockerfile: str) -> str:
    """Why the whole context is too much, "" where its rules keep out what has to be.

    Raises ProbeError: a rule file leads out of the tree.
    """
    named = (_rules(tree, place) for place in _places(dockerfile))
    rules = next((found for found in named if found), ())
    if not rules:
        return NOTHING
    lies_about = keeps_out(_rules(tree, ".gitignore"), WANTED)
    return NOT_ENV if lies_about and not keeps_out(rules, WANTED) else ""


def keeps_out(rules: tuple[str, ...], name: str) -> bool:
    """Whether a file at the root of the context is left out; the last rule that fits decides."""
    out = False
    for rule in rules:
        plain = rule.removeprefix("!").removeprefix("/").removeprefix("./").rstrip("/")
        while plain.startswith("**/"):
            plain = plain[3:]
        if fnmatchcase(name, plain) or plain == "**":
            out = not rule.startswith("!")
    return out


def _places(dockerfile: str) -> tuple[str, ...]:
    """Where the rules may be: those of one Dockerfile come first."""
    beside = (PurePosixPath(dockerfile).parent / ".dockerignore").as_posix()
    return (f"{dockerfile}.dockerignore", beside, ".dockerignore")


def _rules(tree: Path, name: str) -> tuple[str, ...]:
    lines = (line.strip() for line in (_common.read_text(tree, name) or "").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
