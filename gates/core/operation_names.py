"""The names that people give the operations of a document, and the label that each stands for."""

from collections.abc import Iterable, Mapping

from gates.core.openapi import JSON, Operation, base_path, operations


def names(document: Mapping[str, JSON]) -> dict[str, str]:
    """Every name → label with base path: operationId, "GET /v1/books/{id}", "GET /books/{id}"."""
    whole = dict(document)
    base = base_path(whole)
    found: dict[str, str] = {}
    for one in operations(whole):
        said = label(one, base)
        found |= dict.fromkeys((said, one.label, one.operation_id or said), said)
    return found


def label(operation: Operation, base: str) -> str:
    """Method and path with base path."""
    return f"{operation.method} {base}{operation.path}"


def unknown(given: Iterable[str], known: Mapping[str, str]) -> str:
    """What to say of names that stand for nothing, "" if there are none."""
    strange = sorted(name for name in given if name not in known)
    if not strange:
        return ""
    shown = ", ".join(repr(name) for name in strange[:5])
    return (
        f"names {shown}, which the document does not have; allowed are operationIds and names "
        'such as "GET /books/{id}"'
    )
