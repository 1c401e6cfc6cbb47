"""Reads a document that is to be compared: a file, an address, or a file of a git revision."""

import posixpath
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from gates.core.bundling import bundle
from gates.core.openapi import JSON, version
from gates.core.target import OpenApi
from gates.shell import git, network
from gates.shell.documents import DocumentError, decoded, read_source
from gates.shell.origins import Refused


class Unreadable(Exception):
    """A document cannot be had; the text says why, and what to do."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A document in one piece; `path` is its file, relative to the current folder, or ""."""

    document: dict[str, JSON]
    path: str = ""


def read(text: str, allow: tuple[str, ...], folder: Path | None = None) -> Given:
    """The document that a word of the command line names, seen from `folder`.

    `allow` are the origins that may be asked besides this machine. Raises Unreadable.
    """
    here = (folder or Path.cwd()).resolve()
    try:
        if text.startswith(("http://", "https://")):
            return _served(text, allow)
        if (here / text).is_file():
            return _file(here, here / text)
        if ":" in text:
            return _of_revision(here, *text.split(":", 1))
    except DocumentError as error:
        raise Unreadable(error.detail) from error
    except Refused as error:
        said = str(error).partition("; to allow it")[0]
        raise Unreadable(f"{said}; to ask it: --allow {_origin(text)}") from error
    except git.GitError as error:
        raise Unreadable(f"{error}; give a file, an address, or REV:PATH") from error
    missing = "there is no such file; give a file, an address, or REV:PATH of a git revision"
    raise Unreadable(missing)


def _file(here: Path, path: Path) -> Given:
    """References may lead anywhere below the current folder, or below the file's own."""
    path = path.resolve()
    root = here if path.is_relative_to(here) else path.parent
    name = path.relative_to(root).as_posix()
    source = read_source(root, OpenApi(file=name), "", (), {})
    return Given(document=source.bundle.document, path=name if root == here else "")


def _served(url: str, allow: tuple[str, ...]) -> Given:
    origin = _origin(url)
    named = network.allow_list(origin, allow)
    path = url.removeprefix(origin).partition("#")[0]
    source = read_source(Path(), OpenApi(path=path or "/"), origin, named, {})
    return Given(document=source.bundle.document)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _of_revision(here: Path, name: str, path: str) -> Given:
    """Paths are relative to the current folder, as they are for files."""
    commit = git.revision(here, name)

    def content(file: str) -> JSON:
        data = git.file_at(here, commit, Path(file))
        if data is None:
            raise Unreadable(f"{file} is not in {name}; paths are relative to the current folder")
        return decoded(data, f"{name}:{file}")

    clean = posixpath.normpath(path)
    document = content(clean)
    version(document)
    if not isinstance(document, dict):
        raise Unreadable("it is no object")
    return Given(document=bundle(document, clean, content).document, path=clean)
