"""Which references of two documents lead to something that is not the same in both."""

from gates.core.openapi import JSON, resolve


def changed_references(base: JSON, revision: JSON) -> frozenset[str]:
    """References whose target differs, or leads on to one that differs."""
    wanted: list[str] = [*references(base), *references(revision)]
    inner: dict[str, set[str]] = {}
    changed: set[str] = set()
    while wanted:
        reference = wanted.pop()
        if reference in inner:
            continue
        old, new = _resolved(base, reference), _resolved(revision, reference)
        inner[reference] = references(old) | references(new)
        wanted.extend(inner[reference])
        if old != new:
            changed.add(reference)
    return frozenset(_spread(changed, inner))


def references(value: JSON) -> set[str]:
    """Every reference below a value."""
    found: set[str] = set()
    stack: list[JSON] = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            reference = one.get("$ref")
            if isinstance(reference, str):
                found.add(reference)
            stack.extend(part for part in one.values() if isinstance(part, dict | list))
        elif isinstance(one, list):
            stack.extend(part for part in one if isinstance(part, dict | list))
    return found


def leads_to(value: JSON, changed: frozenset[str]) -> bool:
    """Whether one of the references below a value is a changed one."""
    return bool(changed) and not references(value).isdisjoint(changed)


def _spread(changed: set[str], inner: dict[str, set[str]]) -> set[str]:
    users: dict[str, list[str]] = {}
    for user, used in inner.items():
        for one in used:
            users.setdefault(one, []).append(user)
    found, wanted = set(changed), list(changed)
    while wanted:
        for user in users.get(wanted.pop(), ()):
            if user not in found:
                found.add(user)
                wanted.append(user)
    return found


def _resolved(document: JSON, reference: str) -> JSON:
    try:
        return resolve(document, reference)
    except LookupError:
        return None
