"""Reads the committed and the served document of a target, and compares them."""

from pathlib import Path
from typing import Any

import msgspec

from gates.core.openapi import JSON
from gates.core.parity.documents import Difference, differences
from gates.core.target import OpenApi
from gates.probes import _common
from gates.shell.documents import DocumentError, read_source


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Differences by committed file; `why` is said where there are not two documents."""

    found: tuple[tuple[str, Difference], ...] = ()
    pairs: int = 0
    why: str = ""


def compared(given: dict[str, Any]) -> Compared:
    """Compare every document that is both served and committed."""
    found: list[tuple[str, Difference]] = []
    pairs = 0
    for one in given["documents"]:
        if one["file"] and one["path"]:
            committed = _read(given, OpenApi(file=one["file"]), "")
            served = _read(given, OpenApi(path=one["path"]), given["base_url"])
            if isinstance(committed, str) or isinstance(served, str):
                said = committed if isinstance(committed, str) else str(served)
                return Compared(why=said)
            found += [(one["file"], part) for part in differences(committed, served)]
            pairs += 1
    if pairs:
        return Compared(found=tuple(found), pairs=pairs)
    has = "served" if any(one["path"] for one in given["documents"]) else "committed"
    lacks = "openapi.file" if has == "served" else "openapi.path"
    why = f"the document is only {has}: name the other as {lacks}, or say under [absent] why not"
    return Compared(why=why)


def _read(given: dict[str, Any], openapi: OpenApi, base_url: str) -> dict[str, JSON] | str:
    headers = _common.auth_headers() if base_url else {}
    try:
        source = read_source(Path(given["tree"]), openapi, base_url, tuple(given["allow"]), headers)
    except DocumentError as error:
        return f"{openapi.file or openapi.path}: {error.detail}"
    return source.bundle.document
