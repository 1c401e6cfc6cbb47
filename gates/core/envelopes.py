"""Whether error answers of a service are in its one envelope: as declared, by preset, or alike.

Sources: RFC 9457 for problem+json; the presets are those of the policy.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON, resolve
from gates.core.sampling import NoSample, flattened, kind_of

DOCUMENTED = "documented"
PROBLEM = "application/problem+json"
# Members beside which nothing of a resource stands: what an answer may have that only says "no".
WORDS_OF_ERRORS = frozenset(
    (
        *("error", "errors", "code", "message", "msg", "detail", "details", "description"),
        *("error_code", "error_description", "error_uri", "errorcode", "status", "statuscode"),
        *("status_code", "success", "ok", "title", "type", "instance", "timestamp", "path"),
        *("request_id", "requestid", "trace_id", "traceid", "correlation_id", "data", "result"),
        *("reason", "hint"),
    )
)


class Shape(msgspec.Struct, frozen=True, order=True):
    """The members that one form of body has, as JSON pointers.

    `needed` are all there; where it is empty one of `known` is. `kind` is the JSON type.
    """

    kind: str
    needed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def holds(self, body: JSON) -> bool:
        """Whether a body has this form."""
        if self.kind != kind_of_value(body):
            return False
        if self.needed:
            return all(has(body, pointer) for pointer in self.needed)
        return not self.known or any(has(body, pointer) for pointer in self.known)

    @property
    def words(self) -> str:
        """The form for a reader, e.g. {error: {code, message}}."""
        return written(self.needed or self.known) if self.kind == "object" else f"a {self.kind}"


class Envelope(msgspec.Struct, frozen=True):
    """What error answers look like: one of several forms, in a media type where one is given."""

    name: str
    shapes: tuple[Shape, ...]
    media: str = ""

    def holds(self, media: str, body: JSON) -> bool:
        """Whether an answer is in it."""
        if self.media and media != self.media:
            return False
        return any(shape.holds(body) for shape in self.shapes)

    @property
    def words(self) -> str:
        """What is allowed, for a reader."""
        forms = " or ".join(shape.words for shape in self.shapes)
        return f"{self.media} with {forms}" if self.media else forms


PRESETS = {
    "error-code": Envelope(
        "error-code",
        (Shape("object", ("/error/code",)), Shape("object", ("/code", "/error"))),
    ),
    "problem+json": Envelope(
        "problem+json", (Shape("object", (), ("/title", "/type", "/detail")),), PROBLEM
    ),
}


def chosen(option: object) -> Envelope | None:
    """The envelope of a policy: a preset, JSON pointers, or None for "documented".

    Raises ValueError for anything else, with what is allowed.
    """
    if option in (None, "", DOCUMENTED):
        return None
    if isinstance(option, str) and option in PRESETS:
        return PRESETS[option]
    pointers = (option,) if isinstance(option, str) else option
    if isinstance(pointers, list | tuple) and pointers:
        texts = tuple(str(one) for one in pointers)
        if all(one.startswith("/") for one in texts):
            return Envelope("pointers", (Shape("object", texts),))
    names = ", ".join((DOCUMENTED, *PRESETS))
    raise ValueError(f"envelope is {option!r}; allowed: {names}, or a list of JSON pointers")


def media_type(headers: Iterable[tuple[str, str]]) -> str:
    """The media type of an answer without its parameters, in lower case; "" without one."""
    for name, value in headers:
        if name.lower() == "content-type":
            return value.partition(";")[0].strip().lower()
    return ""


def is_json(media: str) -> bool:
    """Whether a media type holds JSON."""
    return media.endswith(("/json", "+json"))


def parsed(text: str) -> JSON:
    """The JSON of a body. Raises ValueError."""
    try:
        value: JSON = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def has(value: JSON, pointer: str) -> bool:
    """Whether a JSON pointer leads to something."""
    try:
        resolve(value, f"#{pointer}")
    except LookupError:
        return False
    return True


def kind_of_value(value: JSON) -> str:
    """The JSON type of a value."""
    match value:
        case dict():
            return "object"
        case list():
            return "array"
        case bool():
            return "boolean"
        case str():
            return "string"
        case None:
            return "null"
        case int() | float():
            return "number"


def shapes(schema: JSON, document: JSON, depth: int = 0) -> tuple[Shape, ...]:
    """The forms that a schema allows; none where it says nothing."""
    try:
        whole = flattened(schema, document)
    except NoSample:
        return ()
    for key in ("oneOf", "anyOf"):
        choices = whole.get(key)
        if isinstance(choices, list) and choices and depth < 3:
            found = [one for choice in choices for one in shapes(choice, document, depth + 1)]
            return tuple(dict.fromkeys(found))
    if not whole.keys() & {"type", "properties", "items", "enum", "const"}:
        return ()
    kind = kind_of(whole)
    kind = "number" if kind == "integer" else kind
    if kind != "object":
        return (Shape(kind),)
    needed, known = _members(whole, document, 0)
    return (Shape("object", tuple(sorted(needed)), tuple(sorted(known))),)


def _members(
    schema: Mapping[str, JSON], document: JSON, depth: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pointers to the required and to all members; objects below the first level are opened."""
    properties = schema.get("properties")
    required = schema.get("required")
    names = set(required) if isinstance(required, list) else set()
    needed: list[str] = []
    known: list[str] = []
    for name, part in (properties if isinstance(properties, dict) else {}).items():
        inner, all_inner = _opened(part, document) if depth == 0 else ((), ())
        key = "/" + name.replace("~", "~0").replace("/", "~1")
        known += [key + one for one in all_inner] or [key]
        if name in names:
            needed += [key + one for one in inner] or [key]
    return tuple(needed), tuple(known)


