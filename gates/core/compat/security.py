"""Changes of who gets in: the alternatives of an operation, told by what goes over the wire."""

from collections.abc import Iterator
from typing import NamedTuple

from gates.core.compat.changes import Change, Level
from gates.core.compat.context import Both
from gates.core.compat.views import OperationView, as_dict, as_list
from gates.core.openapi import JSON

PUBLIC = frozenset[tuple[str, str]]()
Alternative = frozenset[tuple[str, str]]  # what has to be sent, and each scope of it


class Need(NamedTuple):
    """One alternative and how the document writes it."""

    needs: Alternative
    text: str


def changes(both: Both) -> Iterator[Change]:
    """Ways in that are gone, or that ask for more; and new ones."""
    before, after = alternatives(both.base), alternatives(both.revision)
    pointer = f"{both.revision.pointer}/security"
    for one in before:
        if not any(other.needs <= one.needs for other in after):
            yield both.change(
                "api-security-tightened" if after else "api-security-removed",
                Level.BREAKING,
                f"security {one.text}",
                f"it does not suffice any more; now: {' or '.join(o.text for o in after)}",
                "a client that authenticates as before is refused",
                pointer,
                fix="Go on letting in what was let in, or step the major version.",
            )
    for other in after:
        if not any(other.needs == one.needs for one in before) and any(
            other.needs <= one.needs for one in before
        ):
            rule, what = "api-security-loosened", "it suffices now"
            yield both.change(rule, Level.INFO, f"security {other.text}", what, "", pointer)
        elif not any(other.needs >= one.needs for one in before):
            rule, what = "api-security-added", "it is a new way in"
            yield both.change(rule, Level.INFO, f"security {other.text}", what, "", pointer)


def alternatives(view: OperationView) -> tuple[Need, ...]:
    """The ways in; nothing at all counts as one where the operation is public."""
    said = view.said.get("security", view.document.get("security"))
    listed = [entry for entry in as_list(said) if isinstance(entry, dict)]
    schemes = _schemes(view.document)
    return tuple(_need(entry, schemes) for entry in listed) or (Need(PUBLIC, "none"),)


def _need(entry: dict[str, JSON], schemes: dict[str, JSON]) -> Need:
    needs = set()
    for name, scopes in entry.items():
        sent = wire(name, as_dict(schemes.get(name)))
        needs.add((sent, ""))
        needs |= {(sent, str(scope)) for scope in as_list(scopes)}
    words = [f"{n}{_scoped(as_list(s))}" for n, s in entry.items()]
    return Need(frozenset(needs), " with ".join(words) or "none")


def _scoped(scopes: list[JSON]) -> str:
    return f" ({', '.join(map(str, scopes))})" if scopes else ""


def wire(name: str, scheme: dict[str, JSON]) -> str:
    """What a scheme makes a client send: a renamed scheme is the same one."""
    kind, form = str(scheme.get("type")), str(scheme.get("scheme", "")).lower()
    if kind in ("oauth2", "openIdConnect") or (kind, form) == ("http", "bearer"):
        return "bearer"
    if kind == "basic" or (kind, form) == ("http", "basic"):
        return "basic"
    if kind == "http":
        return f"http {form}"
    if kind == "apiKey":
        place, key = str(scheme.get("in")), str(scheme.get("name"))
        return f"{place} {key.lower() if place == 'header' else key}"
    return kind if kind != "None" else name


def of_documents(base: dict[str, JSON], revision: dict[str, JSON]) -> Iterator[Change]:
    """Schemes that get their tokens elsewhere."""
    before, after = _schemes(base), _schemes(revision)
    for name in before.keys() & after.keys():
        old, new = as_dict(before[name]), as_dict(after[name])
        for key, was, now in _addresses(old, new):
            yield Change(
                rule="api-security-address-changed",
                level=Level.WARNING,
                operation="",
                subject=f"security scheme {name} {key}",
                place=f"#/components/securitySchemes/{name}",
                message=f"security scheme {name}: {key} changed from {was} to {now}; it may be "
                "that a client that gets its token at the old one gets none",
                fix="Keep the old address working.",
            )


def _addresses(old: dict[str, JSON], new: dict[str, JSON]) -> Iterator[tuple[str, JSON, JSON]]:
    keys = ("authorizationUrl", "tokenUrl", "refreshUrl")
    for flow in as_dict(old.get("flows")).keys() & as_dict(new.get("flows")).keys():
        first, second = as_dict(old["flows"])[flow], as_dict(new["flows"])[flow]
        for key in keys:
            was, now = as_dict(first).get(key), as_dict(second).get(key)
            if was and now and was != now:
                yield f"{flow} {key}", was, now
    for key in (*keys, "openIdConnectUrl"):
        was, now = old.get(key), new.get(key)
        if was and now and was != now:
            yield key, was, now


def _schemes(document: dict[str, JSON]) -> dict[str, JSON]:
    known = as_dict(as_dict(document.get("components")).get("securitySchemes"))
    return {**as_dict(document.get("securityDefinitions")), **known}
