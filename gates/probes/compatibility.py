"""Compares the OpenAPI document with the one of the base: what breaks a client.

Input: document, base_document (file or ""), base_address ("" or a URL), allow, path, today,
semver, levels (rule id -> level).
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gates.core.compat.changes import Level
from gates.core.compat.compare import compare
from gates.core.compat.findings import report, without_base
from gates.core.model import Reason, ToolReport
from gates.core.openapi import JSON, operations
from gates.core.target import OpenApi
from gates.probes import _common
from gates.shell.documents import DocumentError, read_source


def measure(given: dict[str, Any]) -> ToolReport:
    """Compare. Raises ProbeError where a document cannot be read."""
    revision = _read(given["document"])
    base = _base(given)
    if base is None:
        return without_base(len(operations(revision)))
    found = compare(
        base,
        revision,
        today=str(given["today"]),
        semver=bool(given.get("semver", True)),
        levels=_levels(given.get("levels", {})),
    )
    return report(found, str(given.get("path", "")))


def _base(given: dict[str, Any]) -> dict[str, JSON] | None:
    if given.get("base_document"):
        return _read(given["base_document"])
    address = str(given.get("base_address", ""))
    if not address:
        return None
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    where = OpenApi(path=address.removeprefix(origin) or "/")
    try:
        return read_source(Path(), where, origin, tuple(given["allow"]), {}).bundle.document
    except DocumentError as error:
        detail = f"the base document: {error.detail}"
        raise _common.ProbeError(detail, error.reason) from None


def _read(path: str) -> dict[str, JSON]:
    try:
        document = msgspec.json.decode(Path(path).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        detail = f"OpenAPI document {path}: {error}"
        raise _common.ProbeError(detail, Reason.UNREADABLE_RESULT) from None
    if not isinstance(document, dict):
        detail = f"OpenAPI document {path}: no object"
        raise _common.ProbeError(detail, Reason.UNREADABLE_RESULT)
    return document


def _levels(said: Any) -> dict[str, Level]:
    allowed = ", ".join(level.value for level in Level)
    try:
        return {str(rule): Level(level) for rule, level in dict(said).items()}
    except (TypeError, ValueError) as error:
        detail = f"options.levels of the gate compatibility: {error}; allowed: {allowed}"
        raise _common.ProbeError(detail, Reason.INCOMPLETE) from None


if __name__ == "__main__":
    _common.run(measure)
