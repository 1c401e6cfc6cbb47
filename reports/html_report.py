"""Renders a scorecard as one HTML file that needs no network, no script and no trust in its data.

Every text of the scorecard passes `visible.block` on its way out (the environment's `finalize`),
then autoescaping. Nothing here or in the templates makes markup from a string.
"""

from functools import lru_cache

from jinja2 import Environment

from gates.core.model import Scorecard
from reports import templating
from reports.numbers import age, duration, number, with_unit
from reports.page import Page, page
from reports.visible import LONGEST, block, line, safe_url
from reports.words import against, counted, instant, revision

_BACKSTOP = 3 * LONGEST  # more than any text that was cut already

_ICONS = {
    "PASS": "pass",
    "WARN": "warn",
    "FAIL": "fail",
    "ERROR": "error",
    "PENDING": "pending",
    "SKIPPED": "skipped",
    "NOT_RUN": "none",
    "NO_DATA": "none",
    "INCONCLUSIVE": "error",
    "WAIVED": "waived",
    "REUSED": "reused",
}
# What could not be looked at is as loud as a failure.
_TONES = {"NOT_RUN": "error", "NO_DATA": "error", "WAIVED": "warn", "REUSED": "pending"}
_WORDS = {"REUSED": "TAKEN OVER"}


def render(scorecard: Scorecard) -> bytes:
    """Return the page as UTF-8. The same scorecard gives the same bytes."""
    view = page(scorecard)
    try:
        return _rendered(view, *_prepared())
    except OSError:  # a compiled template that cannot be kept is no reason to show nothing
        return _rendered(view, *_prepared(keeps=False))


def _rendered(view: Page, environment: Environment, policy: str) -> bytes:
    template = environment.get_template("scorecard.html.j2")
    return template.render(page=view, policy=policy).encode()


@lru_cache(maxsize=2)
def _prepared(*, keeps: bool = True) -> tuple[Environment, str]:
    environment = templating.environment(_BACKSTOP, keeps=keeps)
    environment.filters |= {
        "line": line,
        "block": block,
        "number": number,
        "with_unit": with_unit,
        "duration": duration,
        "age": age,
        "against": against,
        "counted": counted,
        "revision": revision,
        "instant": instant,
        "safe_url": safe_url,
        "icon": _ICONS.__getitem__,
        "tone": lambda status: _TONES.get(status, _ICONS[status]),
        "words": lambda status: _WORDS.get(status, status.replace("_", " ")),
    }
    # Letters stay letters: a page of another script would be three times as large.
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return environment, _content_policy(environment)


def _content_policy(environment: Environment) -> str:
    style, script = (templating.digest(environment, name) for name in ("style.css", "scripts.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
