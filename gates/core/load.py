"""What crosses between the load program and its adapter: the scenario in, the recording out.

Times are whole microseconds unless a name says otherwise. Three instants make two durations:
response time = end - intended start (what a client of an open system sees), service time =
end - actual start. Schedule lag = actual start - intended start is the generator's own lateness.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec

from gates.core.behaviour import Registration
from gates.core.capacity import LoadOperation, Objective, Stage
from gates.core.target import Login

Count = Annotated[int, msgspec.Meta(ge=0)]
Counts = tuple[tuple[Count, Count], ...]  # (microseconds, how often), ascending

SCENARIO_VARIABLE = "GATESCORE_SCENARIO"  # names the scenario file
RESULT = "result.json"  # written beside it

REFUSED = "connection refused"
BROKEN = "connection error"
TIMEOUT = "timeout"
PROTOCOL = "protocol error"
IN_FLIGHT = "in flight at the end"
SHED = "not sent: too many requests in flight"
LOCATION = "$location"  # a place of `Operation.capture`: the last part of the answer's Location
SENT = "$request"  # followed by a JSON pointer: a place in what was sent
GONE = frozenset({REFUSED, BROKEN})  # failures that a dead target causes


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of request. `status` lists the accepted ones; empty means any below 400.

    `{name}` in `path` and `body`, for each name of `needs`, stands for a value of `Scenario.values`
    or one that an earlier answer had (`capture`); gates.load.captures fills it in.
    """

    name: str
    path: str
    method: str = "GET"
    weight: float = 1.0
    body: str | None = None  # JSON text, unless `headers` say otherwise
    status: tuple[int, ...] = ()
    bodies: tuple[str, ...] = ()  # instead of `body`: each is sent once, in order
    headers: dict[str, str] = {}
    capture: dict[str, str] = {}  # name -> where its value stands in an accepted answer
    needs: tuple[str, ...] = ()  # names to fill in, the innermost object last
    takes: str = ""  # the name of `needs` whose value no other request may use afterwards


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """How accounts are made and logged in, where a load wants more than there are."""

    register: Registration
    login: Login


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """An open-model load: arrivals at `rate` per second whatever the target does.

    `stages` move the rate in straight lines from `rate` on, in which the warm-up goes; then
    `duration_s` is their sum. `users` > 0 asks for a closed model instead, in which each user
    waits for its answer and thinks; `locustfile` for the users of that file. `needed` says how
    many successes are wanted of an operation ("" for all): a run without stages goes on for them
    up to `longest_s`. `max_in_flight` 0 means: so many that a target that never answers exhausts
    its time-outs first.
    """

    rate: float
    duration_s: float
    operations: tuple[Operation, ...]
    warmup_s: float = 0.0
    seed: int = 1
    poisson: bool = False
    timeout_s: float = 10.0
    grace_s: float = 10.0
    quiet_s: float = 20.0
    max_in_flight: int = 0
    stages: tuple[Stage, ...] = ()
    needed: dict[str, int] = {}
    longest_s: float = 0.0
    users: int = 0
    think_s: float = 1.0
    locustfile: str = ""
    identities: int = 1
    accounts: Accounts | None = None
    objectives: dict[str, Objective] = {}  # by name of an operation, or by its method and path
    pid: int = 0  # the service's first process, 0 if it is not on this machine
    workers: int = 1
    come_s: float = 20.0  # for all workers to be there
    share: int = 0  # of a worker: it issues each `shares`-th arrival, this one of them
    shares: int = 1
    values: dict[str, tuple[dict[str, str], ...]] = {}  # name -> objects: its value and parents'


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one operation or of all. Times of successes only, as (microseconds, count)."""

    requests: Count
    failures: dict[str, Count]
    size: Count  # bytes of all bodies
    response: Counts
    service: Counts


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Requests whose intended start fell into one stage."""

    begin_s: float  # since the start of the measured window
    seconds: float
    first_rate: float  # at its begin
    last_rate: float
    recorded: Recorded


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """Requests whose intended start fell into one interval of `LoadResult.interval_s`."""

    at_s: float  # since the start of the measured window
    count: Count  # successes
    errors: Count
    p50: int = 0
    p95: int = 0
    max: int = 0
    times: Counts = ()  # in what a worker tells its master, to two digits


class Generator(msgspec.Struct, frozen=True, kw_only=True):
    """How the generator itself did over the measured window."""

    cpu_percent: float  # of one core
    lag: Counts  # (microseconds, count)
    quiet: bool  # the machine was quiet before the run, or nobody asked
    quiet_wait_s: float
    other_cpu_percent: float  # before the run, of all cores
    steal_percent: float  # during the run, of all cores
    busy_percent: float | None = None  # during the run, of all cores: neither we nor the service
    clock_step_s: float = 0.0  # the largest jump of the wall clock against the monotonic one


class Model(StrEnum):
    """What a request waits for: its instant, its user's last answer, or what a locustfile says.

    Times of the last two are service times: whoever waits for an answer sends nothing meanwhile,
    so what a stalled service delays is not seen.
    """

    OPEN = "open"
    CLOSED = "closed"
    LOCUSTFILE = "locustfile"


class LoadResult(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `finished` False: it was ended early and nothing of it may be judged."""

    finished: bool
    wanted_rate: float
    duration_s: float  # of the measured window, as it really was
    scheduled: Count  # arrivals the measured window should have had
    handled: Count  # of those, issued or shed by the scheduler before the window closed
    warmup_requests: Count
    warmup_failures: Count
    trailing_gone: Count  # requests at the very end in a row that found no target
    total: Recorded
    operations: dict[str, Recorded]
    asked: dict[str, str] = {}  # method and path of each operation, without its query
    generator: Generator
    interval_s: float
    intervals: tuple[Interval, ...]
    started_at: float = 0.0  # seconds since the epoch, of the measured window
    error: str = ""
    model: Model = Model.OPEN
    parts: tuple[Part, ...] = ()  # one for each stage
    objectives: dict[str, Objective] = {}  # of the scenario
    extended_s: float = 0.0  # how much longer than wished the run was, for its samples
    workers: int = 1  # generators whose counts are in here
    remarks: tuple[str, ...] = ()  # what else has to be said of the run


def names(given: Sequence[LoadOperation]) -> tuple[str, ...]:
    """Return the names of a target file's operations; one used twice is told apart by its place."""
    found: list[str] = []
    for number, item in enumerate(given, start=1):
        name = item.name or f"{item.method} {item.path}"
        found.append(f"{name} ({number})" if name in found else name)
    return tuple(found)


def asked(method: str, path: str) -> str:
    """Return how a request is told in reports: method and path, without its query."""
    return f"{method} {path.partition('?')[0]}"
