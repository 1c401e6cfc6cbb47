"""The target file as values: what is judged, and how it is installed, started and spoken to.

Placeholders in commands and environment values: `{python}` the target environment's interpreter,
`{port}` the port to listen on, `{state}` an empty folder of this start, `{output}` a scratch one.
`${NAME}` in authentication values is a variable of the caller's environment or one of
`service.env_generate`.
"""

import datetime
from typing import Literal

import msgspec

from gates.core.behaviour import (
    Authorization,
    Compatibility,
    Consumers,
    Contract,
    Identity,
    Integration,
    Observability,
    Oracles,
    Passwords,
    Refresh,
    Registration,
    Throttle,
    Upstream,
)
from gates.core.capacity import Cache, Database, Load
from gates.core.claims.rules import Claims
from gates.core.deployed import Deployment, Pipeline, Staging

Command = tuple[str, ...]


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source of a target, and how its environment is made. Paths are relative to the root.

    Without `paths` there is an environment and no source to judge: a service that is installed
    ready-made. The file then says so: `[absent] code = "reason"`.
    """

    paths: tuple[str, ...] = ()
    """Folders and files of the source that is judged."""
    tests: tuple[str, ...] = ()
    """Folders and files of the tests, handed to pytest."""
    python: str = ""
    """Version of Python, or path of one, for the environment; empty: that of gatescore."""
    requirements: tuple[str, ...] = ()
    """Requirements files for the environment; pytest and coverage must be among them."""
    packages: tuple[str, ...] = ()
    """Folders or names of packages to install; without dependencies if there are requirements."""
    build: Command = ()
    """Command of the gate build."""


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """JavaScript or TypeScript source, and how its packages are installed.

    Without `paths` there are packages and no source to judge: a service that is installed
    ready-made. The file then says so: `[absent] code = "reason"`.
    """

    paths: tuple[str, ...] = ()
    """Folders and files of the source that is judged."""
    tests: tuple[str, ...] = ()
    """Folders and files of the tests."""
    package: str = "."
    """Folder of package.json and package-lock.json."""
    install: Command = ()
    """Command that installs the packages; empty: npm ci without scripts."""
    build: Command = ()
    """Command of the gate build."""
    test: Command = ()
    """Command that runs the tests; empty: Vitest or Jest, whichever is installed."""
    tsconfig: str = "tsconfig.json"
    """The compiler's configuration, relative to `package`."""


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service that we start (`start`) or that is already running (`base_url`)."""

    start: Command = ()
    """Command that starts the service and stays in the foreground."""
    base_url: str = ""
    """Origin of a service that is already running, instead of `start`."""
    health: str = "/health"
    """Path that answers 2xx when the service is ready."""
    start_deadline_s: float = 30.0
    """Seconds until `health` has to answer."""
    stop_deadline_s: float = 10.0
    """Seconds to end in after the request to stop; then the service is killed."""
    env: dict[str, str] = {}
    """Variables for the service."""
    env_from: tuple[str, ...] = ()
    """Names of variables of the caller that the service gets too."""
    env_generate: tuple[str, ...] = ()
    """Names of variables that get a random secret in each run; never stored."""
    required: tuple[str, ...] | None = None
    """Variables without which it has to refuse to start; none given: env_from and env_generate."""
    migrate: Command = ()
    """Command before the start that makes the database."""
    migrate_down: Command = ()
    """Command that takes the last migration back."""
    seed: Command = ()
    """Command before the start that fills the database."""
    reset: Command = ()
    """Command that gives the running service the state of a fresh start; empty: a restart."""
    upstreams: tuple[Upstream, ...] = ()
    """What the service depends on."""
    allow: tuple[str, ...] = ()
    """Further origins that the gates may talk to."""


class OpenApi(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the OpenAPI 3.x or Swagger 2.0 document is served and committed."""

    path: str = ""
    """Path of the service that serves the document."""
    file: str = ""
    """The committed document, relative to the root."""
    base_path: str = ""
    """What stands in front of every path in the service; wins over what the document says."""
    others: tuple["OpenApi", ...] = ()
    """Further documents of the same service, whose paths are other ones."""


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request whose answer carries a token in its body or a session in a cookie."""

    path: str
    """Path of the request."""
    body: dict[str, str]
    """Fields of the request; `${NAME}` is a variable."""
    token: str = ""
    """JSON pointer (RFC 6901) to the token in the answer."""
    cookie: str = ""
    """Cookie of the answer that carries the session, instead of a token."""
    method: str = "POST"
    """Method of the request."""
    form: bool = False
    """Whether the body is sent as a form instead of JSON."""
    header: str = "Authorization"
    """Header that carries the token afterwards."""
    format: str = "Bearer {token}"
    """Value of that header; `{token}` is the token."""


class Auth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How requests are authenticated. Values name variables; none is ever stored."""

    headers: dict[str, str] = {}
    """Headers of every request; `${NAME}` is a variable."""
    login: Login | None = None
    """The request that gets a token."""
    role: str = "user"
    """Role of this identity, as [authorization] names it."""
    rank: int = 0
    """How much it may do, against the [identities]."""
    refresh: Refresh | None = None
    """The request that renews a session."""
    register: Registration | None = None
    """The request that makes an account."""