def _opened(schema: JSON, document: JSON) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        whole = flattened(schema, document)
    except NoSample:
        return (), ()
    return _members(whole, document, 1) if "properties" in whole else ((), ())


def contents(response: Mapping[str, JSON], document: JSON) -> dict[str, tuple[Shape, ...]]:
    """What a documented answer says of its body: media type (lower case) to its forms."""
    said = response.get("content")
    if isinstance(said, dict):
        return {
            media.partition(";")[0].strip().lower(): shapes(holder.get("schema"), document)
            for media, holder in said.items()
            if isinstance(holder, dict)
        }
    if "schema" not in response:
        return {}
    return {"application/json": shapes(response["schema"], document)}


def is_error(status: str) -> bool:
    """Whether a key of `responses` stands for failures."""
    return status == "default" or status[:1] in ("4", "5")


def response_of(op: Documented, status: int) -> dict[str, JSON] | None:
    """What the document says of an answer: by its status, its class, or the default."""
    text = str(status)
    for key in (text, f"{text[0]}XX", f"{text[0]}xx", "default"):
        if key in op.responses:
            return op.responses[key]
    return None


def declared(operations: Iterable[Documented], document: JSON) -> Iterator[tuple[str, Shape, str]]:
    """Label, form and media type of every JSON body that the document declares for an error."""
    for op in operations:
        for status, response in op.responses.items():
            if not is_error(status):
                continue
            for media, found in contents(response, document).items():
                for shape in found if is_json(media) or "*" in media else ():
                    yield op.label, shape, media


def commonest(found: Iterable[Shape]) -> Envelope | None:
    """The envelope that most of these forms are: what all its kin have in common.

    A form is kin to the commonest if they share a member: a validation error may say more.
    """
    counted = Counter(found)
    if not counted:
        return None
    first = min(counted, key=lambda shape: (-counted[shape], shape))
    kin = [one for one in counted if one.kind == first.kind and set(one.known) & set(first.known)]
    if not kin:
        return Envelope(DOCUMENTED, (first,))
    known = {name for one in kin for name in one.known}
    needed = set.intersection(*(set(one.needed) for one in kin))
    return Envelope(DOCUMENTED, (Shape(first.kind, tuple(sorted(needed)), tuple(sorted(known))),))


def form_of(body: JSON) -> Shape:
    """The form that one body has, for comparing answers where nothing is declared."""
    kind = kind_of_value(body)
    if not isinstance(body, dict):
        return Shape(kind)
    names = tuple(sorted(f"/{name}" for name in body if "/" not in name and "~" not in name))
    return Shape(kind, names, names)


def detected(bodies: Iterable[tuple[str, JSON]]) -> Envelope | None:
    """The envelope of (media, body) pairs, where no document names one.

    A preset, if most are in it; else the members that the commonest form has. None without any.
    """
    pairs = [(media, body) for media, body in bodies if isinstance(body, dict)]
    for preset in PRESETS.values():
        if sum(preset.holds(media, body) for media, body in pairs) * 2 > len(pairs):
            return preset
    return commonest(form_of(body) for _, body in pairs)


def error_in_success(body: JSON) -> str:
    """The word by which the body of a successful answer says that it failed; "" if it does not.

    A resource that has an `error` or `success` among members of its own is none (a failed job).
    """
    if not isinstance(body, dict) or not body:
        return ""
    if not {name.lower().replace("-", "_") for name in body} <= WORDS_OF_ERRORS:
        return ""
    for name in ("success", "ok"):
        if body.get(name) is False:
            return f"{name}: false"
    if body.get("data"):
        return ""
    said = body.get("error") or body.get("errors")
    if isinstance(said, str | dict | list) and said:
        return "error" if body.get("error") else "errors"
    failed = body.get("status") in ("error", "fail", "failure", "failed")
    return f"status: {body['status']}" if failed and body.get("message") else ""


def written(pointers: Iterable[str]) -> str:
    """Pointers as the object that has them: {error: {code, message}}."""
    inner: dict[str, list[str]] = {}
    for pointer in pointers:
        first, _, rest = pointer[1:].partition("/")
        inner.setdefault(first, []).extend([rest] if rest else [])
    parts = (f"{name}: {{{', '.join(below)}}}" if below else name for name, below in inner.items())
    return f"{{{', '.join(parts)}}}"
