"""The one set-up of the templates of all pages: strict, escaped, and no text as it came in."""

import base64
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports import compiled
from reports.visible import block


def environment(longest: int, *, keeps: bool = True) -> Environment:
    """Templates in which every plain text is made harmless, cut to `longest`, and escaped.

    `keeps`: compiled templates are kept beside them.
    """
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # the digest of the style is taken once
        finalize=lambda value: block(value, longest) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled.kept() if keeps else None,
    )


def digest(templates: Environment, name: str) -> str:
    """What a content policy calls an inline style or script that is the whole of a template."""
    text = templates.get_template(name).render()
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
