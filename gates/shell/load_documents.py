"""Names in [load] beside the operations of a document that the target's tree holds."""

from pathlib import Path

from gates.core.capacity import Load
from gates.core.documented import Documented, documented
from gates.core.merging import Part, merged
from gates.core.openapi import DocumentError, base_path, relocated
from gates.core.scenarios import strange
from gates.core.strangers import Stranger
from gates.core.target import OpenApi
from gates.shell.documents import flattened, read_source


def strangers(load: Load, openapi: OpenApi, root: Path) -> tuple[Stranger, ...]:
    """Return the names that the committed document does not have, none where it is served."""
    ops = _committed(openapi, root)
    if not ops:
        return ()
    weights = strange(ops, load.weights, "load.weights")
    return (*weights, *strange(ops, load.objectives, "load.objectives"))


def _committed(openapi: OpenApi, root: Path) -> tuple[Documented, ...]:
    """What is wrong with the document itself is said by the gates that read it."""
    named = tuple(flattened(openapi))
    if not all(one.file for one in named):
        return ()
    try:
        sources = [read_source(root, one, "", (), {}) for one in named]
        parts = [
            Part(name=source.name, document=source.bundle.document, base=one.base_path)
            for source, one in zip(sources, named, strict=True)
        ]
        document = merged(parts)
        base = base_path(document, openapi.base_path if len(named) == 1 else "")
        return documented(relocated(document, base))
    except DocumentError:
        return ()
