"""What the parts of the observability probe share: the service, its settings, and flaws."""

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec

from gates.core.behaviour import Observability, Upstream
from gates.core.documented import Documented, Made
from gates.core.model import Finding, Measurement, Severity
from gates.probes._caller import DEFAULT, Caller
from gates.probes._service_log import ServiceLog
from gates.shell.network import NetworkError, Response

TOOL = "observability"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input beside that of the caller."""

    health: str
    observability: Observability
    document: str = ""
    service_log: str = ""
    control: str = ""
    upstreams: tuple[Upstream, ...] = ()
    generated: tuple[str, ...] = ()  # variables that hold a secret of this run
    login: str = ""
    ready_s: float = 5.0  # until readiness has to tell that an upstream is away
    recover_s: float = 10.0  # until it has to tell that the upstream is back
    log_s: float = 2.0  # until a line has to be in the log


class Flaw(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One violation: `subject` makes it the same one tomorrow."""

    metric: str
    rule: str
    subject: str
    message: str
    fix: str
    reproduce: str = ""
    severity: Severity = Severity.MEDIUM


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request of ours that was answered. `id` is what was sent, `told` what came back."""

    label: str
    identity: str | None
    id: str
    answer: Response
    told: str = ""
    path: str = ""
    protected: bool = False

    @property
    def fine(self) -> bool:
        """Whether it was a success."""
        return 200 <= self.answer.status < 300

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids by which the service may have logged it."""
        return tuple(dict.fromkeys(one for one in (self.told, self.id) if one))


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a part needs to look. `trace` is the id of our trace."""

    caller: Caller
    given: Given
    log: ServiceLog | None
    trace: str
    start: int = 0  # where our part of the log begins

    @property
    def header(self) -> str:
        """The header of the request's id."""
        return self.given.observability.request_id

    def ask(
        self,
        made: Made,
        *,
        label: str = "",
        identity: str | None = DEFAULT,
        headers: tuple[tuple[str, str], ...] = (),
        protected: bool = False,
    ) -> Asked | None:
        """Send a request with an id of its own in our trace; None where no answer came."""
        one = str(uuid.uuid4())
        trace = f"00-{self.trace}-{uuid.uuid4().hex[:16]}-01"
        try:
            answer = self.caller.ask(
                made.method,
                made.path,
                identity=identity,
                headers=((self.header, one), ("traceparent", trace), *made.headers, *headers),
                body=made.body,
                operation=label,
            )
        except NetworkError:
            return None
        return Asked(
            label=label or f"{made.method} {made.path}",
            identity=identity if identity in self.caller.identities else None,
            id=one,
            answer=answer,
            told=answer.header(self.header) or "",
            path=made.path,
            protected=protected,
        )


def finding(flaw: Flaw, tool: str = TOOL) -> Finding:
    """The flaw as it is reported."""
    return Finding(
        tool=tool,
        rule=flaw.rule,
        severity=flaw.severity,
        message=flaw.message,
        fix=flaw.fix,
        reproduce=flaw.reproduce,
        context=flaw.subject,
        metric="" if flaw.metric.endswith("_percent") else flaw.metric,
    )


def count(metric: str, flaws: Iterable[Flaw], detail: str) -> Measurement:
    """How many of the flaws belong to a metric."""
    return Measurement(value=float(sum(1 for one in flaws if one.metric == metric)), detail=detail)


def unknown(why: str) -> Measurement:
    """What could not be seen, and why."""
    return Measurement(value=None, why=why)


def best(caller: Caller) -> str:
    """The identity that may do the most."""
    known: dict[str, Any] = dict(caller.identities)
    return max(sorted(known), key=lambda name: (known[name].rank, name == DEFAULT), default=DEFAULT)


def is_own(op: Documented, given: Given) -> bool:
    """Whether an operation only tells how the service is: such requests need not be logged."""
    return op.path in (given.health, given.observability.readiness, given.observability.metrics)
