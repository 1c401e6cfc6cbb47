"""Reads an XML document element by element, so that a large one never stands in memory whole.

Rules (spec B16, B17): entities, declarations and external documents are refused before they can do
anything. A bare `<!DOCTYPE root SYSTEM "…">`, as writers of Cobertura reports put it there, may be
let pass where a reader asks for it: it is taken out unread and never fetched.
"""

import io
import re
from collections.abc import Iterator
from typing import NoReturn
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import ParseError as XmlError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import limits

DEPTH = 50
_HEAD = 8192  # bytes in which a document type may stand
_QUOTED = rb"""\s+(?:"[^"<>&%]*"|'[^'<>&%]*')"""


def elements(data: bytes | None, *, what: str, doctype: str = "") -> Iterator[tuple[str, Element]]:
    """Yield ("start" or "end", element); an element is dropped after its end.

    At "start" an element has its attributes, at "end" its text and no children. `doctype` names
    the root whose bare document type is let pass. Raises ParseError.
    """
    source = io.BytesIO(without_doctype(limits.expect(data, what=what), doctype))
    open_elements: list[Element] = []
    try:
        for event, element in iterparse(source, ("start", "end"), forbid_dtd=True):
            if event == "start":
                open_elements.append(element)
                if len(open_elements) > DEPTH:
                    _refuse(f"too-deep: nested more than {DEPTH} levels", what)
            yield event, element
            if event == "end":
                open_elements.pop()
                if open_elements:
                    open_elements[-1].remove(element)
    except DefusedXmlException:
        _refuse("dtd-forbidden: the document declares a type or an entity", what)
    except XmlError as error:
        _refuse(f"not-well-formed: {error}", what)
    except (ValueError, LookupError) as error:
        _refuse(f"encoding: {error}", what)


def without_doctype(data: bytes, root: str) -> bytes:
    """The document without a bare document type of that root; line numbers stay."""
    if not root:
        return data
    keyword = rb"(?:PUBLIC" + _QUOTED + _QUOTED + rb"|SYSTEM" + _QUOTED + rb")"
    bare = re.compile(rb"<!DOCTYPE\s+" + re.escape(root.encode()) + rb"\s+" + keyword + rb"\s*>")
    head = bare.sub(lambda found: b"\n" * found[0].count(b"\n"), data[:_HEAD], count=1)
    return head + data[_HEAD:]


def _refuse(word: str, what: str) -> NoReturn:
    raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({what})")
