"""The policy as values: which gates at which level, what they demand, and how it is scored."""

from enum import StrEnum
from typing import Any

import msgspec

from gates.core.model import Reason, Weight
from gates.core.signers import Person, SignedItem


class Unmet(StrEnum):
    """What a missed bound means."""

    FAIL = "fail"
    NO_DATA = "no-data"
    PENDING = "pending"


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One demand on one metric.

    `passes` and `warns` are lists of groups of conditions: inside a group all must hold, one group
    is enough. A condition is absolute (`<= 200`) or relative to the base (`<= +10%`, `<= +5`).
    `unmet` says what a missed bound means: `fail`, `no-data` ("could not look properly", as with
    old data: the gate is ERROR for the reason `gap`) or `pending` (a person has to act).
    """

    metric: str
    """The number that is judged, by its name in the tools."""
    title: str
    """Name for people."""
    passes: tuple[tuple[str, ...], ...] = msgspec.field(name="pass")
    """Groups of conditions; inside a group all must hold, one group is enough."""
    warns: tuple[tuple[str, ...], ...] = msgspec.field(name="warn", default=())
    """Groups of conditions under which a miss of `pass` is only a warning."""
    weight: Weight = Weight.BLOCK
    """How much it counts: required, scored, or only shown."""
    skippable: bool = False
    """Whether a target may skip it under [absent], with a reason."""
    needs: tuple[str, ...] = ()
    """Parts of the target file without which it has nothing to judge."""
    confidence: bool = False
    """Whether the 95 % confidence bound of the percentile is judged."""
    unmet: Unmet = Unmet.FAIL
    """What a missed bound means."""
    gap: Reason = Reason.STALE
    """The reason of the ERROR where `unmet` is `no-data`."""
    floor: str = ""
    """The absolute condition that decides where the base is 0."""
    why: str = ""
    """Why it is demanded."""
    fix: str = ""
    """What to do where it is missed."""


class OwnControl(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A known-bad input for a tool of the policy's own."""

    files: dict[str, str]
    """The planted files, by path."""
    rule: str
    """The rule that has to come back."""


class OwnTool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool that the policy brings: a command that writes a report, or reports that are there."""

    format: str
    """Format of the reports: sarif, junit, cobertura, lcov, findings, gitleaks, betterleaks or
    detect-secrets."""
    files: tuple[str, ...] = ()
    """The reports: in the output folder of the command, or without one in the target."""
    command: tuple[str, ...] = ()
    """The program and its arguments; {tree} and {output} are folders."""
    version_command: tuple[str, ...] = ()
    """The program and arguments that print its version."""
    exits: tuple[int, ...] = (0,)
    """Exit codes that mean that it did its job."""
    env: dict[str, str] = {}
    """Variables for the command."""
    examines: tuple[str, ...] = ()
    """Patterns of the target's files that it looks at, where its report does not count them."""
    path_prefix: str = ""
    """What stands in front of the report's paths to make them relative to the target's root."""
    control: OwnControl | None = None
    """A known-bad input that proves that it can fail."""


class GatePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One gate: its tools, what it needs of a target, and its criteria by id."""

    level: int
    """Level that the gate belongs to: 1, 2 or 3."""
    title: str
    """Name for people."""
    tools: tuple[str, ...]
    """The tools that it runs; none where it is derived."""
    criteria: dict[str, Criterion]
    """What it demands, by id."""
    derived: str = ""
    """How it follows from the results of the other gates, instead of from tools."""
    needs: tuple[str, ...] = ()
    """Parts of the target file: code, tests, service, openapi, load, dependencies and so on."""
    where_present: tuple[str, ...] = ()
    """Parts of the target file without which there is nothing to judge: it is skipped, said so."""
    after: tuple[str, ...] = ()
    """Gates whose results or exchanges it reads: it runs after those of them that are planned."""
    resource: str = "cpu"
    """What it needs of the machine: cpu, service or exclusive."""
    state: str = "shared"
    """State of the service that it gets: shared or fresh."""
    identities: bool = False
    """Whether it acts as the target's other identities too."""
    upstreams: bool = False
    """Whether it cuts what the service depends on."""
    telemetry: bool = False
    """Whether it reads the OpenTelemetry spans that the service sends."""
    environment: bool = False
    """Whether it uses the target's environment."""
    document: bool = False
    """Whether it reads the OpenAPI document, where the target has one."""
    base_document: bool = False
    """Whether it reads the document at the base too."""
    skippable: bool = False
    """Whether a target may skip it under [absent], with a reason."""
    new_findings_only: bool = False
    """Whether findings that the baseline knows are shown without being counted."""
    reuse: bool = False
    """Whether its result depends on the content of its inputs alone, and may be taken over."""
    floor: int = 1
    """Fewer things examined than this is an ERROR."""
    expected_s: float = 10.0
    """Seconds that it takes, before any run is remembered."""
    deadline_s: float = 600.0
    """Seconds after which each program of it is ended."""
    options: dict[str, Any] = {}
    """Settings of its tools."""


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All gates by id. `release` overlays keys of criteria in release runs.

    `extends` names a bundled policy whose keys hold wherever this one is silent.
    """

    name: str
    """Name of the policy."""
    extends: str = ""
    """Bundled policy whose keys hold wherever this one is silent."""
    gates: dict[str, GatePolicy]
    """What is judged, by id."""
    tools: dict[str, OwnTool] = {}
    """Tools that this policy brings, by name."""
    waiver_budget: int = 20
    """Waivers and quarantines that may be open at a time."""
    waiver_days: int = 90
    """Days that a waiver lasts at most."""
    quarantine_days: int = 30
    """Days that a quarantine lasts at most."""
    pass_score: float = 90.0
    """Per cent from which a score passes."""
    warn_score: float = 75.0
    """Per cent from which a score is only a warning."""
    roles: tuple[str, ...] = ()
    """Roles that have to sign before a release (level 3)."""
    level_2_roles: tuple[str, ...] = ()
    """Roles whose signature level 2 asks for; it counts in the score."""
    people: dict[str, Person] = {}
    """Who may sign, by id."""
    items: dict[str, SignedItem] = {}
    """What has to have taken place, each signed by a person, by id."""
    approval_days: int = 30
    """Days after which a role has to sign again."""
    optional_parts: tuple[str, ...] = ()
    """Parts of a target file that may be absent, with a reason."""
    release: dict[str, dict[str, Any]] = {}
    """Keys of criteria that differ in release runs, by criterion."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much work, never what is demanded: options by gate, and the level that decides."""

    name: str
    """Name of the profile."""
    decisive_level: int
    """Level whose verdict is the run's."""
    release: bool = False
    """Whether it is a release run."""
    governed: bool = False
    """Whether policy, skips, waivers and baseline are read from the base revision."""
    prove: bool = False
    """Whether every gate has to catch its control first."""
    gates: dict[str, dict[str, Any]] = {}
    """Options of the tools, by gate."""
