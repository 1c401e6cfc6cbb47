"""Operations that make or change an object, each with a control object and fields to send."""

from collections.abc import Iterator

import msgspec

from gates.core.cast import Person, cast
from gates.core.documented import Documented
from gates.core.identifying import identifier, objects, own_ids
from gates.core.openapi import JSON
from gates.core.ownership import Resource, shapes_of
from gates.core.privileged import Extra, answered, extras
from gates.core.sampling import NoSample
from gates.probes._caller import DEFAULT
from gates.probes._cells import view
from gates.probes._sent import Thing
from gates.probes._world import World

REGISTERING = ("register", "signup", "sign-up", "sign_up", "registration", "registrations")


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One operation with what is needed to judge it: a control object, and who asks."""

    op: Documented
    resource: Resource
    identity: str | None
    ids: dict[str, str]
    control: JSON
    extras: tuple[Extra, ...]
    thing: Thing | None = None  # what is changed, for an update


def targets(world: World) -> Iterator[tuple[Documented, Resource]]:
    """Operations that make an object, or change one, with a body; each once."""
    seen: set[str] = set()
    for resource in world.resources:
        for op in (resource.making, *resource.changing):
            if op is not None and op.body_type and op.label not in seen:
                seen.add(op.label)
                yield op, resource
    account = next((one for one in world.resources if one.is_account and one.depth == 1), None)
    for op in world.operations:
        word = op.path.rstrip("/").rpartition("/")[2].lower()
        if op.operation.method == "POST" and word in REGISTERING and op.label not in seen:
            yield op, account or Resource(shape="/users/{}", key="id", noun="user", making=op)


def prepared(world: World, op: Documented, resource: Resource) -> Try | str:
    """A control object and the fields to send, or why there is none."""
    for identity in _askers(world, op):
        try:
            found = _prepared_as(world, op, resource, identity)
        except NoSample as error:
            return str(error)
        if found is not None:
            return found
    return world.refusals.get(resource.shape, "no valid request could be made")


def _prepared_as(
    world: World, op: Documented, resource: Resource, identity: str | None
) -> Try | None:
    thing = _control(world, op, resource, identity)
    if thing is None:
        return None
    seen = view(world, thing) if thing.identity and thing.id else None
    control = seen.value if seen is not None and seen.fine else thing.answer
    shown = answered([one for one in (op, resource.reading) if one], world.document, resource.noun)
    current = next((one for one in objects(control, resource.noun)), {})
    for inner in objects(control, resource.noun):
        current = {**current, **inner}
    changing = op in resource.changing
    return Try(
        op=op,
        resource=resource,
        identity=identity,
        ids=thing.ids
        if changing
        else {k: thing.ids[k] for k in shapes_of(op.path) if k in thing.ids},
        control=control,
        extras=extras(op, world.document, shown, current, _somebody_else(world, identity)),
        thing=thing if changing else None,
    )


def _control(
    world: World, op: Documented, resource: Resource, identity: str | None
) -> Thing | None:
    """An object made without further fields."""
    if identity and (op == resource.making or op in resource.changing):
        made = world.make(resource, identity)
        if made is not None or op == resource.making or not resource.is_account:
            return made
        return None  # the own account of an identity is not played with
    given = world.body(op, identity or DEFAULT)
    sent = world.send(op, identity, {}, given.body)
    if not sent.fine:
        world.refusals[resource.shape] = f"{op.label} answered {sent.status}"
        return None
    known = identifier(resource, sent.value, sent.answer.header("Location") or "", given.body)
    return Thing(resource=resource, ids={resource.shape: known}, identity="", answer=sent.value)


def _askers(world: World, op: Documented) -> list[str | None]:
    known = world.caller.identities
    people = {name: Person(role=one.role, rank=one.rank) for name, one in known.items()}
    parts = cast(people)
    if parts is None:
        return [None]
    named = [name for name in (parts.owner, parts.higher) if name]
    return [*named] if op.protected else [*named, None]


def _somebody_else(world: World, identity: str | None) -> str:
    for name, known in world.caller.identities.items():
        if name != identity and (ids := own_ids(known.answer, known.headers)):
            return ids[0]
    return ""
