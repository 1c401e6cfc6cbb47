"""Rules for real answers: no success that is a failure, and invalid input that is named."""

import re
from collections.abc import Iterator

import msgspec

from gates.core import envelopes
from gates.core.design.model import Settings, Violation
from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.core.sampling import NoSample, sample

# Answers that speak of something else than the input: they say nothing about its validation.
UNRELATED = frozenset({401, 403, 404, 405, 406, 409, 410, 412, 415, 428, 429})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: of which operation, its status and body. `wrong` names the field that was."""

    op: Documented
    status: int
    media: str = ""
    body: str = ""
    wrong: str = ""


def error_as_success(asked: Asked) -> Violation | None:
    """A failure has a status of failure, whatever its body says."""
    if not 200 <= asked.status < 300 or asked.op.path.rstrip("/").endswith("graphql"):
        return None
    word = f"it is {envelopes.PROBLEM}" if asked.media == envelopes.PROBLEM else _failure(asked)
    if not word:
        return None
    text = f"an answer of success says {word}"
    return Violation(
        "error-as-success", asked.op.label, text, "a status of 400 or more for failures"
    )


def _failure(asked: Asked) -> str:
    try:
        return envelopes.error_in_success(envelopes.parsed(asked.body))
    except ValueError:
        return ""


def validation_field(asked: Asked) -> Violation | None:
    """The answer to invalid input names the field that is wrong."""
    if not asked.wrong or not 400 <= asked.status < 500 or asked.status in UNRELATED:
        return None
    if names(asked.body, asked.wrong):
        return None
    text = f"the answer to a body without `{asked.wrong}` does not name it"
    better = f'name it, e.g. {{"field": "body.{asked.wrong}"}}'
    return Violation("validation-field", asked.op.label, text, better)


def validation_code(asked: Asked, settings: Settings) -> Violation | None:
    """Invalid input is answered with the status that the policy wants."""
    if not asked.wrong or asked.status in UNRELATED or not 400 <= asked.status < 500:
        return None
    wanted = ("400", "422") if settings.validation == "either" else (settings.validation,)
    if str(asked.status) in wanted:
        return None
    text = f"invalid input is answered with {asked.status}"
    return Violation("validation-code", asked.op.label, text, " or ".join(wanted))


def breaches(asked: Asked, settings: Settings) -> list[Violation]:
    """Every rule that one answer breaks."""
    found = (error_as_success(asked), validation_field(asked), validation_code(asked, settings))
    return [one for one in found if one is not None and one.rule not in settings.off]


def names(body: str, field: str) -> bool:
    """Whether a body names a field, in any case and spelling: first_name, firstName, First name.

    In its texts, or as a member below the first level: those of the first are the envelope's.
    """
    try:
        said = "\n".join(_words(envelopes.parsed(body), 0))
    except ValueError:
        said = body
    plain = re.sub(r"[\s_-]+", "", said).lower()
    wanted = re.sub(r"[\s_-]+", "", field).lower()
    if len(wanted) > 3:
        return wanted in plain
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(field)}(?![A-Za-z0-9])", said, re.I) is not None


def _words(value: JSON, depth: int) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for part in value:
                yield from _words(part, depth + 1)
        case dict():
            for name, part in value.items():
                if depth:
                    yield name
                yield from _words(part, depth + 1)
        case _:
            return


def without_one(op: Documented, document: JSON) -> tuple[JSON, str] | None:
    """A valid body but for one required field that is missing, and that field; None if none is."""
    required = op.body_schema.get("required")
    if not isinstance(required, list) or not required or "json" not in op.body_type:
        return None
    try:
        offered = op.body_example
        body = offered if isinstance(offered, dict) else sample(op.body_schema, document)
    except NoSample:
        return None
    if not isinstance(body, dict):
        return None
    field = next((str(name) for name in required if name in body), "")
    if not field:
        return None
    return {name: value for name, value in body.items() if name != field}, field
