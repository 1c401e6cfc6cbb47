"""Which operations a document or a target file keeps for a role, or gives to everybody."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from gates.core.documented import Documented
from gates.core.openapi import JSON

ROLE_KEYS = ("x-roles", "x-required-roles", "x-required-role", "x-role", "x-allowed-roles")
ADMINS = frozenset(("admin", "administrator", "administrators", "admins", "superuser"))
OWN = r"(?:caller|current user|authenticated user|logged[- ]in user|signed[- ]in user|requester)"


def matches(op: Documented, name: str) -> bool:
    """Whether a target file means this operation: by operationId, or "GET /path"."""
    return name in (op.operation.operation_id, op.label, op.operation.label) and bool(name)


def named(operations: Sequence[Documented], names: Iterable[str]) -> frozenset[str]:
    """Labels of the operations that are named."""
    wanted = tuple(names)
    return frozenset(op.label for op in operations if any(matches(op, name) for name in wanted))


def unknown(operations: Sequence[Documented], names: Iterable[str]) -> tuple[str, ...]:
    """Names that mean no operation of the document."""
    return tuple(
        name for name in names if not any(matches(operation, name) for operation in operations)
    )


def restrictions(
    operations: Sequence[Documented],
    roles: Mapping[str, Iterable[str]],
    known: Collection[str],
    public: Collection[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Label → roles that it is kept for. `known` are the roles above the lowest rank.

    What the target file says wins, then x-roles and scopes of the document, then its words: a
    sentence "Administrators only.", or a part of the path that is the name of the role.
    """
    found: dict[str, tuple[str, ...]] = {}
    for op in operations:
        named = tuple(role for role, names in roles.items() if any(matches(op, n) for n in names))
        documented = tuple(role for role in _documented(op))
        said = documented if set(documented) & set(known) else ()
        words = tuple(role for role in sorted(known) if _worded(op, role))
        if op.label not in public and (kept := named or said or words):
            found[op.label] = kept
    return found


def open_to_all(op: Documented) -> bool:
    """Whether the document lets nobody in particular use it: no security, or optional."""
    return not op.protected


def is_silent(document: Mapping[str, JSON]) -> bool:
    """Whether the document says nothing of authentication at all."""
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    return not schemes and not document.get("securityDefinitions") and "security" not in document


def says_private(op: Documented, noun: str) -> bool:
    """Whether the words of a list say that it holds the caller's own objects alone."""
    text = " ".join(str(op.said.get(key, "")) for key in ("summary", "description")).lower()
    things = re.escape(noun.replace("_", " ")).replace(r"\ ", "[ -]") + r"(?:s|es)?\b"
    middle = r"(?:[a-z-]+ )?"
    patterns = (
        rf"\b{OWN}'s {middle}{things}",
        rf"\b(?:your|my) {middle}{things}",
        rf"\bown {middle}{things}",
        rf"\b{things} (?:of|owned by|belonging to|that belong to) the {OWN}\b",
    )
    return any(re.search(pattern, text) for pattern in patterns)


def _documented(op: Documented) -> Iterator[str]:
    for key in ROLE_KEYS:
        said = op.said.get(key)
        if isinstance(said, str):
            yield said
        elif isinstance(said, list):
            yield from (str(one) for one in said)
    security = op.said.get("security")
    for one in security if isinstance(security, list) else ():
        for scopes in one.values() if isinstance(one, dict) else ():
            yield from (str(scope) for scope in (scopes if isinstance(scopes, list) else ()))


def _worded(op: Documented, role: str) -> bool:
    word = role.lower()
    if word in (part.lower() for part in op.path.split("/")):
        return True
    same = "|".join(sorted(re.escape(name) for name in {word, *(ADMINS if word in ADMINS else ())}))
    sentence = re.compile(
        rf"(?:for )?(?:{same})s? only|only (?:for )?(?:an? )?(?:{same})s?"
        rf"|(?:requires?|needs?) (?:the |an? )?(?:{same})(?: role| rights| privileges)?"
    )
    text = " ".join(str(op.said.get(key, "")) + "." for key in ("summary", "description"))
    parts = re.split(r"[.!()\n]+\s*", text.lower())
    return any(sentence.fullmatch(part.strip()) for part in parts)
