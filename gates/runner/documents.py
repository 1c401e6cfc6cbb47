"""The target's OpenAPI documents as files: today's, and the one at the base; each made once."""

from threading import Lock

import msgspec

from gates.core.model import Failure, Reason
from gates.core.openapi import DocumentError
from gates.runner.session import Session
from gates.runner.unavailable import had
from gates.shell.documents import load_document
from gates.shell.network import Refused, allow_list


class Documents:
    """Bundles and checks each document once, for whichever gate asks first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = Lock()
        self._documents: dict[str, str | Failure] = {}  # by the origin that serves it, "" if none
        self._base: str | Failure | None = None

    @property
    def is_committed(self) -> bool:
        """Whether the target's tree holds the document."""
        openapi = self._session.target.openapi
        return openapi is not None and bool(openapi.file)

    def today(self, base_url: str = "", headers: dict[str, str] | None = None) -> str:
        """The bundled document as a file, made on first use. Raises Unavailable."""
        with self._lock:
            made = self._documents.get(base_url)
            if made is None:
                made = self._documents[base_url] = self._bundled(base_url, headers or {})
        return had(made)

    def _bundled(self, base_url: str, headers: dict[str, str]) -> str | Failure:
        session = self._session
        if session.target.openapi is None:
            return ""
        output = session.scratch / f"document-{len(self._documents)}"
        output.mkdir(parents=True, exist_ok=True)
        service = session.target.service
        try:
            further = service.allow if service is not None else ()
            allow = allow_list(base_url, further) if base_url else ()
            document = load_document(
                session.tree, session.target.openapi, base_url, allow, headers, output
            )
        except DocumentError as error:
            return Failure(reason=error.reason, detail=error.detail)
        except Refused as error:
            return Failure(reason=Reason.REFUSED_BY_SAFETY, detail=str(error))
        return str(document.path)

    def base(self) -> str:
        """The document to compare with as a file, "" if there is none. Raises Unavailable."""
        with self._lock:
            if self._base is None:
                self._base = self._bundled_base()
        return had(self._base)

    def _bundled_base(self) -> str | Failure:
        session = self._session
        openapi, named = session.target.openapi, session.target.compatibility.base
        tree = session.tree if named else session.base_tree
        file = named or (openapi.file if openapi else "")
        if openapi is None or tree is None or not file or not (tree / file).is_file():
            return ""
        output = session.scratch / "document-base"
        output.mkdir(parents=True, exist_ok=True)
        then = msgspec.structs.replace(openapi, file=file, path="")
        try:
            return str(load_document(tree, then, "", (), {}, output).path)
        except DocumentError as error:
            return Failure(reason=error.reason, detail=f"the base document: {error.detail}")
