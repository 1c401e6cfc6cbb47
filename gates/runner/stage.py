"""What gates stand on: the target environment, the running service, the login, the document."""

import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from gates import catalog
from gates.core.model import Failure, Reason
from gates.core.plan import PlannedGate
from gates.core.target import Service
from gates.core.tool import Tool
from gates.runner import ingest, telemetry
from gates.runner.documents import Documents
from gates.runner.door import Door
from gates.runner.environments import Environments
from gates.runner.logins import LoginFailed, Logins
from gates.runner.session import Session
from gates.runner.telemetry import Telemetry
from gates.runner.unavailable import TargetDown, Unavailable
from gates.shell import environment
from gates.shell.aftermath import LOG, explained
from gates.shell.auth import Access
from gates.shell.service import Place, Running, ServiceError, run_step, running
from gates.shell.upstreams import Proxies

SERVICE_RESOURCES = ("service", "exclusive")


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What one gate may use. `headers` and `identities` authenticate requests and are secret.

    `renew` gives the service a fresh state and returns what holds from then on; None where no
    service runs.
    """

    python: str = ""
    node: str = ""  # the program that runs the target's JavaScript
    node_modules: str = ""
    base_url: str = ""
    pid: int = 0
    ready_s: float | None = None
    service_log: str = ""
    document: str = ""
    base_document: str = ""
    state: str = ""
    control: str = ""  # the door's socket, for a gate that cuts upstreams
    spans: str = ""  # the file of what the service sends, for a gate that reads it
    headers: dict[str, str] = {}
    base_origin: str = ""  # of the base revision's service, where that runs beside ours
    base_headers: dict[str, str] = {}
    identities: dict[str, Access] = {}
    renew: Callable[[], "Grant"] | None = None


def node_tools(gate: PlannedGate) -> list[Tool]:
    """The tools of a gate that judge JavaScript or TypeScript; one that cannot be had is none."""
    found = []
    for name in gate.tools:
        with suppress(catalog.CatalogError):
            tool = catalog.load(name, gate.own)
            found += [tool] if getattr(tool, "LANGUAGE", "") == "node" else []
    return found


def addresses(service: Service) -> dict[str, str]:
    """The upstreams that a proxy of ours can stand before; none of a service that runs already."""
    if not service.start:
        return {}
    return {each.name: each.address for each in service.upstreams if each.address}


class Stage:
    """Makes and keeps what gates stand on. Service gates ask one at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._environments = Environments(session)
        self._documents = Documents(session)
        self._starts = 0
        self._starter = ""  # the gate that started the service; "" while none runs
        self._down = ""
        self._open = ExitStack()
        self._running: Running | None = None
        self._with_door = False  # whether the service runs, or is to run, behind a door
        self._with_spans = False  # whether it sends, or is to send, spans to us
        self._telemetry = Telemetry()
        self._door: Door | None = None
        self._logins: Logins | None = None  # at this start of the service

    def grant(self, gate: PlannedGate) -> Grant:
        """Everything the gate needs. Raises Unavailable or TargetDown."""
        made = self.environments(gate)
        if gate.policy.base_document:
            made = msgspec.structs.replace(made, base_document=self._documents.base())
        if gate.policy.resource not in SERVICE_RESOURCES and not self.reads_served(gate):
            committed = gate.policy.document and self._documents.is_committed
            document = self._documents.today() if committed else ""
            return msgspec.structs.replace(made, document=document)
        return self._served(gate, made)

    def environments(self, gate: PlannedGate) -> Grant:
        """What the target's code runs in, as far as the gate needs it. Raises Unavailable."""
        ours = self._environments
        modules = ours.node_modules() if self.needs_node_modules(gate) else ""
        return Grant(
            python=ours.python() if self.needs_environment(gate) else "",
            node=ours.node() if modules or self.has_node_tools(gate) else "",
            node_modules=modules,
        )

    def needs_environment(self, gate: PlannedGate) -> bool:
        """Whether the target environment has to be made first."""
        has_code = self._session.target.code is not None
        return has_code and (gate.policy.environment or self.starts_service(gate))

    def starts_service(self, gate: PlannedGate) -> bool:
        """Whether the gate asks a service that we start."""
        service = self._session.target.service
        serves = gate.policy.resource in SERVICE_RESOURCES or self.reads_served(gate)
        return serves and service is not None and bool(service.start)

    def has_node_tools(self, gate: PlannedGate) -> bool:
        """Whether a tool of the gate judges JavaScript or TypeScript."""
        return self._session.target.node is not None and bool(node_tools(gate))

    def needs_node_modules(self, gate: PlannedGate) -> bool:
        """Whether the target's Node packages have to be installed first."""
        if self._session.target.node is None:
            return False
        wanted = any(getattr(tool, "ENVIRONMENT", True) for tool in node_tools(gate))
        return wanted or gate.policy.environment or self.starts_service(gate)

    def reads_served(self, gate: PlannedGate) -> bool:
        """Whether the gate reads a document that only the running service has."""
        target = self._session.target
        if not gate.policy.document or target.openapi is None or target.openapi.file:
            return False
        return target.service is not None

    def _served(self, gate: PlannedGate, made: Grant) -> Grant:
        if self._down:
            raise TargetDown(self._down)
        service = self._session.target.service
        if service is None:
            raise Unavailable(Reason.TARGET_DOWN, "the target file names no [service]")
        surrounded = (gate.policy.upstreams, telemetry.is_wanted(gate, self._session.target))
        if surrounded != (self._with_door, self._with_spans):
            self.close()
            self._with_door, self._with_spans = surrounded
        if self._running is None:
            self._start(service, made, gate.id)
        elif gate.policy.state == "fresh":
            self._refresh(service, made, gate.id)
        return self._granted(gate, made)

    def _refresh(self, service: Service, made: Grant, gate: str, port: int = 0) -> None:
        """Give the service the state of a fresh start, as far as the target file says how."""
        running, cancel = self._running, self._session.cancel
        if service.reset and running is not None and running.place is not None:
            self._logins = None
            try:
                run_step("reset", service.reset, running.place, cancel)
            except ServiceError as error:
                detail = self._session.secrets.redactor().text(error.detail)
                raise Unavailable(error.reason, detail) from error
        elif service.start:
            self.close()
            self._start(service, made, gate, port)

    def _start(self, service: Service, made: Grant, gate: str, port: int = 0) -> None:
        session = self._session
        self._starts += 1
        self._starter = gate
        env, _ = environment.allowed(session.environ)
        proxies = Proxies(addresses(service)) if self._with_door else None
        file = session.scratch / f"spans-{self._starts}.ndjson"
        self._telemetry = telemetry.opened(self._with_spans, file, self._open)
        try:
            led = self._open.enter_context(proxies).addresses if proxies else {}
            self._running = self._open.enter_context(
                running(
                    service,
                    tree=session.tree,
                    python=made.python or sys.executable,
                    node=made.node,
                    env=env,
                    variables=session.secrets.variables,
                    output=self._place(),
                    cancel=session.cancel,
                    port=port,
                    upstreams=led,
                    otlp=self._telemetry.address,
                )
            )
            if proxies:
                self._door = self._opened(self._running, service, proxies, env)
        except ServiceError as error:
            self._keep_log()
            detail = session.secrets.redactor().text(error.detail)
            self._down = f"the target is down: {detail.partition(LOG)[0]}"
            raise Unavailable(error.reason, detail) from error

    def _opened(
        self, service: Running, said: Service, proxies: Proxies, env: dict[str, str]
    ) -> Door:
        """The door to a service that runs; its commands run in the judged tree."""
        place = service.place or Place(
            service=said,
            tree=self._session.tree,
            output=self._place(),
            log=service.log,
            env=env,
            values={},
            port=service.port,
        )
        place.output.mkdir(parents=True, exist_ok=True)
        return self._open.enter_context(Door(service, place, proxies, self._session.cancel))

    def _granted(self, gate: PlannedGate, made: Grant) -> Grant:
        service, target = self._running, self._session.target
        if service is None or target.service is None:
            raise TargetDown(self._down)
        logins = self._logins = self._logins or Logins(self._session, service)
        try:
            headers = logins.headers()
            identities = logins.everybody() if gate.policy.identities else logins.known()
        except LoginFailed as error:
            raise Unavailable(error.reason, error.detail) from error
        again = target.service

        def renew() -> Grant:
            self._refresh(again, made, gate.id, service.port)
            return self._granted(gate, made)

        return msgspec.structs.replace(
            made,
            base_url=service.base_url,
            pid=service.pid,
            ready_s=service.ready_s,
            service_log=str(service.log),
            state=service.place.values["state"] if service.place else "",
            control=self._door.path if self._door else "",
            spans=self._telemetry.spans,
            headers=headers,
            identities=identities,
            document=self._document_for(service, headers),
            renew=renew,
        )

    def _document_for(self, service: Running, headers: dict[str, str]) -> str:
        if self._session.target.openapi is None:
            return ""
        if self._documents.is_committed:
            return self._documents.today()
        return self._documents.today(service.base_url, headers)

    def check_alive(self) -> Failure | None:
        """Why the service is gone, if it is; later service gates are then not run."""
        if self._running is None:
            return None
        died = self._running.died()
        if self._door is not None and self._door.disturbed:
            self.close()
            return None
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
        self._logins = None
        self._door = None
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
