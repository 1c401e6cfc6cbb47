"""Insecure JavaScript and TypeScript: each planted defect is found, its safe twin is not."""

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Node
from gates.core.tool import ParseError
from gates.tools import eslint_security

CRITICAL, HIGH, MEDIUM = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
SQL = "gatescore/sql-from-strings"
# name: what is found, as rule and severity; the source of the function's body
FOUND = {
    "template": (SQL, CRITICAL, "return db.query(`SELECT * FROM books WHERE id = ${x}`);"),
    "plus": (SQL, CRITICAL, "return db.execute('DELETE FROM books WHERE id = ' + x);"),
    "prepare": (SQL, CRITICAL, "return db.prepare(`UPDATE books SET a = '${x}'`).run();"),
    "grown": (
        SQL,
        CRITICAL,
        "let s = 'SELECT a FROM b'; s += ` WHERE c = ${x}`; return db.all(s);",
    ),
    "kept": (SQL, CRITICAL, "const s = `INSERT INTO b VALUES (${x})`; return db.exec(s);"),
    "object": (SQL, CRITICAL, "return db.query({ text: `SELECT * FROM b WHERE c = ${x}` });"),
    "libsql": (SQL, CRITICAL, "return db.execute({ sql: 'SELECT a FROM b ORDER BY ' + x });"),
    "unsafe": (SQL, CRITICAL, "return db.$queryRawUnsafe(`SELECT ${x} FROM b`);"),
    "concat": (SQL, CRITICAL, "return db.get('SELECT * FROM b WHERE c = '.concat(x));"),
    "joined": (SQL, CRITICAL, "return db.run(['DELETE FROM b WHERE c =', x].join(' '));"),
    "shell": ("gatescore/command-from-input", HIGH, "return exec('ls ' + x);"),
    "shell-option": (
        "gatescore/command-from-input",
        HIGH,
        "return spawn('ls', [x], { shell: true });",
    ),
    "eval": ("gatescore/evaluated-text", HIGH, "return eval(x);"),
    "timer": ("gatescore/evaluated-text", HIGH, "return setTimeout('a()', x);"),
    "function": ("gatescore/evaluated-text", HIGH, "return new Function('a', x);"),
    "tls": ("gatescore/unverified-tls", HIGH, "return { rejectUnauthorized: false, x };"),
    "tls-env": (
        "gatescore/unverified-tls",
        HIGH,
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; return x;",
    ),
    "regex": ("security/detect-unsafe-regex", MEDIUM, "return /(a+)+$/.test(x);"),
    "regexp": ("security/detect-non-literal-regexp", MEDIUM, "return new RegExp(x);"),
    "file": (
        "gatescore/file-from-request",
        HIGH,
        "const request = x; return fs.readFileSync(`files/${request.params.name}`);",
    ),
    "file-kept": (
        "gatescore/file-from-request",
        HIGH,
        "const req = x; const name = join('files', req.query.name); return fs.readFileSync(name);",
    ),
}
SAFE = {
    "parameters": "return db.query('SELECT * FROM books WHERE id = ?', [x]);",
    "constant": "return db.query(`SELECT * FROM ${TABLE} WHERE id = ?`, [x]);",
    "constant-plus": "return db.query('SELECT * FROM ' + TABLE + ' WHERE id = ?', [x]);",
    "allowed-words": "return db.query(`SELECT a FROM b ORDER BY ${ORDER[x] ?? 'id'}`);",
    "holes": (
        "const h = x.map(() => '?').join(', '); "
        "return db.all(`SELECT a FROM b WHERE c IN (${h})`, x);"
    ),
    "repeated": "return db.all(`SELECT a FROM b WHERE c IN (${'?, '.repeat(x.length)} ?)`, x);",
    "either": "return db.all(`SELECT a FROM b ${x ? 'WHERE c = 1' : ''}`);",
    "grown-constant": "let s = 'SELECT a FROM b'; if (x) s += ' WHERE c = ?'; return db.all(s, x);",
    "tagged": "return sql`SELECT * FROM books WHERE id = ${x}`;",
    "no-sql": "return cache.get(`select-${x}`);",
    "key": "return cache.get(`update:${x}`);",
    "shell-constant": "return exec('ls -la', x);",
    "arguments": "return execFile('ls', [x]);",
    "another-exec": "return /a/.exec(x + 'b');",
    "timer": "return setTimeout(() => x(), 250);",
    "pause": "return setTimeout(250, x);",
    "tls-on": "return { rejectUnauthorized: true, x };",
    "regex": "return /^[a-z]+$/.test(x);",
    "file": "return fs.readFileSync(x);",
    "file-cut": "const req = x; return fs.readFileSync(`files/${basename(req.query.name)}`);",
}
HEAD = (
    "import fs from 'node:fs';\nimport { exec, execFile, spawn } from 'node:child_process';\n"
    "import { basename, join } from 'node:path';\n"
    "const TABLE = 'books';\nconst ORDER = { title: 'title', price: 'price DESC' };\n"
    "export const used = [exec, execFile, spawn, fs, basename, join, TABLE, ORDER];\n"
)


