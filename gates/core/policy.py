"""The policy as values: which gates at which level, what they demand, and how it is scored."""

from enum import StrEnum
from typing import Any

import msgspec

from gates.core.model import Reason, Weight


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
    title: str
    passes: tuple[tuple[str, ...], ...] = msgspec.field(name="pass")
    warns: tuple[tuple[str, ...], ...] = msgspec.field(name="warn", default=())
    weight: Weight = Weight.BLOCK
    skippable: bool = False
    needs: tuple[str, ...] = ()  # parts of the target file without which it has nothing to judge
    confidence: bool = False  # judged at the 95 % confidence bound of the percentile
    unmet: Unmet = Unmet.FAIL
    gap: Reason = Reason.STALE  # the reason of the ERROR where `unmet` is `no-data`
    floor: str = ""  # the absolute condition that decides where the base is 0
    why: str = ""
    fix: str = ""


class GatePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One gate: its tools, what it needs of a target, and its criteria by id."""

    level: int
    title: str
    tools: tuple[str, ...]
    criteria: dict[str, Criterion]
    needs: tuple[str, ...] = ()  # code, service, openapi, load, dependencies
    resource: str = "cpu"  # cpu, service or exclusive
    state: str = "shared"  # of the service: shared or fresh
    environment: bool = False  # uses the target environment
    document: bool = False  # reads the OpenAPI document, where the target has one
    skippable: bool = False
    floor: int = 1  # fewer things examined than this is an ERROR
    expected_s: float = 10.0  # before any run is remembered
    deadline_s: float = 600.0
    options: dict[str, Any] = {}


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All gates by id. `release` overlays keys of criteria in release runs.

    `extends` names a bundled policy whose keys hold wherever this one is silent.
    """

    name: str
    extends: str = ""
    gates: dict[str, GatePolicy]
    pass_score: float = 90.0
    warn_score: float = 75.0
    roles: tuple[str, ...] = ()
    optional_parts: tuple[str, ...] = ()  # parts of a target file that may be absent, with a reason
    release: dict[str, dict[str, Any]] = {}


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much work, never what is demanded: options by gate, and the level that decides."""

    name: str
    decisive_level: int
    release: bool = False
    gates: dict[str, dict[str, Any]] = {}
