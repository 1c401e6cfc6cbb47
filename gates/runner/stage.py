"""What gates stand on: the target environment, the running service, the login, the document."""

import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

import msgspec

from gates.core.model import Failure, Reason
from gates.core.openapi import DocumentError
from gates.core.plan import PlannedGate
from gates.core.target import Service
from gates.runner import ingest
from gates.runner.session import Session
from gates.shell import environment
from gates.shell.aftermath import LOG, explained
from gates.shell.auth import AuthError, authenticate, secret_values
from gates.shell.documents import load_document
from gates.shell.network import NetworkError, Refused, allow_list
from gates.shell.service import Running, ServiceError, running

SERVICE_RESOURCES = ("service", "exclusive")


class Unavailable(Exception):
    """What a gate stands on is not there; the gate is ERROR with this failure."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(reason=reason, detail=detail)


class TargetDown(Exception):
    """The service is known to be down since an earlier gate; this one is not run."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What one gate may use. `headers` authenticate requests and are secret."""

    python: str = ""
    base_url: str = ""
    ready_s: float | None = None
    service_log: str = ""
    document: str = ""
    headers: dict[str, str] = {}


class Stage:
    """Makes and keeps what gates stand on. Service gates ask one at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._environment = Lock()
        self._document = Lock()
        self._python: str | Failure | None = None
        self._documents: dict[str, str | Failure] = {}  # by the origin that serves it, "" if none
        self._starts = 0
        self._starter = ""  # the gate that started the service; "" while none runs
        self._down = ""
        self._open = ExitStack()
        self._running: Running | None = None
        self._headers: dict[str, str] | None = None  # of the login at this start of the service

    def grant(self, gate: PlannedGate) -> Grant:
        """Everything the gate needs. Raises Unavailable or TargetDown."""
        python = self.python() if self.needs_environment(gate) else ""
        if gate.policy.resource not in SERVICE_RESOURCES and not self.reads_served(gate):
            document = self.document() if gate.policy.document and self._has_document() else ""
            return Grant(python=python, document=document)
        return self._served(gate, python)

    def needs_environment(self, gate: PlannedGate) -> bool:
        """Whether the target environment has to be made first."""
        service = self._session.target.service
        starts = service is not None and bool(service.start)
        serves = gate.policy.resource in SERVICE_RESOURCES or self.reads_served(gate)
        has_code = self._session.target.code is not None
        return has_code and (gate.policy.environment or (serves and starts))

    def reads_served(self, gate: PlannedGate) -> bool:
        """Whether the gate reads a document that only the running service has."""
        target = self._session.target
        if not gate.policy.document or target.openapi is None or target.openapi.file:
            return False
        return target.service is not None

    def python(self) -> str:
        """The target environment's interpreter, made on first use. Raises Unavailable."""
        with self._environment:
            if self._python is None:
                self._python = self._made()
        if isinstance(self._python, Failure):
            raise Unavailable(self._python.reason, self._python.detail)
        return self._python

    def _made(self) -> str | Failure:
        session = self._session
        if session.target.code is None:
            return ""
        try:
            made = environment.target_environment(
                session.target.code,
                session.tree,
                session.cache,
                Path(sys.executable),
                session.cancel,
                session.scratch / "environment",
                env=session.environ,
            )
        except environment.EnvironmentFailed as error:
            reason = Reason.CANCELLED if session.cancel.is_set() else Reason.ENVIRONMENT_FAILED
            return Failure(reason=reason, detail=error.detail)
        return str(made)

    def _has_document(self) -> bool:
        openapi = self._session.target.openapi
        return openapi is not None and bool(openapi.file)

    def document(self, base_url: str = "", headers: dict[str, str] | None = None) -> str:
        """The bundled document as a file, made on first use. Raises Unavailable."""
        with self._document:
            made = self._documents.get(base_url)
            if made is None:
                made = self._documents[base_url] = self._bundled(base_url, headers or {})
        if isinstance(made, Failure):
            raise Unavailable(made.reason, made.detail)
        return made

    def _bundled(self, base_url: str, headers: dict[str, str]) -> str | Failure:
        session = self._session
        if session.target.openapi is None:
            return ""
        output = session.scratch / f"document-{len(self._documents)}"
        output.mkdir(parents=True, exist_ok=True)
        service = session.target.service
        try:
            allow = allow_list(base_url, self._allowed(service)) if base_url else ()
            document = load_document(
                session.tree, session.target.openapi, base_url, allow, headers, output
            )
        except DocumentError as error:
            return Failure(reason=error.reason, detail=error.detail)
        except Refused as error:
            return Failure(reason=Reason.REFUSED_BY_SAFETY, detail=str(error))
        return str(document.path)

    def _allowed(self, service: Service | None) -> tuple[str, ...]:
        return service.allow if service is not None else ()

    def _served(self, gate: PlannedGate, python: str) -> Grant:
        if self._down:
            raise TargetDown(self._down)
        service = self._session.target.service
        if service is None:
            raise Unavailable(Reason.TARGET_DOWN, "the target file names no [service]")
        if self._running is None or (gate.policy.state == "fresh" and service.start):
            self.close()
            self._start(service, python, gate.id)
        return self._granted(python)

    def _start(self, service: Service, python: str, gate: str) -> None:
        session = self._session
        self._starts += 1
        self._starter = gate
        env, _ = environment.allowed(session.environ)
        try:
            self._running = self._open.enter_context(
                running(
                    service,
                    tree=session.tree,
                    python=python or sys.executable,
                    env=env,
                    variables=session.secrets.variables,
                    output=self._place(),
                    cancel=session.cancel,
                )
            )
        except ServiceError as error:
            self._keep_log()
            detail = session.secrets.redactor().text(error.detail)
            self._down = f"the target is down: {detail.partition(LOG)[0]}"
            raise Unavailable(error.reason, detail) from error

    def _granted(self, python: str) -> Grant:
        service = self._running
        if service is None:
            raise TargetDown(self._down)
        headers = self._login(service)
        return Grant(
            python=python,
            base_url=service.base_url,
            ready_s=service.ready_s,
            service_log=str(service.log),
            headers=headers,
            document=self._document_for(service, headers),
        )

    def _document_for(self, service: Running, headers: dict[str, str]) -> str:
        if self._session.target.openapi is None:
            return ""
        if self._has_document():
            return self.document()
        return self.document(service.base_url, headers)

    def _login(self, service: Running) -> dict[str, str]:
        if self._headers is not None:
            return self._headers
        session = self._session
        try:
            allow = allow_list(service.base_url, self._allowed(session.target.service))
            headers = authenticate(
                session.target.auth, service.base_url, session.secrets.variables, allow
            )
        except (AuthError, NetworkError) as error:
            raise Unavailable(Reason.ENVIRONMENT_FAILED, str(error)) from error
        except Refused as error:
            raise Unavailable(Reason.REFUSED_BY_SAFETY, f"login: {error}") from error
        session.secrets.learn(*secret_values(headers))
        self._headers = headers
        return headers

    def check_alive(self) -> Failure | None:
        """Why the service is gone, if it is; later service gates are then not run."""
        if self._running is None:
            return None
        died = self._running.died()
        if died is None:
            return None
        detail = f"the target {died}{explained(self._running.log_tail())}"
        self._down = f"the target {died} during an earlier gate"
        self.close()
        return Failure(
            reason=Reason.TARGET_DOWN, detail=self._session.secrets.redactor().text(detail)
        )

    def close(self) -> None:
        """Stop the service, if one runs, and keep its log."""
        self._running = None
        self._headers = None
        try:
            self._open.close()
        finally:
            self._keep_log()

    def _place(self) -> Path:
        return self._session.scratch / f"service-{self._starts}"

    def _keep_log(self) -> None:
        """Store what the service wrote with the results of the gate that started it."""
        session, gate, self._starter = self._session, self._starter, ""
        if gate:
            kept = session.results / gate / "service.log"
            ingest.keep_log(self._place() / "service.log", kept, session.secrets.redactor())
