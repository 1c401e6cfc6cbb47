"""What a target file says of upstreams, metrics and logs that cannot be."""

import re
from collections.abc import Iterator

from gates.core.behaviour import Upstream
from gates.core.target import Service, Target
from gates.shell.problems import KeyPath, Trouble, did_you_mean

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ADDRESS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):([0-9]{1,5})")
_LED = re.compile(r"\{upstream\.([^{}]*)\}")
_WORD = re.compile(r"(?<!\$)\{([A-Za-z_]+)\}")
_WORDS = frozenset({"node", "output", "port", "python", "state"})
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def troubles(target: Target) -> Iterator[Trouble]:
    """Everything wrong with service.upstreams and [observability]."""
    if target.service is not None:
        yield from _upstreams(target.service)
    yield from _observability(target)


def _upstreams(service: Service) -> Iterator[Trouble]:
    names = [one.name for one in service.upstreams]
    for index, one in enumerate(service.upstreams):
        path: KeyPath = ("service", "upstreams", index)
        if not _NAME.fullmatch(one.name):
            allowed = "small letters, digits, hyphens and underscores"
            yield Trouble(path=(*path, "name"), message=f"found {one.name!a}", allowed=allowed)
        if names.index(one.name) != index:
            message = f'"{one.name}" is the name of another upstream too'
            yield Trouble(path=(*path, "name"), message=message)
        yield from (_address if one.address else _commands)(path, one, service)
    led = [one.name for one in service.upstreams if one.address]
    for place, text in _texts(service):
        for name in _LED.findall(text):
            if name not in led:
                yield _unknown(place, name, led)


def _address(path: KeyPath, one: Upstream, service: Service) -> Iterator[Trouble]:
    found = _ADDRESS.fullmatch(one.address)
    if not found or not 0 < int(found[2]) < 65536:
        allowed = "host:port on loopback, as 127.0.0.1:5432"
        yield Trouble(path=(*path, "address"), message=f"found {one.address!a}", allowed=allowed)
    if one.cut or one.restore:
        message = "has an address and commands: a proxy cuts what has an address"
        yield Trouble(path=path, message=message, allowed="one of them")
    if not service.start:
        message = "a service that is running already cannot be led through a proxy"
        yield Trouble(path=(*path, "address"), message=message, allowed="cut and restore commands")
    elif not any(one.name in _LED.findall(text) for _, text in _texts(service)):
        message = f"{{upstream.{one.name}}} stands neither in start nor in env"
        hint = f'env = {{ {one.name.upper()}_ADDRESS = "{{upstream.{one.name}}}" }}'
        yield Trouble(path=(*path, "address"), message=message, hint=hint)


def _commands(path: KeyPath, one: Upstream, _service: Service) -> Iterator[Trouble]:
    if not (one.cut and one.restore):
        message = "has neither an address nor both commands cut and restore"
        yield Trouble(path=path, message=message, allowed="an address, or cut and restore")
    for key, command in (("cut", one.cut), ("restore", one.restore)):
        for index, text in enumerate(command):
            for word in _WORD.findall(text):
                if word not in _WORDS:
                    allowed = ", ".join(f"{{{known}}}" for known in sorted(_WORDS))
                    hint = did_you_mean(word, _WORDS)
                    place: KeyPath = (*path, key, index)
                    message = f"unknown placeholder {{{word}}}"
                    yield Trouble(path=place, message=message, allowed=allowed, hint=hint)


def _texts(service: Service) -> Iterator[tuple[KeyPath, str]]:
    """Every text of the service in which an upstream may be named."""
    for key in ("start", "migrate", "migrate_down", "seed", "reset"):
        yield from ((("service", key, i), text) for i, text in enumerate(getattr(service, key)))
    yield from ((("service", "env", name), text) for name, text in service.env.items())


def _unknown(place: KeyPath, name: str, names: list[str]) -> Trouble:
    return Trouble(
        path=place,
        message=f"there is no upstream {name!a} with an address",
        allowed=", ".join(names) or "names of [[service.upstreams]]; none has an address",
        hint=did_you_mean(name, names),
    )


def _observability(target: Target) -> Iterator[Trouble]:
    said = target.observability
    for key in ("readiness", "metrics"):
        text = getattr(said, key)
        if not text.startswith("/") or text.startswith("//"):
            allowed = "a path that begins with one /"
            path: KeyPath = ("observability", key)
            yield Trouble(path=path, message=f"found {text[:80]!a}", allowed=allowed)
    if not _HEADER.fullmatch(said.request_id):
        message = f"found {said.request_id[:80]!a}"
        allowed = "the name of a header"
        yield Trouble(path=("observability", "request_id"), message=message, allowed=allowed)
    if said.logs.format not in ("json", "text"):
        message = f"found {said.logs.format[:80]!a}"
        path = ("observability", "logs", "format")
        yield Trouble(path=path, message=message, allowed="json, text")
    for key in ("time", "level", "request_id", "user", "action", "object"):
        if not getattr(said.logs, key):
            path = ("observability", "logs", key)
            yield Trouble(path=path, message="is empty", allowed="the name of a field")
