"""Refuses to load a service that is not on this machine unless its owner says so, by name."""

from gates.core.plan import Plan
from gates.core.target import Target
from gates.shell.network import Refused, allow_list, check


class ConsentError(Exception):
    """A load would reach an origin that nobody consented to."""


def check_consent(target: Target, plan: Plan, owned: tuple[str, ...]) -> None:
    """Raise ConsentError for a foreign `service.base_url`, with no packet sent."""
    service = target.service
    if service is None or not service.base_url:
        return
    try:
        check(service.base_url, allow_list(service.base_url, service.allow))
    except Refused as error:
        raise ConsentError(f"service.base_url: {error}") from error
    loads = [gate.id for gate in plan.gates if gate.policy.resource == "exclusive"]
    if loads and not is_loopback(service.base_url) and service.base_url not in owned:
        raise ConsentError(
            f"{', '.join(loads)} would load {service.base_url}, which is not this machine; "
            f"if it is yours: --i-own-this-target {service.base_url}"
        )


def is_loopback(url: str) -> bool:
    """Whether the origin needs no listing of its own."""
    try:
        allow_list(url)
    except Refused:
        return False
    return True
