"""The target file as values: what is judged, and how it is installed, started and spoken to.

Placeholders in commands and environment values: `{python}` the target environment's interpreter,
`{port}` the port to listen on, `{state}` an empty folder of this start, `{output}` a scratch one.
`${NAME}` in authentication values is a variable of the caller's environment or one of
`service.env_generate`.
"""

import datetime
from typing import Any

import msgspec

Command = tuple[str, ...]


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source of a target, and how its environment is made. Paths are relative to the root.

    Without `paths` there is an environment and no source to judge: a service that is installed
    ready-made. The file then says so: `[absent] code = "reason"`.
    """

    paths: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    python: str = ""
    requirements: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    build: Command = ()


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service that we start (`start`) or that is already running (`base_url`)."""

    start: Command = ()
    base_url: str = ""
    health: str = "/health"
    start_deadline_s: float = 30.0
    stop_deadline_s: float = 10.0
    env: dict[str, str] = {}
    env_from: tuple[str, ...] = ()
    env_generate: tuple[str, ...] = ()
    migrate: Command = ()
    seed: Command = ()
    allow: tuple[str, ...] = ()


class OpenApi(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the OpenAPI 3.x or Swagger 2.0 document is served and committed."""

    path: str = ""
    file: str = ""
    base_path: str = ""


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request whose answer carries a token. `token` is a JSON pointer (RFC 6901)."""

    path: str
    body: dict[str, str]
    token: str
    method: str = "POST"
    form: bool = False
    header: str = "Authorization"
    format: str = "Bearer {token}"


class Auth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How requests are authenticated. Values name variables; none is ever stored."""

    headers: dict[str, str] = {}
    login: Login | None = None


class LoadOperation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of request of the load, `weight` relative to the others."""

    path: str
    method: str = "GET"
    weight: float = 1.0
    name: str = ""
    body: dict[str, Any] | None = None
    status: tuple[int, ...] = ()


class Load(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The expected load: `rate` in requests per second."""

    rate: float
    operations: tuple[LoadOperation, ...]


class Dependencies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is audited, and the advisory snapshot to use where no service can be reached."""

    files: tuple[str, ...]
    advisories: str = ""
    partial: bool = False
    exported: datetime.date | None = None


class Documentation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the documents for people are; an empty string means: the default place."""

    readme: str = "README.md"
    changelog: str = "CHANGELOG.md"
    decisions: str = "docs/decisions"
    runbook: str = "docs/runbook.md"
    architecture: str = "docs/architecture.md"
    troubleshooting: str = "docs/troubleshooting.md"
    known_issues: str = "docs/known-issues.md"
    next_steps: str = "docs/next-steps.md"
    contract: str = "docs/integration-contract.md"
    env_example: str = ".env.example"


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One target file, complete.

    `exclude` names files and folders below the root that belong to other targets: they are not
    copied, so that no tool and no test sees them. `absent` maps a part, gate or criterion to the
    reason why it is skipped.
    """

    name: str
    root: str = "."
    exclude: tuple[str, ...] = ()
    code: Code | None = None
    service: Service | None = None
    openapi: OpenApi | None = None
    auth: Auth = Auth()
    load: Load | None = None
    dependencies: Dependencies | None = None
    documentation: Documentation = Documentation()
    absent: dict[str, str] = {}
