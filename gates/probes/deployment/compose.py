"""Checks compose files: services with an image or a build, and whatever they refer to."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from gates.probes.deployment.reading import items, objects

_NAME = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", re.IGNORECASE)
_TOP = frozenset(
    {"configs", "include", "models", "name", "networks", "secrets", "services", "version"}
    | {"volumes"}
)
_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
_UNCHECKED = re.compile(  # images that bring no check of their own
    r"(?:docker\.io/)?(?:library/)?(?:alpine|busybox|debian|mariadb|memcached|mongo|mysql|nginx|node"
    r"|postgres|python|rabbitmq|redis|ubuntu|valkey)(?::.*|@.*)?"
)
_NETWORK_WORDS = frozenset({"default"})


def is_compose(path: str) -> bool:
    """Whether a file is one by its name: compose.yaml, docker-compose.prod.yml …"""
    return bool(_NAME.fullmatch(PurePosixPath(path).name))


def overlays(path: str) -> bool:
    """Whether a file changes the services of another: compose.override.yaml, compose.prod.yml."""
    return PurePosixPath(path).name.count(".") > 1 or "-compose-" in path


def faults(file: Mapping[str, Any], *, overlay: bool = False) -> Iterator[str]:
    """What is wrong with a file, in words. An overlay's services may be defined elsewhere."""
    for key in sorted(file.keys() - _TOP):
        if not key.startswith("x-"):
            yield f"has the unknown key {key[:80]}"
    services = file.get("services")
    if not isinstance(services, dict) or not services:
        if "include" not in file:
            yield "has no services"
        return
    alone = not overlay and "include" not in file  # nothing can stand in another file
    for name, service in services.items():
        for fault in _service(service, services, file, overlay, alone):
            yield f"service {name[:80]} {fault}"
    if not overlay:
        yield from _circles(services)


def _service(
    service: Any, services: dict[str, Any], file: Mapping[str, Any], overlay: bool, alone: bool
) -> Iterator[str]:
    if not isinstance(service, dict):
        yield "is no mapping"
        return
    if not overlay and not service.keys() & {"image", "build", "extends", "provider"}:
        yield "has neither image nor build"
    yield from _health(service.get("healthcheck"))
    if alone:
        yield from _dependencies(service.get("depends_on"), services)
        yield from _named(service, file)


def _health(check: Any) -> Iterator[str]:
    if check is None:
        return
    if not isinstance(check, dict):
        yield "has a healthcheck that is no mapping"
        return
    test = check.get("test")
    if check.get("disable") is True or (test is None and check):
        return
    words = [test] if isinstance(test, str) else items(test)
    if not words or not all(isinstance(word, str) for word in words):
        yield "has a healthcheck without a test"
    elif isinstance(test, list) and words[0] not in ("CMD", "CMD-SHELL", "NONE"):
        yield "has a healthcheck whose test begins with neither CMD, CMD-SHELL nor NONE"


def _dependencies(said: Any, services: dict[str, Any]) -> Iterator[str]:
    conditions = {str(one): None for one in said} if isinstance(said, list) else objects(said)
    for name, how in conditions.items():
        condition = objects(how).get("condition", "service_started")
        if name not in services and objects(how).get("required") is False:
            continue
        if name not in services:
            yield f"depends on {name[:80]}, which is no service"
        elif condition not in _CONDITIONS:
            yield f"waits for {str(condition)[:80]}; allowed: {', '.join(_CONDITIONS)}"
        elif condition == "service_healthy" and not _can_be_healthy(services[name]):
            yield f"waits until {name[:80]} is healthy, which has no healthcheck"


def _can_be_healthy(service: Any) -> bool:
    """An image, or what is built, may bring a check of its own; a check may be switched off."""
    check = objects(service).get("healthcheck")
    if check is None:
        image = str(objects(service).get("image", ""))
        return "build" in objects(service) or not _UNCHECKED.fullmatch(image)
    test = objects(check).get("test")
    return objects(check).get("disable") is not True and test not in ("NONE", ["NONE"])


def _named(service: dict[str, Any], file: Mapping[str, Any]) -> Iterator[str]:
    """Networks, volumes, configs and secrets that nobody declares."""
    networks = service.get("networks")
    for name in networks if isinstance(networks, list | dict) else ():
        if str(name) not in objects(file.get("networks")).keys() | _NETWORK_WORDS:
            yield f"uses the network {str(name)[:80]}, which is not declared"
    for volume in items(service.get("volumes")):
        source = _volume(volume)
        if source and source not in objects(file.get("volumes")):
            yield f"uses the volume {source[:80]}, which is not declared"
    for kind in ("configs", "secrets"):
        for one in items(service.get(kind)):
            name = one if isinstance(one, str) else objects(one).get("source")
            if isinstance(name, str) and name not in objects(file.get(kind)):
                yield f"uses {name[:80]} of {kind}, which is not declared"


def _volume(volume: Any) -> str:
    """The name of a volume, "" for a folder of the host, an anonymous one and what is computed."""
    if isinstance(volume, dict):
        named = volume.get("type", "volume") == "volume"
        source = volume.get("source", "") if named else ""
    else:
        source, _, rest = str(volume).partition(":")
        if not rest or (len(source) == 1 and rest.startswith("\\")):  # C:\data
            return ""
    return source if isinstance(source, str) and re.fullmatch(r"[\w][\w.-]*", source) else ""


def _circles(services: dict[str, Any]) -> Iterator[str]:
    needs = {
        name: {str(one) for one in (objects(service).get("depends_on") or ())} & services.keys()
        for name, service in services.items()
    }
    while free := {name for name, those in needs.items() if not those}:
        needs = {name: those - free for name, those in needs.items() if name not in free}
    if needs:
        yield f"has services that wait for each other: {', '.join(sorted(needs))[:200]}"
