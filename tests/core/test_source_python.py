"""The name of a place in Python: its scope and its statement, however they are laid out."""

import subprocess
import sys

import pytest

from gates.core.source_python import Unparsable, contexts


def at(text, line, *, masked=False):
    return contexts(text, {line: masked})[line]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("x = f(a, b)", 1), ("x = f(\n    a,\n    b,\n)", 3)),
        (("x = 'a'", 1), ('x = "a"  # why', 1)),
        (("x = 'a' 'b'", 1), ("x = (\n  'a'\n  'b'\n)", 2)),
        (("x = 'ab'", 1), ("x = (\n  'a'\n  'b'\n)", 3)),
        (("return_ = (a)", 1), ("return_ = a", 1)),
        (("if a and b:\n    pass", 1), ("if (\n    a\n    and b\n):\n    pass", 3)),
        (("with a() as b, c():\n    pass", 1), ("with (\n    a() as b,\n    c(),\n): pass", 2)),
        (("def f(a, b): pass", 1), ("@d\ndef f(\n    a,\n    b,\n):\n    return 2", 4)),
        (("try: f()\nexcept E: pass", 2), ("try:\n    f()\nexcept E:\n    pass", 3)),
        (("é = 'ü'; y = 1", 1), ("\n\né = 'ü'", 3)),
        (("x = 'it\\'s'", 1), ('x = "it\'s"', 1)),
    ],
)
def test_a_formatter_changes_no_name(one, other):
    assert at(*one) == at(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("x = 1", 1), ("x = 2", 1)),
        (("def f():\n    x = 1", 2), ("def g():\n    x = 1", 2)),
        (("class A:\n    x = 1", 2), ("def f():\n    x = 1\n\n\nx = 1", 5)),
        (("x = 1\nx = 1", 1), ("x = 1\nx = 1", 2)),
        (("try:\n    f()\nexcept E: pass", 3), ("try:\n    g()\nexcept E: pass", 3)),
        (("f()  # a", 1), ("# a", 1)),
        (("# a", 1), ("# b", 1)),
    ],
)
def test_another_place_has_another_name(one, other):
    assert at(*one) != at(*other)


def test_a_scope_is_the_qualified_name():
    text = "class A:\n    async def b(self):\n        def c():\n            return 1\n"
    assert at(text, 4) == "A.b.c|return1"


def test_a_header_stands_without_what_it_holds():
    one, other = "while a:\n    x = 1\n", "while a:\n    y = 2\nelse:\n    z = 3\n"
    assert at(one, 1) == at(other, 1) == at(other, 3)


TABLE = "T = {{\n{}}}\n"
ROWS = [f"    'key_{n}': call('some text that is long enough', {n}),\n" for n in range(20)]


def test_an_entry_of_a_long_table_is_named_alone():
    """Else every finding in a table of settings had a new name as soon as one entry changes."""
    whole, less = TABLE.format("".join(ROWS)), TABLE.format("".join(ROWS[3:]))
    assert at(whole, 10) == at(less, 7)
    assert at(whole, 10) != at(whole, 11)


def test_a_long_text_is_named_by_its_lines():
    text = "T = '''\n" + "".join(f"line {n} of a long text\n" for n in range(60)) + "'''\n"
    assert at(text, 30) == "|line28ofalongtext"


def test_a_line_of_a_docstring_is_named_alone():
    text = "def f():\n    '''One.\n\n    Two.\n    '''\n"
    assert at(text, 4) == "f|Two."


def test_a_masked_place_has_no_text_of_its_strings():
    text = "def f():\n    connect(key='hunter-two', name=f'x{y}')  # hunter-two\n"
    assert "hunter" in at(text, 2)
    assert "hunter" not in at(text, 2, masked=True)
    assert "key=" in at(text, 2, masked=True)


def test_a_masked_comment_keeps_its_key_alone():
    assert at("# password = hunter2", 1, masked=True) == "|password"


def test_what_no_statement_owns_has_a_name():
    assert at("\n\nx = 1\n", 1) == "|blank"
    assert at("x = 1\n", 99) == ""


@pytest.mark.parametrize("text", ["print 'x'", "x = (", "a" + "+a" * 100_000, "(" * 5000])
def test_what_cannot_be_parsed_is_said(text):
    with pytest.raises(Unparsable):
        contexts(text, {1: False})


def test_an_odd_escape_in_the_judged_code_warns_nobody():
    code = "from gates.core.source_python import contexts; contexts(r\"x = '\\d'\", {1: False})"
    argv = (sys.executable, "-W", "always", "-c", code)
    ended = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    assert ended.stderr == b""


def test_many_lines_of_one_table_are_named_in_one_go():
    text = "x = [\n" + "".join(f"    {n},\n" for n in range(50_000)) + "]\n"
    found = contexts(text, dict.fromkeys(range(2, 50_000), False))
    assert found[40_000] == "|39998"