class Dependencies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is audited, and the advisory snapshot to use where no service can be reached."""

    files: tuple[str, ...]
    """Lock files, requirements files and project files that are audited."""
    source: Literal["osv", "pypi"] = "osv"
    """Who is asked about Python packages: pypi is PyPI itself, which rates nothing."""
    advisories: str = ""
    """Export of OSV records, a folder or zip, to use instead of the service."""
    partial: bool = False
    """Whether `advisories` holds only a part of the records."""
    exported: datetime.date | None = None
    """Day on which `advisories` was exported."""


class Documentation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the documents for people are; an empty string means: the default place."""

    readme: str = "README.md"
    """What it is, and how to start it."""
    changelog: str = "CHANGELOG.md"
    """What changed in each version."""
    decisions: str = "docs/decisions"
    """Folder of the decision records."""
    runbook: str = "docs/runbook.md"
    """What to do when it fails."""
    architecture: str = "docs/architecture.md"
    """How it is made."""
    troubleshooting: str = "docs/troubleshooting.md"
    """Symptoms and their causes."""
    known_issues: str = "docs/known-issues.md"
    """What is known not to work."""
    next_steps: str = "docs/next-steps.md"
    """What is planned."""
    contract: str = "docs/integration-contract.md"
    """What other teams may build on."""
    env_example: str = ".env.example"
    """Every environment variable with a comment."""
    requests: str = ""
    """The request collection, a file or folder; empty: every file that is one by its name."""


class Contacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who hears of what fails, by the level of the escalation."""

    level_1: str = ""
    """Who hears of it at once."""
    level_2: str = ""
    """Who hears of what lasts for more than 24 hours."""
    level_3: str = ""
    """Who hears of what lasts for more than 48 hours."""
    level_4: str = ""
    """Who has the last word."""

    def by_level(self) -> dict[str, str]:
        """Those that are named, by the number of the level."""
        named = (self.level_1, self.level_2, self.level_3, self.level_4)
        return {str(number): one for number, one in enumerate(named, 1) if one}


class Compliance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the service has to comply with."""

    regimes: tuple[str, ...] = ()
    """Names of regimes, such as GDPR or SOC 2: each needs a signed item of its own."""


class Requirements(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the service was asked to do, as a list that says what shows each."""

    file: str = "gatescore/requirements.toml"
    """The list: a TOML file, or a Markdown file with tables."""


class Risks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may go wrong, and who sees to it."""

    file: str = "gatescore/risks.toml"
    """The register."""


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One target file, complete.

    `exclude` names files and folders below the root that belong to other targets: they are not
    copied, so that no tool and no test sees them. `absent` maps a part, gate or criterion to the
    reason why it is skipped.
    """

    name: str
    """Name of the target in the report."""
    root: str = "."
    """Folder that is judged, relative to this file."""
    exclude: tuple[str, ...] = ()
    """Files and folders below the root that belong to other targets."""
    code: Code | None = None
    """The source, and how its environment is made."""
    node: Node | None = None
    """JavaScript or TypeScript source, and how its packages are installed."""
    service: Service | None = None
    """The service, and how it is started or where it runs."""
    openapi: OpenApi | None = None
    """Where the OpenAPI document is."""
    auth: Auth = Auth()
    """How requests are authenticated."""
    identities: dict[str, Identity] = {}
    """Other callers, by name; that of [auth] is called "default"."""
    authorization: Authorization = Authorization()
    """Who may do what, where the document does not say it."""
    throttles: tuple[Throttle, ...] = ()
    """Limits that the service promises."""
    contract: Contract = Contract()
    """What the contract gate leaves out and acts as."""
    compatibility: Compatibility = Compatibility()
    """What today's document is compared with."""
    integration: Integration | None = None
    """The target's own tests against the running service."""
    oracles: Oracles | None = None
    """Behaviours that the team has written down."""
    consumers: Consumers | None = None
    """Contracts of those who use the service."""
    passwords: Passwords | None = None
    """Where the stored form of a password can be read."""
    observability: Observability = Observability()
    """Where the service shows how it is."""
    load: Load | None = None
    """The expected load."""
    database: Database | None = None
    """Where the data behind the service can be seen."""
    cache: Cache | None = None
    """Where the hits of a cache are counted."""
    dependencies: Dependencies | None = None
    """What is audited for known vulnerabilities."""
    documentation: Documentation = Documentation()
    """Where the documents for people are."""
    contacts: Contacts = Contacts()
    """Who hears of what fails."""
    compliance: Compliance = Compliance()
    """What the service has to comply with."""
    requirements: Requirements | None = None
    """Where the list of requirements is."""
    risks: Risks | None = None
    """Where the register of risks is."""
    deployment: Deployment = Deployment()
    """Where the files of the deployment are."""
    staging: Staging | None = None
    """Where the staging environment says which commit it runs."""
    pipeline: Pipeline | None = None
    """How the status of the CI of a commit is asked."""
    claims: Claims | None = None
    """Where the implementation log is, and where its evidence belongs."""
    absent: dict[str, str] = {}
    """Parts, gates and criteria that the target has not got, each with the reason."""
