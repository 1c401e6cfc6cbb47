"""Paths as reports write them, made relative to the target's root, or known to lie outside."""

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import msgspec

from gates.core import texts

OUTSIDE = "outside-repo"  # the label of a finding whose place is not in the target
LONGEST = 4096  # bytes of a path, and
LONGEST_NAME = 255  # of one name in it: a longer one is no file of any system
_DRIVE = re.compile(r"/?[A-Za-z]:[\\/]")


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """The judged tree: its absolute folder by every name it has, its files, what to put in front.

    `prefix` makes a report's relative paths relative to the root.
    """

    roots: tuple[str, ...]
    files: frozenset[str]
    prefix: str = ""


class Place(msgspec.Struct, frozen=True):
    """A path below the root with "/"; outside: as the report wrote it, for people."""

    path: str
    outside: bool = False


def of_path(path: str, tree: Tree) -> Place:
    """The place of a path. Backslashes separate folders where no file has them in its name."""
    if _DRIVE.match(path):
        return Place(path, outside=True)
    if "\\" in path and path not in tree.files:
        path = path.replace("\\", "/")
    if path.startswith("/"):
        return _absolute(path, tree)
    return _relative(posixpath.join(tree.prefix, path), path, tree)


def _absolute(path: str, tree: Tree) -> Place:
    clean = posixpath.normpath(path)
    for root in tree.roots:
        if clean.startswith(f"{root}/"):
            return _relative(clean[len(root) + 1 :], path, tree)
    return Place(path, outside=True)


def _relative(path: str, written: str, tree: Tree) -> Place:
    clean = posixpath.normpath(path)
    names = clean.split("/")
    lost = clean in (".", "..") or names[0] == ".." or clean.startswith("/")
    sizes = [len(name.encode("utf-8", "replace")) for name in names]
    if lost or sum(sizes) + len(sizes) > LONGEST or max(sizes) > LONGEST_NAME:
        return Place(written, outside=True)
    return Place(clean if clean in tree.files else texts.visible(clean))


def of_uri(uri: str, bases: Iterable[str], tree: Tree) -> Place:
    """The place of a SARIF URI. `bases` are what its base names stand for, innermost first.

    A base is absolute on the machine that wrote the report: where that is not ours, what follows
    the absolute part counts as relative to the root.
    """
    below, absolute = _split((uri, *bases))
    if not absolute:
        return of_path(below, tree)
    place = _of_absolute(absolute, below, tree)
    if place.outside and below and not _climbs(below):
        return of_path(below, tree)
    return place


def _split(parts: Iterable[str]) -> tuple[str, str]:
    """What follows the first absolute part, decoded, and that part; "" where there is none."""
    below: list[str] = []
    for part in parts:
        if _is_absolute(part):
            return posixpath.join("", *reversed(below)), part
        below.append(_decoded(part))
    return posixpath.join("", *reversed(below)), ""


def _climbs(path: str) -> bool:
    return posixpath.normpath(path).startswith("..")


def _is_absolute(uri: str) -> bool:
    text = uri.strip()
    return text.startswith("/") or bool(_DRIVE.match(text)) or bool(_scheme(text))


def _scheme(uri: str) -> str:
    """The scheme of a URI; a name with a colon in it is none."""
    head, colon, _ = uri.partition(":")
    return head.lower() if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", head) else ""


def _of_absolute(uri: str, below: str, tree: Tree) -> Place:
    text = uri.strip()
    if _scheme(text) == "file":
        text = unquote(urlsplit(text).path)
        if text.startswith("//"):
            text = text[1:]
    elif _scheme(text) and not _DRIVE.match(text):
        return Place(f"{text}{below}", outside=True)
    return of_path(posixpath.join(text, below) if below else text, tree)


def _decoded(uri: str) -> str:
    return unquote(uri.strip())
