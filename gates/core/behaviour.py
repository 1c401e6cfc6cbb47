"""What a target file says of how its service behaves: callers, upstreams, limits, logs, promises.

Everything here is optional: a gate that needs a part which is missing asks for it by its name, or
for the reason why there is none. `${NAME}` in values is a variable of the caller's environment or
one of `service.env_generate`; operations are named by `operationId` or as "GET /books/{id}".
"""

import msgspec


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another caller than the one of [auth]; with no `headers` it logs in as [auth.login] does."""

    role: str = "user"
    """Role, as [authorization] names it."""
    rank: int = 0
    """How much it may do, against the others: an administrator has a higher rank than a user."""
    body: dict[str, str] = {}
    """Fields that replace those of auth.login.body."""
    headers: dict[str, str] = {}
    """Headers that authenticate it, instead of a login."""


class Refresh(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a session is renewed. `{token}` in `body` is the refresh token."""

    path: str
    """Path of the request."""
    body: dict[str, str]
    """Fields of the request; `{token}` is the refresh token."""
    token: str
    """JSON pointer to the refresh token in the answers of the login and of this request."""
    method: str = "POST"
    """Method of the request."""
    form: bool = False
    """Whether the body is sent as a form instead of JSON."""


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an account is made. `{name}` and `{password}` in `body` are made up in each run."""

    path: str
    """Path of the request."""
    body: dict[str, str]
    """Fields of the request, with `{name}` and `{password}`."""
    method: str = "POST"
    """Method of the request."""
    identity: str = ""
    """Identity that may do it; empty: nobody has to be logged in."""


class Upstream(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that the service depends on, and how it is cut off and given back.

    With `address` the service is led through a proxy of ours: `{upstream.NAME}` in commands and
    variables of the service is its host:port. Else `cut` and `restore` are commands.
    """

    name: str
    """Name in the report."""
    address: str = ""
    """Where it is, as host:port on loopback."""
    cut: tuple[str, ...] = ()
    """Command that takes it away, where it has no address."""
    restore: tuple[str, ...] = ()
    """Command that gives it back."""
    required: bool = True
    """Whether the service is not ready without it."""
    operations: tuple[str, ...] = ()
    """Operations that need it, and can be called without a body; empty: the readable ones."""


class Throttle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit that the service promises."""

    operation: str
    """What is limited."""
    limit: int
    """Requests that are allowed in a window."""
    window_s: float
    """Seconds of the window."""
    per: str = "address"
    """Whom it counts: address or user."""


class Authorization(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may do what, where the document does not say it."""

    roles: dict[str, tuple[str, ...]] = {}
    """Operations that only this role may use, by role."""
    public: tuple[str, ...] = ()
    """Operations whose objects everybody with an account may use."""
    private: tuple[str, ...] = ()
    """Operations whose objects are their owner's alone, whatever their list shows to others."""


class Contract(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the contract gate leaves out, keeps, and acts as."""

    exclude: dict[str, str] = {}
    """Operations that must not be fuzzed, each with the reason."""
    refusals: dict[str, str] = {}
    """Operations that refuse some valid input by a rule that no schema can say, each with it."""
    identities: tuple[str, ...] = ()
    """Identities that it acts as, one run each, besides that of [auth]."""
    corpus: str = "gatescore/corpus"
    """Folder of the cases that are replayed."""


class Compatibility(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What today's document is compared with."""

    base: str = ""
    """File, relative to the root, or address; empty: the document at the base revision."""


class Integration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The target's own tests against the running service.

    In `env` and `command`, `{base_url}` is the service's origin and `{output}` a scratch folder.
    """

    tests: tuple[str, ...] = ()
    """Files and folders, handed to pytest."""
    marker: str = "integration"
    """Marker of the tests; empty: all of them."""
    command: tuple[str, ...] = ()
    """Command that runs them instead of pytest, and writes `report`."""
    report: str = ""
    """JUnit file that the command writes, with `{output}`."""
    env: dict[str, str] = {}
    """Variables for the tests; `${NAME}` is a variable of the service."""
    transactions: tuple[str, ...] = ()
    """Tests which show that an operation of several steps leaves no half result."""
    realtime: tuple[str, ...] = ()
    """Tests which show that an event reaches every subscriber."""


class Oracles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Behaviours that the team has written down."""

    files: str = "gatescore/oracles"
    """Folder of the oracle files."""
    flows: tuple[str, ...] = ()
    """Critical flows, by the ids of the oracles that show them."""


class Consumers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Contracts of those who use the service."""

    pacts: tuple[str, ...]
    """Pact files and folders of them, relative to the root."""
    states: str = ""
    """Path of the service that sets up a provider state, where it has one."""


class Passwords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the stored form of a password can be read; nothing is ever written there."""

    database: str
    """SQLite file with `{state}`, or an address such as postgresql://…; `${NAME}` is a variable."""
    query: str
    """One SELECT that gives the stored form; `:name` is the name of the account."""


class Logs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the service logs, and which fields of a line mean what. Nested: `a.b`."""

    format: str = "json"
    """json, or text."""
    time: str = "time"
    """Field of the time."""
    level: str = "level"
    """Field of the level."""
    request_id: str = "request_id"
    """Field of the request's id."""
    user: str = "user"
    """Field of whoever asked: the actor of an audit line."""
    action: str = "action"
    """Field that audit lines have: what was done."""
    object: str = "object"
    """Field that audit lines have: what it was done to."""


class Observability(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the service shows how it is."""

    readiness: str = "/ready"
    """Path that answers 2xx when requests can be served."""
    metrics: str = "/metrics"
    """Path of the Prometheus metrics."""
    request_id: str = "X-Request-ID"
    """Header of the request's id."""
    families: tuple[str, ...] = ()
    """Further metrics that it has to show: of queries, caches and connections, where it has any."""
    logs: Logs = Logs()
    """How it logs."""
