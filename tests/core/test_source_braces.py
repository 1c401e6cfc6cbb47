"""The name of a place in TypeScript: prettier changes none."""

import pytest

from gates.core.source_braces import contexts


def at(text, line, *, masked=False):
    return contexts(text, {line: masked})[line]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("const a = f('x', 1);", 1), ('const a = f(\n  "x",\n  1,\n)', 3)),
        (("const a = { b: 1, c: 2 };", 1), ("const a = {\n  b: 1,\n  c: 2,\n}", 3)),
        (("return a && b;", 1), ("return (\n  a &&\n  b\n);", 3)),
        (("const v = p.then(x => x.y);", 1), ("const v = p\n  .then((x) => x.y)\n", 2)),
        (("a()\nb()", 2), ("a();\nb();", 2)),
        (("if (a(b)) throw c", 1), ("if (a(b))\n  throw c;", 2)),
        (("if (a) b()\nc()", 1), ("if (a) b();\nc();", 1)),
        (("type A = B<C>\nd()", 2), ("type A = B<C>;\nd();", 2)),
        (("import { a, b } from './c'", 1), ('import {\n  a,\n  b,\n} from "./c";', 2)),
        (("type A = 'x' | 'y'", 1), ('type A =\n  | "x"\n  | "y";', 3)),
        (("class A extends B {\n  c = 1\n}", 1), ("class A\n  extends B\n{\n  c = 1;\n}", 2)),
        (("x = /['\"]/.test(y); // why", 1), ("x = /['\"]/.test(\n  y,\n)", 2)),
        (("app.get('/', async req => {\n  go()\n})", 2), ("app.get('/', (q) => {\n\n  go();})", 3)),
    ],
)
def test_a_formatter_changes_no_name(one, other):
    assert at(*one) == at(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a(1)", 1), ("a(2)", 1)),
        (("a()\nb()", 1), ("a()\nb()", 2)),
        (("a()\na()", 1), ("a()\na()", 2)),
        (("function f() {\n  a()\n}", 2), ("function g() {\n  a()\n}", 2)),
        (("// a", 1), ("// b", 1)),
    ],
)
def test_another_place_has_another_name(one, other):
    assert at(*one) != at(*other)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("function f(a) {", "f"),
        ("export async function f(a: string): Promise<void> {", "f"),
        ("const f = async (a) => {", "f"),
        ("const f: Handler = (a) => {", "f"),
        ("class A {", "A"),
        ("  async f(a) {", "f"),
        ("if (a) {", ""),
        ("for (const a of b) {", ""),
    ],
)
def test_the_scope_is_the_function_or_class_around(header, name):
    assert at(f"{header}\n  go()\n}}", 2) == f"{name}|go"


def test_a_masked_place_has_no_text_of_its_strings():
    text = 'const password = "hunter-two"; // hunter-two'  # pragma: allowlist secret
    assert "hunter" not in at(text, 1, masked=True)
    assert "constpassword=" in at(text, 1, masked=True)


@pytest.mark.parametrize("text", ["}}}", "((({", "'", "`", "/*", "/", "/[", "a\\", "", "`\\"])
def test_what_is_no_program_has_names_all_the_same(text):
    assert 1 in contexts(text, {1: False, 9: False})


# What would take minutes, did a look at a letter depend on how many went before.
@pytest.mark.parametrize("text", ["/*", "`\\", "'\\", '"\\', "=/a", "=/[", "({["])
def test_a_hostile_text_is_read_in_one_go(text):
    assert 1 in contexts(text * 20_000, {1: False})
