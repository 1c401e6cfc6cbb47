"""The parts of a SARIF 2.1.0 log that we read, as types. Everything else of the format is ignored.

Names are those of the OASIS standard (sarif-v2.1.0-os), in snake case.
"""

from typing import Annotated, Any

import msgspec


class Part(msgspec.Struct, frozen=True, rename="camel"):
    """Text for people: `text`, or the key `id` of a rule's text with `arguments` for it."""

    text: str = ""
    markdown: str = ""
    id: str = ""
    arguments: tuple[str, ...] = ()


class Configuration(msgspec.Struct, frozen=True, rename="camel"):
    """How a rule is set; `level` None: as the rule itself says."""

    level: str | None = None


class Rule(msgspec.Struct, frozen=True, rename="camel"):
    """A reportingDescriptor."""

    id: str
    short_description: Part = Part()
    message_strings: dict[str, Part] = {}
    default_configuration: Configuration = Configuration()
    help_uri: str = ""
    properties: dict[str, Any] = {}


class Component(msgspec.Struct, frozen=True, rename="camel"):
    """The driver of a tool or one of its extensions."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    version: str = ""
    semantic_version: str = ""
    rules: tuple[Rule, ...] = ()
    global_message_strings: dict[str, Part] = {}


class Tool(msgspec.Struct, frozen=True, rename="camel"):
    """What wrote a run."""

    driver: Component
    extensions: tuple[Component, ...] = ()


class ArtifactLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A file, by URI or by its index in the run's artifacts."""

    uri: str = ""
    uri_base_id: str = ""
    index: int = -1


class Artifact(msgspec.Struct, frozen=True, rename="camel"):
    """A file that the run speaks of."""

    location: ArtifactLocation = ArtifactLocation()
    roles: tuple[str, ...] = ()


class ComponentReference(msgspec.Struct, frozen=True, rename="camel"):
    """Which extension a rule belongs to."""

    index: int = -1
    name: str = ""


class RuleReference(msgspec.Struct, frozen=True, rename="camel"):
    """A reportingDescriptorReference."""

    id: str = ""
    index: int = -1
    tool_component: ComponentReference = ComponentReference()


class Override(msgspec.Struct, frozen=True, rename="camel"):
    """What an invocation changed about a rule."""

    descriptor: RuleReference
    configuration: Configuration


class Notification(msgspec.Struct, frozen=True, rename="camel"):
    """What a tool has to say about its own work."""

    message: Part = Part()
    level: str = "warning"


class Invocation(msgspec.Struct, frozen=True, rename="camel"):
    """One start of the tool."""

    execution_successful: bool
    exit_code_description: str = ""
    tool_execution_notifications: tuple[Notification, ...] = ()
    tool_configuration_notifications: tuple[Notification, ...] = ()
    rule_configuration_overrides: tuple[Override, ...] = ()


class Run(msgspec.Struct, frozen=True, rename="camel"):
    """One run without its results. `results` None: the tool did not come to scan."""

    tool: Tool
    results: tuple[()] | None = None
    invocations: tuple[Invocation, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    original_uri_base_ids: dict[str, ArtifactLocation] = {}
    external_property_file_references: dict[str, Any] = {}


class Log(msgspec.Struct, frozen=True, rename="camel"):
    """The document without its results."""

    version: str
    runs: tuple[Run, ...]


class Region(msgspec.Struct, frozen=True, rename="camel"):
    """Where in a file; lines count from 1."""

    start_line: int = 0


class PhysicalLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A file and a region of it."""

    artifact_location: ArtifactLocation = ArtifactLocation()
    region: Region = Region()


class LogicalLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A place by its name in the program."""

    fully_qualified_name: str = ""
    name: str = ""


class Location(msgspec.Struct, frozen=True, rename="camel"):
    """Where a result is."""

    physical_location: PhysicalLocation = PhysicalLocation()
    logical_locations: tuple[LogicalLocation, ...] = ()


class Suppression(msgspec.Struct, frozen=True, rename="camel"):
    """That somebody excused a result in the tool."""

    status: str = "accepted"


class Provenance(msgspec.Struct, frozen=True, rename="camel"):
    """Which invocation found it."""

    invocation_index: int = -1


class Fix(msgspec.Struct, frozen=True, rename="camel"):
    """A change that would mend it."""

    description: Part = Part()


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """One result."""

    message: Part
    rule_id: str = ""
    rule_index: int = -1
    rule: RuleReference = RuleReference()
    kind: str = "fail"
    level: str | None = None
    locations: tuple[Location, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    baseline_state: str = ""
    provenance: Provenance = Provenance()
    fixes: tuple[Fix, ...] = ()
    properties: dict[str, Any] = {}
