"""The target's OpenAPI document: read or fetched, bundled, checked, and written for the tools."""

import json
import posixpath
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates.core.bundling import Bundle, bundle
from gates.core.merging import Part, merged
from gates.core.model import Reason
from gates.core.openapi import (
    JSON,
    DocumentError,
    Operation,
    base_path,
    operations,
    relocated,
    unreadable,
    version,
)
from gates.core.target import OpenApi
from gates.shell import json_strict, network, yaml_strict

__all__ = ["Document", "DocumentError", "Source", "decoded", "load_document", "read_source"]

MAX_BYTES = 16 * 2**20
DEADLINE_S = 30.0
ACCEPT = ("Accept", "application/json, application/yaml;q=0.9, */*;q=0.5")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A document as its authors wrote it, in one piece. `name` is its path or address.

    `file` is its path in the tree, "" if it was served.
    """

    name: str
    file: str
    version: str  # 2.0, 3.0 or 3.1
    bundle: Bundle


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document as tools get it: `path` is a JSON file without any host or reference abroad."""

    path: Path
    operations: tuple[Operation, ...]
    source: str
    base_path: str = ""
    version: str = "3.0"


def load_document(
    tree: Path,
    openapi: OpenApi,
    base_url: str,
    allow: tuple[str, ...],
    headers: dict[str, str],
    output: Path,
) -> Document:
    """Write `output`/document.json from the committed file, else from the served document.

    Several documents of one service become one whose paths are full.

    `base_url` "" means that no service runs. Raises DocumentError: REFUSED_BY_SAFETY, NO_RESULT,
    EMPTY_RESULT, UNREADABLE_RESULT, OUTPUT_TOO_LARGE, TARGET_DOWN, NOTHING_EXAMINED.
    """
    named = tuple(flattened(openapi))
    sources = [read_source(tree, one, base_url, allow, headers) for one in named]
    for source in sources:
        if not operations(source.bundle.document):
            detail = f"no operations: {source.name} has no paths"
            raise DocumentError(Reason.NOTHING_EXAMINED, detail)
    document = merged(
        [
            Part(name=source.name, document=source.bundle.document, base=one.base_path)
            for source, one in zip(sources, named, strict=True)
        ]
    )
    base = base_path(document, openapi.base_path if len(named) == 1 else "")
    path = output / "document.json"
    text = json.dumps(relocated(document, base), allow_nan=False)
    path.write_text(text, encoding="utf-8")
    return Document(
        path=path,
        operations=operations(document),
        source=", ".join(source.name for source in sources),
        base_path=base,
        version=sources[0].version,
    )


def flattened(openapi: OpenApi) -> Iterator[OpenApi]:
    """Every document of the service by itself, the main one first."""
    yield msgspec.structs.replace(openapi, others=())
    for other in openapi.others:
        yield from flattened(other)


def read_source(
    tree: Path, openapi: OpenApi, base_url: str, allow: tuple[str, ...], headers: dict[str, str]
) -> Source:
    """Read and bundle the document without changing what it says. Raises DocumentError."""
    if openapi.file:
        return _source(openapi.file, _Folder(tree))
    if openapi.path and base_url:
        return _source(openapi.path, _Served(base_url, allow, headers))
    if openapi.path:
        detail = f"the document is served at {openapi.path} and no service runs"
        raise DocumentError(Reason.TARGET_DOWN, detail)
    detail = "the target file names no document: openapi.file or openapi.path"
    raise DocumentError(Reason.NO_RESULT, detail)


class _Folder:
    """Reads files of the tree."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree.resolve()

    def name(self, path: str) -> str:
        return path

    def read(self, path: str) -> bytes:
        """Bytes of a file; a link that leads out of the tree is refused."""
        file = self._tree / path
        try:
            if not file.resolve(strict=True).is_relative_to(self._tree):
                detail = f"ref-outside-allow-list: {path} is a link out of the target's folder"
                raise DocumentError(Reason.REFUSED_BY_SAFETY, detail)
            if not file.is_file():
                raise unreadable("ref-not-found", f"{path} is no file")
            with file.open("rb") as stream:
                return stream.read(MAX_BYTES + 1)
        except OSError as error:
            detail = f"ref-not-found: {path}: {error.strerror or error}"
            raise DocumentError(Reason.NO_RESULT, detail) from None


class _Served:
    """Reads what the service serves, from its own origin alone."""

    def __init__(self, base_url: str, allow: tuple[str, ...], headers: dict[str, str]) -> None:
        self._base_url = base_url.rstrip("/")
        self._allow = allow
        self._headers = (ACCEPT, *headers.items())

    def name(self, path: str) -> str:
        return f"{self._base_url}/{path.lstrip('/')}"

    def read(self, path: str) -> bytes:
        url = self.name(path)
        try:
            answer = network.request(
                "GET",
                url,
                allow=self._allow,
                headers=self._headers,
                deadline_s=DEADLINE_S,
                max_bytes=MAX_BYTES,
            )
        except network.Refused as error:
            raise DocumentError(Reason.REFUSED_BY_SAFETY, f"{url}: {error}") from None
        except network.NetworkError as error:
            raise DocumentError(_reason(error), f"network: {url}: {error}") from None
        if answer.status != 200:
            detail = f"{url} answered {answer.status}; a document needs 200"
            raise DocumentError(Reason.NO_RESULT, detail)
        return answer.body


def _reason(error: network.NetworkError) -> Reason:
    large = error.kind is network.Problem.BODY_TOO_LARGE
    return Reason.OUTPUT_TOO_LARGE if large else Reason.TARGET_DOWN


def _source(location: str, place: _Folder | _Served) -> Source:
    path = posixpath.normpath(location.lstrip("/"))
    name = place.name(location)
    document = decoded(place.read(path), name)
    if not isinstance(document, dict):
        raise unreadable("schema", f"{name} is no object")
    said = version(document)
    return Source(
        name=name,
        file=location if isinstance(place, _Folder) else "",
        version=said,
        bundle=bundle(document, path, lambda file: decoded(place.read(file), file)),
    )


def decoded(data: bytes, name: str) -> JSON:
    """JSON if it looks like JSON, else YAML. Raises DocumentError naming the file."""
    text = _text(data, name)
    try:
        if text.lstrip().startswith(("{", "[")) and not name.endswith((".yaml", ".yml")):
            return json_strict.decode(text)
        return yaml_strict.decode(text)
    except (json_strict.JsonError, yaml_strict.YamlError) as error:
        raise DocumentError(Reason.UNREADABLE_RESULT, f"{error} ({name})") from None


def _text(data: bytes, name: str) -> str:
    if not data.strip():
        raise DocumentError(Reason.EMPTY_RESULT, f"{name} is empty")
    if len(data) > MAX_BYTES:
        detail = f"{name} is larger than {MAX_BYTES} bytes"
        raise DocumentError(Reason.OUTPUT_TOO_LARGE, detail)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable("encoding", f"{name} is not UTF-8 at byte {error.start}") from None
    return text
