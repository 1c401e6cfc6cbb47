"""What every adapter of a probe that speaks to the service hands over."""

from typing import Any

from gates.core.target import Target
from gates.core.tool import Options

IDENTITIES = "GATESCORE_IDENTITIES"
VARIABLES = "GATESCORE_VARIABLES"
SIZES = ("most_reads", "reads_s")


def caller_input(
    target: Target, options: Options, *, max_requests: int, max_seconds: float
) -> dict[str, Any]:
    """The keys that `gates.probes._caller` reads; the policy may set the budgets by these names."""
    login, service = target.auth.login, target.service
    settings = options.settings
    return {
        "base_url": options.base_url,
        "document": options.document,
        "health": service.health if service else "",
        "login": login.path if login else "",
        "login_method": login.method if login else "POST",
        "deadline_s": settings.get("request_timeout_s", 10.0),
        "max_requests": settings.get("max_requests", max_requests),
        "max_seconds": settings.get("max_seconds", max_seconds),
        "recorded": options.recorded,
    }


def reading_input(
    target: Target, options: Options, *, max_requests: int, max_seconds: float
) -> dict[str, Any]:
    """The keys of a probe that repeats reads: what to read, where metrics are, and how much.

    The policy may set most_reads and reads_s.
    """
    service, seen = target.service, target.observability
    load = target.load.operations if target.load else ()
    health = (service.health,) if service else ()
    return {
        **caller_input(target, options, max_requests=max_requests, max_seconds=max_seconds),
        "metrics": seen.metrics,
        "own": [*health, seen.readiness, seen.metrics],
        "operations": [one.path for one in load if one.method == "GET"],
        **{name: options.settings[name] for name in SIZES if name in options.settings},
    }


def attacking_input(
    target: Target, options: Options, *, max_requests: int, max_seconds: float
) -> dict[str, Any]:
    """The keys of a probe that attacks: only a service that was started for this run.

    Or where the policy says so, with foreign_target.
    """
    ours = bool(target.service and target.service.start)
    return {
        **caller_input(target, options, max_requests=max_requests, max_seconds=max_seconds),
        "gate_deadline_s": options.deadline_s * 0.9,
        "allowed": ours or options.settings.get("foreign_target") is True,
    }


def identity_secrets(target: Target) -> tuple[str, ...]:
    """The secrets that a probe needs to act as the target's identities."""
    auth = target.auth
    known = bool(auth.login or auth.headers or target.identities)
    return (IDENTITIES,) if known else ()
