"""The operations of a document as they are compared: Swagger 2.0 and OpenAPI 3 read alike."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gates.core.bundling import escaped
from gates.core.compat.forms import Located
from gates.core.openapi import JSON, METHODS, base_path, resolve

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
IGNORED = frozenset({"accept", "content-type", "authorization"})  # OpenAPI 3: mean nothing
STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_TEMPLATE = re.compile(r"\{([^{}]*)\}")


class ParameterView(NamedTuple):
    """One parameter."""

    name: str
    place: str
    said: dict[str, JSON]
    schema: Located
    pointer: str
    required: bool
    style: tuple[str, bool]  # how a list is written: style, exploded


class BodyView(NamedTuple):
    """The body of a request: schemas by media type, None where a type has no schema."""

    content: dict[str, Located | None]
    required: bool
    pointer: str


class ResponseView(NamedTuple):
    """One response: schemas by media type, and its headers by lower case name."""

    content: dict[str, Located | None]
    headers: dict[str, "HeaderView"]
    pointer: str


class HeaderView(NamedTuple):
    """One header of a response."""

    name: str
    said: dict[str, JSON]
    schema: Located
    required: bool
    pointer: str


class OperationView(NamedTuple):
    """One operation. `path` has no base path; `said` is as written, with what its item adds."""

    method: str
    path: str
    label: str
    pointer: str
    said: dict[str, JSON]
    item: dict[str, JSON]
    document: dict[str, JSON]

    @property
    def key(self) -> tuple[str, str]:
        """What is the same operation in another document: names in the path do not matter."""
        return self.method, shape(self.path)


def shape(path: str) -> str:
    """A path without the names of its parameters and without a slash at its end."""
    return _TEMPLATE.sub("{}", path).rstrip("/") or "/"


def names(path: str) -> list[str]:
    """The names of the parameters of a path, in order."""
    return _TEMPLATE.findall(path)


def operation_views(document: dict[str, JSON], base: str | None = None) -> list[OperationView]:
    """Every operation below `paths`, sorted. `base` is put in front of paths in labels."""
    prefix = base_path(document) if base is None else base
    found: list[OperationView] = []
    for path, item in as_dict(document.get("paths")).items():
        if path.startswith("/"):
            pointer = f"#/paths/{escaped(path)}"
            found += item_views(document, item, path, prefix + path, pointer)
    return sorted(found, key=lambda one: (one.path, one.method))


def webhook_views(document: dict[str, JSON]) -> list[OperationView]:
    """Every operation of the webhooks: the service sends those requests."""
    found: list[OperationView] = []
    for name, item in as_dict(document.get("webhooks", document.get("x-webhooks"))).items():
        pointer = f"#/webhooks/{escaped(name)}"
        found += item_views(document, item, name, f"webhook {name}", pointer)
    return sorted(found, key=lambda one: (one.path, one.method))


def callback_views(view: OperationView) -> list[OperationView]:
    """Every operation of the callbacks of an operation."""
    found: list[OperationView] = []
    for name, entry in as_dict(view.said.get("callbacks")).items():
        callback, pointer = followed(view.document, entry, f"{view.pointer}/callbacks/{name}")
        for expression, item in callback.items():
            if expression.startswith("x-"):
                continue
            label = f"{view.label} callback {name} {expression}"
            place = f"{pointer}/{escaped(expression)}"
            found += item_views(view.document, item, f"{name} {expression}", label, place)
    return found


def item_views(
    document: dict[str, JSON], entry: JSON, path: str, label: str, pointer: str
) -> Iterator[OperationView]:
    """The operations of a path item."""
    item, place = followed(document, entry, pointer)
    for method, said in item.items():
        if method in METHODS and isinstance(said, dict):
            verb = method.upper()
            yield OperationView(
                verb, path, f"{verb} {label}", f"{place}/{method}", said, item, document
            )


def parameters(view: OperationView) -> dict[tuple[str, str], ParameterView]:
    """The parameters by place and name; those of a path by their position in it."""
    positions = {name: str(index) for index, name in enumerate(names(view.path))}
    found: dict[tuple[str, str], ParameterView] = {}
    for one in listed_parameters(view):
        key = one.name.lower() if one.place == "header" else one.name
        if one.place == "path":
            key = positions.get(one.name, "")
            if not key:
                continue  # not in the path: nobody can send it
        elif (one.place == "header" and key in IGNORED) or one.place not in STYLES:
            continue
        found[one.place, key] = one
    return found


def listed_parameters(view: OperationView) -> Iterator[ParameterView]:
    """All parameters, those of the path item first."""
    outer = view.pointer.rpartition("/")[0]
    for holder, place in ((view.item, outer), (view.said, view.pointer)):
        for index, entry in enumerate(as_list(holder.get("parameters"))):
            said, pointer = followed(view.document, entry, f"{place}/parameters/{index}")
            name, where = said.get("name"), said.get("in")
            if isinstance(name, str) and isinstance(where, str):
                yield _parameter(name, where, said, pointer)


def _parameter(name: str, place: str, said: dict[str, JSON], pointer: str) -> ParameterView:
    schema = Located(said, pointer) if "in" in said and "schema" not in said else None
    if "schema" in said:
        schema = Located(said["schema"], f"{pointer}/schema")
    content = as_dict(said.get("content"))
    if content:
        kind = next(iter(content))
        below = as_dict(content[kind]).get("schema", True)
        schema = Located(below, f"{pointer}/content/{escaped(kind)}/schema")
    if schema is not None and schema.schema is said:
        plain = {k: v for k, v in said.items() if k not in ("required", "deprecated", "x-sunset")}
        schema = Located(plain, pointer)
    return ParameterView(
        name=name,
        place=place,
        said=said,
        schema=schema or Located(True, pointer),
        pointer=pointer,
        required=said.get("required") is True or place == "path",
        style=_style(said, place),
    )


def _style(said: Mapping[str, JSON], place: str) -> tuple[str, bool]:
    collected = said.get("collectionFormat")
    if isinstance(collected, str) or ("type" in said and "schema" not in said):
        return ("form", True) if collected == "multi" else (str(collected or "csv"), False)
    style = str(said.get("style") or STYLES.get(place, ""))
    explode = said.get("explode")
    exploded = explode if isinstance(explode, bool) else style == "form"
    return ("csv", False) if (style, exploded) in _CSV else (style, exploded)


_CSV = frozenset({("form", False), ("simple", False), ("simple", True)})


def body(view: OperationView) -> BodyView | None:
    """The body of the request; None where it has none."""
    if "requestBody" in view.said:
        said, pointer = followed(
            view.document, view.said["requestBody"], f"{view.pointer}/requestBody"
        )
        return BodyView(contents(said, pointer), said.get("required") is True, pointer)
    listed = list(listed_parameters(view))
    kinds = [str(kind) for kind in as_list(view.said.get("consumes", _all(view, "consumes")))]
    for one in listed:
        if one.place == "body":
            content = dict.fromkeys(kinds or ["application/json"], one.schema)
            return BodyView(dict(content), one.required, one.pointer)
    fields = [one for one in listed if one.place == "formData"]
    return _form(view, fields, kinds) if fields else None


def _form(view: OperationView, fields: list[ParameterView], kinds: list[str]) -> BodyView:
    schema: dict[str, JSON] = {
        "type": "object",
        "properties": {one.name: one.schema.schema for one in fields},
        "required": [one.name for one in fields if one.required],
    }
    located = Located(schema, f"{view.pointer}/parameters")
    chosen = [kind for kind in kinds if kind in FORMS] or [FORMS[0]]
    return BodyView(dict.fromkeys(chosen, located), bool(schema["required"]), located.pointer)


def responses(view: OperationView) -> dict[str, ResponseView]:
    """The responses by status, as upper case text."""
    found = {}
    for status, entry in as_dict(view.said.get("responses")).items():
        if status.startswith("x-"):
            continue
        place = f"{view.pointer}/responses/{status}"
        said, pointer = followed(view.document, entry, place)
        content = contents(said, pointer)
        if "schema" in said:
            kinds = as_list(view.said.get("produces", _all(view, "produces")))
            located = Located(said["schema"], f"{pointer}/schema")
            content = {str(kind): located for kind in kinds or ["application/json"]}
        found[status.upper()] = ResponseView(content, _headers(view, said, pointer), pointer)
    return found


def contents(said: Mapping[str, JSON], pointer: str) -> dict[str, Located | None]:
    """Schemas by media type, written without blanks and in lower case."""
    found: dict[str, Located | None] = {}
    for kind, media in as_dict(said.get("content")).items():
        entry = as_dict(media)
        place = f"{pointer}/content/{escaped(kind)}/schema"
        key = ";".join(part.strip().lower() for part in kind.split(";"))
        key = re.sub(r";charset=\"?utf-8\"?$", "", key)
        found[key] = Located(entry["schema"], place) if "schema" in entry else None
    return found


def _headers(view: OperationView, said: Mapping[str, JSON], pointer: str) -> dict[str, HeaderView]:
    found = {}
    for name, entry in as_dict(said.get("headers")).items():
        header, place = followed(view.document, entry, f"{pointer}/headers/{escaped(name)}")
        if name.lower() == "content-type":
            continue
        content = next(iter(as_dict(header.get("content")).values()), None)
        schema = header.get("schema", as_dict(content).get("schema", header))
        located = Located(schema, f"{place}/schema" if "schema" in header else place)
        required = header.get("required") is True
        found[name.lower()] = HeaderView(name, header, located, required, place)
    return found


def followed(document: JSON, value: JSON, pointer: str) -> tuple[dict[str, JSON], str]:
    """An object with its chain of references followed, and where it ends; a sibling wins."""
    whole: dict[str, JSON] = {}
    for _ in range(40):
        if not isinstance(value, dict):
            break
        whole = {**value, **whole} if whole else value
        reference = value.get("$ref")
        if not isinstance(reference, str):
            break
        try:
            value, pointer = resolve(document, reference), reference
        except LookupError:
            break
    return whole, pointer


def _all(view: OperationView, key: str) -> JSON:
    return view.document.get(key)


def as_dict(value: JSON) -> dict[str, JSON]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: JSON) -> list[JSON]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
