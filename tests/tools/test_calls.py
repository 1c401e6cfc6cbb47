"""Calls that a reviewer minds: what is certain is found, what only looks like it is not."""

import ast

import pytest

from gates.core.target import Code
from gates.probes import _route_sql, _timeouts
from gates.tools import calls

SQL, TIMEOUT = "review.sql_in_routes", "review.no_timeout"


@pytest.mark.parametrize(
    ("name", "text", "is_route"),
    [
        ("src/shop/routes/books.py", "", True),
        ("src/shop/routes.py", "", True),
        ("src/shop/api/v1/books.py", "", True),
        ("src/shop/views/__init__.py", "", True),
        ("src/api/store/books.py", "", False),
        ("src/api/models.py", "", False),
        ("src/shop/services.py", "", False),
        ("src/shop/roots/books.py", "", False),
        ("src/shop/main.py", '@router.get("/books")\ndef f(): ...\n', True),
        ("src/shop/main.py", '@app.post("")\nasync def f(): ...\n', True),
        ("src/shop/main.py", '@blueprint.route("/books", methods=["PUT"])\ndef f(): ...\n', True),
        ("src/shop/store.py", '@app.get("/books")\ndef f(): ...\n', True),
        ("src/shop/main.py", '@mock.patch("shop.clock")\ndef f(): ...\n', False),
        ("src/shop/main.py", "@cache.get\ndef f(): ...\n", False),
        ("src/shop/main.py", '@click.option("/x")\ndef f(): ...\n', False),
    ],
)
def test_what_a_route_module_is(name, text, is_route):
    assert _route_sql.is_route_module(name, ast.parse(text)) is is_route


@pytest.mark.parametrize(
    "line",
    [
        'cursor.execute("SELECT id FROM books")',
        "self._cursor.executemany(sql, rows)",
        "connection.executescript(sql)",
        "request.app.state.db.execute(query)",
        "get_db().execute(query)",
        "session.query(Book)",
        "session.add(book)",
        "db.session.commit()",
        "await session.scalars(query)",
        "Book.objects.filter(id=1)",
        'anything.execute("DELETE FROM books WHERE id = 1")',
        'query = "SELECT id, title\\n  FROM books"',
        'query = f"SELECT id FROM books WHERE id = {key}"',
        'run(text("UPDATE books SET title = :t"))',
        'QUERY = "INSERT INTO books (id) VALUES (1)"',
    ],
)
def test_a_database_call_in_a_route_is_one_finding(report_of, line):
    text = f"async def f(cursor, session, db, key):\n    {line}\n"
    report = report_of(calls, {"src/routes/a.py": text, "src/store/a.py": text})
    assert [(f.rule, f.path, f.line, f.metric) for f in report.findings] == [
        ("sql-in-routes", "src/routes/a.py", 2, SQL)
    ]
    assert report.measurements[SQL].value == 1
    assert report.examined == 2


@pytest.mark.parametrize(
    "line",
    [
        "books.all(connection)",
        "executor.execute(job)",
        "workflow.add(step)",
        "session.get(url)",
        "http_session.delete(url)",
        'summary = "Delete from the cart"',
        'summary = "Select a book from the list"',
        'summary = "UPDATE: the list is SETTLED"',
        '"""SELECT id FROM books"""',
        'raise ValueError("INSERT COIN")',
        "seen.add(key)",
    ],
)
def test_what_only_looks_like_a_database_call_is_not_flagged(report_of, line):
    text = f"def f(connection, session):\n    {line}\n"
    assert report_of(calls, {"src/routes/a.py": text}).measurements[SQL].value == 0


HEAD = """\
import ftplib
import http.client
import smtplib
import socket
import urllib.request
from urllib.request import urlopen

import requests
import urllib3

"""


@pytest.mark.parametrize(
    "line",
    [
        "urllib.request.urlopen(url)",
        "urlopen(url)",
        "urlopen(url, None)",
        "urlopen(url, timeout=None)",
        "socket.create_connection(('a', 1))",
        "socket.create_connection(('a', 1), None)",
        "smtplib.SMTP('a')",
        "smtplib.SMTP('a', 25, 'me')",
        "smtplib.SMTP_SSL('a', 465)",
        "ftplib.FTP('a')",
        "http.client.HTTPConnection('a')",
        "http.client.HTTPSConnection('a', 443)",
        "urllib3.request('GET', url)",
        "requests.Session().get(url)",
        "http_ = requests.Session(); http_.post(url)",
        "self.http = requests.session(); self.http.request('GET', url)",
    ],
)
def test_a_call_that_waits_for_ever_is_found(report_of, line):
    text = f"{HEAD}\ndef f(self, url):\n    {line}\n"
    report = report_of(calls, {"src/a.py": text})
    assert [(f.rule, f.line, f.metric) for f in report.findings] == [("no-timeout", 13, TIMEOUT)]
    assert report.measurements[TIMEOUT].value == 1


@pytest.mark.parametrize(
    "line",
    [
        "urlopen(url, timeout=3)",
        "urlopen(url, None, 3)",
        "urlopen(url, **more)",
        "urlopen(*given)",
        "socket.create_connection(('a', 1), 3)",
        "smtplib.SMTP('a', 25, 'me', 3)",
        "ftplib.FTP('a', 'b', 'c', 'd', 3)",
        "http.client.HTTPConnection('a', 80, 3)",
        "http.client.HTTPSConnection('a', timeout=3)",
        "requests.Session().get(url, timeout=3)",
        "http_ = requests.Session(); http_.post(url, timeout=limit)",
        "http_ = requests.Session(); http_ = other(); http_.post(url)",
        "cache.get(url)",
        "line = http.client.HTTPConnection('a'); line.sock = made",
        "self.urlopen(url)",
    ],
)
def test_a_call_with_a_timeout_or_in_doubt_is_not(report_of, line):
    text = f"{HEAD}\ndef f(self, url, more, given, limit, made):\n    {line}\n"
    assert report_of(calls, {"src/a.py": text}).findings == ()


def test_a_default_for_every_socket_is_a_timeout(report_of):
    text = f"{HEAD}\nurlopen('http://a')\nurllib3.request('GET', 'http://a')\n"
    files = {"src/a.py": text, "src/b.py": "import socket\n\nsocket.setdefaulttimeout(3)\n"}
    assert [f.line for f in report_of(calls, files).findings] == [13]


def test_no_default_is_none():
    assert not _timeouts.sets_default(ast.parse("import socket\nsocket.setdefaulttimeout(None)"))


def test_a_file_that_is_no_python_was_not_looked_at_p7(report_of):
    report = report_of(calls, {"src/bad.py": "def (: requests\n", "src/good.py": "X = 1\n"})
    assert report.examined == 1
    (lost,) = report.incomplete
    assert lost.startswith("src/bad.py: invalid syntax")


def test_tests_are_not_judged(report_of):
    text = calls.control().files["src/planted.py"]
    code = Code(paths=("src",), tests=("tests",))
    report = report_of(calls, {"src/a.py": "X = 1\n", "tests/routes/test_a.py": text}, code)
    assert (report.findings, report.examined) == ((), 1)


def test_the_control_is_detected(report_of):
    report = report_of(calls, calls.control().files)
    assert calls.control().rule in {found.rule for found in report.findings}
