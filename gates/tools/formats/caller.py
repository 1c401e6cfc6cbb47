"""What every adapter of a probe that speaks to the service hands over."""

from typing import Any

from gates.core.target import Target
from gates.core.tool import Options

IDENTITIES = "GATESCORE_IDENTITIES"
VARIABLES = "GATESCORE_VARIABLES"


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


def identity_secrets(target: Target) -> tuple[str, ...]:
    """The secrets that a probe needs to act as the target's identities."""
    auth = target.auth
    known = bool(auth.login or auth.headers or target.identities)
    return (IDENTITIES,) if known else ()
