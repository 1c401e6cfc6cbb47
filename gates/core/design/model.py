"""What the rules of API design look at, and what they say."""

from collections.abc import Callable, Mapping

import msgspec

from gates.core.behaviour import Throttle
from gates.core.documented import Documented
from gates.core.openapi import JSON

OPERATIONAL = frozenset(
    {
        *("health", "healthz", "healthcheck", "health-check", "live", "livez", "liveness"),
        *("ready", "readyz", "readiness", "metrics", "ping", "version", "docs", "redoc"),
        *("openapi.json", "openapi.yaml", "openapi", "swagger.json", "favicon.ico", "robots.txt"),
    }
)
# Parts of a path that name no collection and are known under these names everywhere.
KNOWN_WORDS = frozenset(
    {
        *("api", "auth", "login", "logout", "refresh", "register", "signup", "token", "oauth"),
        *("oauth2", "search", "me", "self", "admin", "internal", "public", "graphql", "webhook"),
    }
)


class Violation(msgspec.Struct, frozen=True, order=True):
    """One breach: of which rule, where (an operation or a JSON pointer), and a better form."""

    rule: str
    place: str
    found: str
    better: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The choices of a policy for one service."""

    off: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()  # parts of paths that are verbs on purpose
    success: str = "auto"  # bare, data, or auto: the one that most answers are in
    envelope: JSON = "documented"  # see core.envelopes.chosen
    validation: str = "either"  # 400, 422 or either
    throttled: tuple[str, ...] = ()  # labels and operationIds of operations that are limited
    forbidden: tuple[str, ...] = ()  # those that not every role may use
    exempt: tuple[str, ...] = ()  # paths of operations that are for those who run the service


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """A document with the operations that the rules are for, and the policy's choices."""

    document: dict[str, JSON]
    operations: tuple[Documented, ...]
    settings: Settings = Settings()

    def named(self, op: Documented, names: tuple[str, ...]) -> bool:
        """Whether an operation is among those named by label, with or without its base path."""
        own = (op.label, op.operation.label, op.operation.operation_id)
        return any(name in own for name in names if name)


Rule = Callable[[Api], "list[Violation]"]
Rules = Mapping[str, Rule]


def settings_of(given: Mapping[str, JSON]) -> Settings:
    """The settings in the policy's options. Raises ValueError with what is allowed."""
    success = _one_of(given, "success", ("auto", "bare", "data"))
    validation = _one_of(given, "validation", ("either", "400", "422"))
    return Settings(
        off=frozenset(_texts(given, "off")),
        actions=frozenset(_texts(given, "actions")),
        success=success,
        validation=validation,
        envelope=given.get("envelope", "documented"),
        throttled=tuple(_texts(given, "throttled")),
        forbidden=tuple(_texts(given, "forbidden")),
        exempt=tuple(_texts(given, "exempt")),
    )


def limited(throttles: tuple[Throttle, ...], login: str) -> tuple[str, ...]:
    """The names of operations that a target promises to limit, and of its login."""
    return (*(one.operation for one in throttles), *((login,) if login else ()))


def is_operational(path: str, exempt: tuple[str, ...]) -> bool:
    """Whether a path is for those who run the service, not for its users."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    return path in exempt or last in OPERATIONAL or path.startswith("/.well-known/")


def _one_of(given: Mapping[str, JSON], key: str, allowed: tuple[str, ...]) -> str:
    value = str(given.get(key, allowed[0]))
    if value not in allowed:
        raise ValueError(f"option {key} is {value!r}; allowed: {', '.join(allowed)}")
    return value


def _texts(given: Mapping[str, JSON], key: str) -> list[str]:
    value = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"option {key} is {value!r}; allowed: a list of texts")
    return [str(one) for one in value]
