"""One document out of several files: every reference made local, none left that leads outside.

A file that is referred to becomes `x-gatescore-files/fN` of the bundled document, N in the order
in which references are met. What leads to another host, to another scheme, or out of the folder
is refused before anything is read (spec B29); circles are fine, a circle of bare references is not.
"""

import posixpath
import re
from collections.abc import Callable, Iterator

import msgspec

from gates.core.model import Reason
from gates.core.openapi import JSON, DocumentError, resolve, unquoted, unreadable

FILES = "x-gatescore-files"
MAX_FILES = 500
OUTSIDE = "ref-outside-allow-list"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_DIALECTS = ("http://json-schema.org/", "https://json-schema.org/", "https://spec.openapis.org/")
_EXAMPLE = {"summary", "description", "externalValue"}

Reader = Callable[[str], JSON]  # path relative to the folder -> decoded file; raises DocumentError


class Bundle(msgspec.Struct, frozen=True):
    """The bundled document; `files[n - 1]` is the path of `x-gatescore-files/fn`."""

    document: dict[str, JSON]
    files: tuple[str, ...]


def bundle(document: dict[str, JSON], location: str, read: Reader) -> Bundle:
    """Return one document without references to other files.

    `location` is the path of the document, relative to the folder that references may not leave.
    Raises DocumentError: REFUSED_BY_SAFETY `ref-outside-allow-list`, UNREADABLE_RESULT
    `ref-not-found`, `ref-cycle` or `too-many-files`.
    """
    names: dict[str, str] = {posixpath.normpath(location): ""}
    queue: list[tuple[str, JSON]] = [(posixpath.normpath(location), document)]
    done: list[JSON] = []
    for path, content in queue:
        before = len(names)
        done.append(_rewritten(content, path, names))
        if len(names) > MAX_FILES:
            raise unreadable("too-many-files", f"references lead to more than {MAX_FILES} files")
        queue.extend((added, read(added)) for added in list(names)[before:])
    root = done[0]
    assert isinstance(root, dict)  # noqa: S101  (an object rewritten is an object)
    files = tuple(names)[1:]
    if files:
        held = zip((names[name] for name in files), done[1:], strict=True)
        root = {**root, FILES: dict(held)}
    _refuse_cycles(root)
    return Bundle(root, files)


def references(document: JSON) -> Iterator[tuple[str, str]]:
    """Yield (JSON pointer, reference) for every `$ref` and its relatives, in document order."""
    stack: list[tuple[str, JSON]] = [("#", document)]
    while stack:
        pointer, value = stack.pop()
        inner: list[tuple[str, JSON]] = []
        match value:
            case dict():
                for key, part in value.items():
                    here = f"{pointer}/{escaped(key)}"
                    if isinstance(part, str) and _refers(key, part):
                        yield here, part
                    inner.append((here, part))
            case list():
                inner = [(f"{pointer}/{index}", part) for index, part in enumerate(value)]
            case _:
                continue
        stack.extend(part for part in reversed(inner) if isinstance(part[1], dict | list))


def dangling(document: JSON) -> tuple[tuple[str, str], ...]:
    """Return (JSON pointer, reference) of every local reference that names nothing."""
    return tuple(
        (pointer, reference)
        for pointer, reference in references(document)
        if pointer.endswith("/$ref")
        and reference.startswith("#")
        and not _names_something(document, reference)
    )


def escaped(key: str) -> str:
    """One part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def original(pointer: str, files: tuple[str, ...]) -> tuple[str, str]:
    """Return (file, pointer in it) of a pointer into the bundle; file "" is the document itself."""
    match = re.fullmatch(rf"#/{FILES}/f(\d+)(/.*)?", pointer)
    if not match or int(match[1]) > len(files):
        return "", pointer
    return files[int(match[1]) - 1], "#" + (match[2] or "")


def _rewritten(value: JSON, path: str, names: dict[str, str]) -> JSON:
    """The value with its references rewritten; new files are added to `names`.

    Recursion is bounded: readers refuse documents nested more than 100 levels.
    """
    match value:
        case dict():
            return {
                key: _target(part, path, names)
                if isinstance(part, str) and _refers(key, part)
                else _rewritten(part, path, names)
                for key, part in value.items()
                if not (key == "externalValue" and value.keys() <= _EXAMPLE)
            }
        case list():
            return [_rewritten(part, path, names) for part in value]
        case _:
            return value


def _refers(key: str, text: str) -> bool:
    """Whether a text is a reference that a tool may follow.

    The metaschema of a schema is one too, unless it is one that every tool has built in; and an
    entry of a discriminator's mapping, which may also be a mere name.
    """
    if key in ("$ref", "$dynamicRef", "$recursiveRef", "operationRef"):
        return True
    if key in ("$schema", "jsonSchemaDialect"):
        return not text.startswith(_DIALECTS)
    return text.startswith("#/") and " " not in text and "/schemas/" in text


def _target(reference: str, path: str, names: dict[str, str]) -> str:
    """The same reference as seen from the bundled document."""
    other, mark, fragment = reference.partition("#")
    file = path if not other else _inside(other, path, reference)
    if file not in names:
        names[file] = f"f{len(names)}"
    if not names[file]:
        return reference if not other else f"#{fragment}"
    if fragment and not fragment.startswith("/"):
        return reference if not other else f"#{fragment}"  # an anchor
    return f"#/{FILES}/{names[file]}{fragment if mark else ''}"


def _inside(other: str, path: str, reference: str) -> str:
    """The file that a relative reference names, if it stays in the folder."""
    name = unquoted(other.partition("?")[0])
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    outside = joined == ".." or joined.startswith(("../", "/"))
    if _SCHEME.match(name) or "\\" in name or "\0" in name or outside:
        raise DocumentError(
            Reason.REFUSED_BY_SAFETY,
            f"{OUTSIDE}: {path} refers to {reference[:200]!r}; allowed are #/… and relative "
            "paths of files inside the target's folder. Copy what is needed there.",
        )
    return joined


def _names_something(document: JSON, reference: str) -> bool:
    try:
        resolve(document, reference)
    except LookupError:
        return False
    return True


def _refuse_cycles(document: JSON) -> None:
    """A reference that leads to a bare reference, and so on, must end somewhere (spec B28)."""
    ended: set[str] = set()
    for _, first in references(document):
        seen: list[str] = []
        here = first
        while here not in ended and here.startswith("#/"):
            if here in seen:
                raise unreadable("ref-cycle", " -> ".join([*seen[seen.index(here) :], here]))
            seen.append(here)
            here = _bare_reference(document, here)
        ended.update(seen)


def _bare_reference(document: JSON, reference: str) -> str:
    """The reference that a reference leads to, "" if it leads to anything else."""
    try:
        value = resolve(document, reference)
    except LookupError:
        return ""
    following = value.get("$ref") if isinstance(value, dict) else None
    return following if isinstance(following, str) else ""
