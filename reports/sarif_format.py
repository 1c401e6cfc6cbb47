"""The parts of a SARIF 2.1.0 log that we write, as types; names are those of the OASIS standard."""

import msgspec

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"


class Text(msgspec.Struct, frozen=True):
    """Plain text for people."""

    text: str


class Configuration(msgspec.Struct, frozen=True):
    """How bad a rule is where a result does not say."""

    level: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A reportingDescriptor."""

    id: str
    short_description: Text
    default_configuration: Configuration
    help: Text | None = None
    help_uri: str = ""
    properties: dict[str, str] = {}


class Driver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The tool that found it."""

    name: str
    rules: tuple[Rule, ...]
    version: str = ""


class Tool(msgspec.Struct, frozen=True):
    """What wrote a run."""

    driver: Driver


class Notification(msgspec.Struct, frozen=True):
    """What could not be looked at or is not shown: level `error`, `warning` or `note`."""

    message: Text
    level: str


class Invocation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether all that was to be looked at was."""

    execution_successful: bool
    tool_execution_notifications: tuple[Notification, ...] = ()


class Details(msgspec.Struct, frozen=True):
    """The category of a run: what comes with the same one replaces it."""

    id: str


class Run(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One run of one tool; its results are JSON already."""

    tool: Tool
    automation_details: Details
    invocations: tuple[Invocation, ...]
    results: msgspec.Raw
    column_kind: str = "unicodeCodePoints"


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """The document."""

    schema: str = msgspec.field(name="$schema", default=SCHEMA)
    version: str = VERSION
    runs: tuple[Run, ...]


class ArtifactLocation(msgspec.Struct, frozen=True):
    """A file, relative to the top of the repository."""

    uri: str


class Region(msgspec.Struct, frozen=True, rename="camel"):
    """A line, from 1 on."""

    start_line: int


class PhysicalLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A line of a file."""

    artifact_location: ArtifactLocation
    region: Region


class Location(msgspec.Struct, frozen=True, rename="camel"):
    """Where a result is."""

    physical_location: PhysicalLocation


class Suppression(msgspec.Struct, frozen=True):
    """Who excused a result, and why."""

    justification: str
    kind: str = "external"
    status: str = "accepted"


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One result. `suppressions` empty: it counts."""

    rule_id: str
    rule_index: int
    level: str
    message: Text
    locations: tuple[Location, ...]
    suppressions: tuple[Suppression, ...]
    partial_fingerprints: dict[str, str] = {}
    baseline_state: str = ""
    properties: dict[str, str] = {}