def source(body, suffix):
    x, db = (
        ("x: any", "db: any, sql: any, cache: any") if suffix == "ts" else ("x", "db, sql, cache")
    )
    return f"{HEAD}export function f({x}, {db}) {{\n  {body}\n}}\n"


@pytest.mark.parametrize("suffix", ["js", "ts"])
def test_planted_defects_are_found_where_they_are(report_of, suffix):
    files = {f"src/{name}.{suffix}": source(body, suffix) for name, (_, _, body) in FOUND.items()}
    report = report_of(eslint_security, files)
    counted = [f for f in report.findings if f.metric]
    assert {(f.path, f.rule, f.severity, f.line) for f in counted} == {
        (f"src/{name}.{suffix}", rule, severity, 8) for name, (rule, severity, _) in FOUND.items()
    }
    assert report.measurements["security.high"].value == sum(
        severity is not MEDIUM for _, severity, _ in FOUND.values()
    )
    assert report.measurements["security.medium"].value == 2
    assert report.examined == len(FOUND)


@pytest.mark.parametrize("suffix", ["js", "ts"])
def test_their_safe_twins_are_not_found(report_of, suffix):
    files = {f"src/{name}.{suffix}": source(body, suffix) for name, body in SAFE.items()}
    report = report_of(eslint_security, files)
    assert [(f.path, f.rule) for f in report.findings if f.metric] == []
    assert report.examined == len(SAFE)


def test_indexing_is_shown_and_never_counted(report_of):
    report = report_of(eslint_security, {"src/a.js": "export const f = (a, i) => a[i];\n"})
    assert [(f.rule, f.severity, f.metric) for f in report.findings] == [
        ("security/detect-object-injection", Severity.LOW, "")
    ]
    assert {m.value for m in report.measurements.values()} == {0}


def test_the_targets_own_settings_and_its_tests_do_not_count_p17(report_of):
    planted = source(FOUND["eval"][2], "js")
    files = {
        "eslint.config.js": 'export default [{ ignores: ["**/*"] }];\n',
        "src/a.js": planted,
        "tests/a.test.js": planted,
    }
    report = report_of(eslint_security, files, Node(paths=("src",), tests=("tests",)))
    assert [f.path for f in report.findings] == ["src/a.js"]


def test_rules_that_a_comment_of_the_source_turns_on_are_not_ours(report_of):
    text = "/* eslint no-undef: error */\nmissing();\n"
    assert report_of(eslint_security, {"src/a.js": text}).findings == ()


def test_without_the_plugin_nothing_is_judged(report_of, tmp_path):
    bare = tmp_path / "bare" / "node_modules"
    (bare / "eslint").mkdir(parents=True)
    (bare / "eslint" / "package.json").write_text('{"version": "10.0.0"}')
    with pytest.raises(ParseError, match="eslint-plugin-security not installed in the target") as e:
        report_of(eslint_security, {"src/a.js": "x"}, node_modules=str(bare))
    assert e.value.reason is Reason.TOOL_MISSING
