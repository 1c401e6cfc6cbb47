"""Names: files, tables and environment variables at both sides of the convention."""

import pytest

from gates.core.model import Severity
from gates.core.target import Code, Node, Target
from gates.core.tool import Options
from gates.probes import _tables
from gates.tools import names


def found(report):
    return [(one.rule, one.path, one.line) for one in report.findings]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("books", ""),
        ("order_lines", ""),
        ("book_authors_2", ""),
        ("books2", ""),
        ("addresses", ""),
        ("children", ""),
        ("user_data", ""),
        ("books_new", ""),
        ("_books_old", ""),
        ("book", "not a plural"),
        ("order_line", "not a plural"),
        ("address", "not a plural"),
        ("order_status", "not a plural"),
        ("analysis", "not a plural"),
        ("Books", "not snake_case"),
        ("orderLines", "not snake_case"),
        ("order__lines", "not snake_case"),
    ],
)
def test_a_table_is_plural_snake_case(name, fault):
    assert _tables.fault(name) == fault


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("CREATE TABLE books (id INTEGER)", [("books", 1)]),
        ("create table if not exists books (id INTEGER)", [("books", 1)]),
        ('CREATE TABLE "shop"."book" (id INTEGER)', [("book", 1)]),
        ("CREATE TABLE shop.book(id INTEGER)", [("book", 1)]),
        ("CREATE TABLE `Book` (id INT);\nCREATE TABLE a AS SELECT 1", [("Book", 1), ("a", 2)]),
        ("-- CREATE TABLE book (id)\nSELECT 1", []),
        ("/* CREATE TABLE book (id) */", []),
        ("CREATE INDEX book ON books (id)", []),
        ("CREATE TEMP TABLE book (id INTEGER)", []),
    ],
)
def test_tables_of_a_file_of_sql(sql, tables):
    assert list(_tables.of_sql(sql)) == tables


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("src/shop/order_lines.py", False),
        ("src/shop/__init__.py", False),
        ("src/shop/_private.py", False),
        ("src/shop/0001_initial.py", False),
        ("src/shop/OrderLines.py", True),
        ("src/shop/order-lines.py", True),
    ],
)
def test_a_python_file_is_snake_case(report_of, name, flagged):
    report = report_of(names, {name: "X = 1\n"})
    assert found(report) == ([("file-name", name, 0)] if flagged else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('S = "CREATE TABLE customer (id INTEGER)"\n', ("table-name", "src/a.py", 1)),
        ('S = """\nCREATE TABLE customer (id INTEGER)\n"""\n', ("table-name", "src/a.py", 2)),
        ('class A(B):\n    __tablename__ = "customer"\n', ("table-name", "src/a.py", 2)),
        ('import os\n\nos.environ["shop_key"]\n', ("environment-name", "src/a.py", 3)),
        ('import os\n\nos.getenv("shopKey")\n', ("environment-name", "src/a.py", 3)),
        ('import os\n\nos.getenv("SHOP_KEY")\n', None),
        ('import os\n\nos.getenv("http_proxy")\n', None),
        ('def f(environ):\n    return environ["wsgi.errors"]\n', None),
        ('S = "CREATE TABLE customers (id INTEGER)"\n', None),
        ('"""Say CREATE TABLE customer (id) once."""\n', None),
    ],
)
def test_names_in_python(report_of, text, expected):
    report = report_of(names, {"src/a.py": text})
    assert found(report) == ([expected] if expected else [])
    assert report.measurements["review.names"].value == len(report.findings)
    assert {one.severity for one in report.findings} <= {Severity.INFO}
    assert {one.metric for one in report.findings} <= {"review.names"}


def test_names_in_node_sources_and_in_sql_of_the_tree(report_of):
    class Both:
        """The adapter, for a target of both languages."""

        @staticmethod
        def commands(target, options):
            both = Target(name="made", code=target.code, node=Node(paths=("web",)))
            return names.commands(both, options)

        parse = staticmethod(names.parse)

    files = {
        "src/a.py": "X = 1\n",
        "web/db.ts": "const a = process.env.shopKey;\nconst q = `CREATE TABLE book (id INT)`;\n",
        "web/ok.ts": 'const a = process.env["SHOP_KEY"];\n',
        "web/node_modules/x/a.ts": "process.env.lower;\n",
        "migrations/1.sql": "SELECT 1;\nCREATE TABLE cart (id INT);\n",
    }
    report = report_of(Both, files)
    assert found(report) == [
        ("environment-name", "web/db.ts", 1),
        ("table-name", "web/db.ts", 2),
        ("table-name", "migrations/1.sql", 2),
    ]
    assert report.examined == 4


def test_a_target_without_source_has_nothing_to_name():
    options = Options(tree="/tree", output="/output", python="/env/bin/python")
    assert names.commands(Target(name="bare", code=Code()), options) == ()


def test_a_file_that_is_no_python_was_not_looked_at_p7(report_of):
    report = report_of(names, {"src/bad.py": "def (: os.environ\n", "src/good.py": "X = 1\n"})
    assert report.examined == 1
    assert report.incomplete[0].startswith("src/bad.py: invalid syntax")


def test_the_control_is_detected(report_of):
    report = report_of(names, names.control().files)
    assert [one.rule for one in report.findings] == [names.control().rule]
