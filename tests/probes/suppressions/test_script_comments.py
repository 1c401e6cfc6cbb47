"""The comments of JavaScript and TypeScript are told from everything that looks like one."""

import pytest

from gates.probes.suppressions.script_comments import comments

CASES = {
    "line": ("a(); // one\n// two", [(1, "// one"), (2, "// two")]),
    "block": ("/* one\n * two */ a(); /* three */", [(1, "/* one\n * two */"), (2, "/* three */")]),
    "block-after-lines": ("\n\n/* x */\n\n// y", [(3, "/* x */"), (5, "// y")]),
    "open-block": ("a(); /* never closed", [(1, "/* never closed")]),
    "strings": ("a('// no', \"/* no */\"); // yes", [(1, "// yes")]),
    "escapes": (r"a('it\'s // no', '\\'); // yes", [(1, "// yes")]),
    "continued": ("a('one \\\n// no'); // yes", [(2, "// yes")]),
    "not-closed": ("<p>Don't</p> // no\n// yes", [(2, "// yes")]),
    "template": ("a(`// no\n/* no */`); // yes", [(2, "// yes")]),
    "template-code": ("a(`x ${b /* yes */} // no ${c} // no`); // two", None),
    "template-nested": ("a(`${b(`// no ${{c: 1}.c} // no`)} // no`); // yes", [(1, "// yes")]),
    "template-brace": ("if (x) { a(`${b}`); } // yes", [(1, "// yes")]),
    "template-dollar": (r"a(`$ \${ // no $`); // yes", [(1, "// yes")]),
    "regex": ("a(/\\/* no/); // yes", [(1, "// yes")]),
    "regex-class": ("const r = /[/*]'/; // yes", [(1, "// yes")]),
    "regex-quote": ("return /'/.test(x); // yes", [(1, "// yes")]),
    "regex-flags": ('x = /"/gi; // yes', [(1, "// yes")]),
    "regex-start": ("/'/.test(x); // yes", [(1, "// yes")]),
    "regex-arrow": ("x => /'/; // yes", [(1, "// yes")]),
    "division": ("a = b / c; // yes\nd = 1 / 2;", [(1, "// yes")]),
    "division-bracket": ("a = (b) / c / d[0] / e; // yes", [(1, "// yes")]),
    "division-quote": ("a = b / c + '/'; // yes", [(1, "// yes")]),
    "division-after": ("a = i++ / 2 + '/* no */'; // yes", [(1, "// yes")]),
    "division-text": ("a = 'x' / `y` / 2; // yes", [(1, "// yes")]),
    "shebang": ("#!/usr/bin/env node // no\n// yes", [(2, "// yes")]),
    "url": ("a('http://x'); // yes", [(1, "// yes")]),
    "private": ("class A { #a = 1; m() { return this.#a / 2; } } // yes", [(1, "// yes")]),
    "empty": ("", []),
    "lone-slash": ("/", []),
    "lone-template": ("`${`", []),
}


@pytest.mark.parametrize("case", CASES)
def test_comments_are_found_where_they_are(case):
    source, expected = CASES[case]
    found = [(one.line, one.text) for one in comments(source)]
    assert found == (expected if expected is not None else [(1, "/* yes */"), (1, "// two")])


def test_the_head_ends_with_the_first_word():
    source = "// one\n\n/* two */ a();\n// three\n"
    assert [(one.text, one.head) for one in comments(source)] == [
        ("// one", True),
        ("/* two */", True),
        ("// three", False),
    ]


@pytest.mark.parametrize(
    "piece", ["/", "`", "${", "'", "[", "/[", "\\", "{`${", "/*", "(/a", '"\\']
)
def test_hostile_source_is_read_in_one_go(piece):
    """A text of 200,000 characters; a quadratic reader would take minutes."""
    assert list(comments(piece * (200_000 // len(piece)))) is not None
