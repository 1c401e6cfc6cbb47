"""The one port: what a tool or probe has to offer, and the values that cross it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target


class Combine(StrEnum):
    """What becomes of one metric that two tools of a gate report."""

    SUM = "sum"
    LOW = "low"
    HIGH = "high"


class Metric(msgspec.Struct, frozen=True):
    """What a criterion may ask for. `unit` is "" for counts and truth values (0 or 1)."""

    title: str
    unit: str = ""
    combine: Combine = Combine.SUM


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how one tool runs. Paths are absolute, `files` relative to `tree`, sorted.

    `settings` is the policy's options of the gate overlaid by the profile's: amounts of work and
    parameters. `service_context` is what probes and generators may know of the running service.
    """

    tree: str  # the snapshot that is judged
    output: str  # this tool's own folder, empty at the start
    files: tuple[str, ...] = ()
    presets: str = ""  # config/tools
    python: str = ""  # the interpreter beside which the tools live
    bin: str = ""  # the folder of the tools' programs
    target_python: str = ""  # interpreter of the target environment, "" without code
    node_modules: str = ""  # the target's installed Node packages, "" without any
    cache: str = ""  # a folder of this tool that is kept between runs, "" for none
    base_tree: str = ""  # snapshot of the base revision, "" if there is none
    base_url: str = ""  # origin of the running service
    state: str = ""  # the state folder of this start of the service, "" if it is not ours
    control: str = ""  # socket through which upstreams are cut and the service is started anew
    recorded: str = ""  # folder of the exchanges with the service that gates of this run noted
    results: str = ""  # folder with the reports of the gates that have ended, by gate
    base_document: str = ""  # the bundled document of the base, "" if there is none
    base_origin: str = ""  # origin of the base revision's service, for gates that compare the two
    pid: int = 0  # the running service's first process, 0 if it is not ours
    spans: str = ""  # file of the OpenTelemetry spans that the service sent (core.spans), as lines
    ready_s: float | None = None  # seconds from start to the first healthy answer
    document: str = ""  # the bundled, checked OpenAPI document as a file
    history: str = ""  # versions of files that were taken from the history (core.history)
    advisories: str = ""  # advisory snapshot, from the command line or the target file
    osv_url: str = ""  # an OSV endpoint that answers now: the service's or our local one
    revision: str = "unknown"
    today: str = ""  # RFC 3339 date of the run, UTC
    service_log: str = ""
    settings: Mapping[str, object] = {}
    deadline_s: float = 600.0


class Invocation(msgspec.Struct, frozen=True, kw_only=True):
    """One program to run.

    `files` maps a short name to the file it must write, relative to `Options.output`.
    `inputs` are files written there before the start. `exits` are the codes that mean "did its
    job": any other code is handed to `parse` too, which decides what it means. `secrets` names
    environment variables, held by the shell, that this program needs (values never in argv).
    """

    argv: tuple[str, ...]
    cwd: str
    deadline_s: float
    files: Mapping[str, str] = {}
    inputs: Mapping[str, str] = {}
    env: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()
    exits: tuple[int, ...] = (0,)
    registry: bool = False  # may talk to package registries: gets PIP_*, UV_*, *_PROXY …
    fresh: bool = False  # gives the service a fresh state before it starts, login included
    interrupt_first: bool = False  # the tool saves its reports on SIGINT, not on SIGTERM


class ToolOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What one invocation left: bytes as written. A file that was not written is absent."""

    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""
    files: Mapping[str, bytes] = {}


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A known-bad input (files by relative path) and the rule that must come back."""

    files: Mapping[str, str]
    rule: str


class ParseError(Exception):
    """The output cannot be trusted: nothing of it is used."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Tool(Protocol):
    """An adapter: a module, or a value, with these names.

    Optional: `LANGUAGE`, "python" or "node", where it judges source of that language alone; a
    gate leaves it out where the target has none. `BASE_SERVICE`, true where it asks the service of
    the base revision too: that and another instance of the target's are started while this tool
    runs. `one_by_one(target, options)`, the files that it looks at, where each file's findings
    depend on that file alone and its metrics count findings: then files that have not changed are
    not looked at again. `parse` is total: a report or ParseError, never a partial guess.
    """

    @property
    def DISTRIBUTION(self) -> str:  # noqa: N802
        """Name of the installed distribution that holds the program, for its version."""

    @property
    def METRICS(self) -> Mapping[str, Metric]:  # noqa: N802
        """Every metric that `parse` may report."""

    def commands(self, target: Target, options: Options) -> tuple[Invocation, ...]:
        """The programs to run, in order; each sees the files of the ones before."""

    def parse(self, outputs: tuple[ToolOutput, ...]) -> ToolReport:
        """Read what the programs left. Raises ParseError."""

    def control(self) -> Control:
        """A known-bad input of ours, and the rule that has to come back."""
