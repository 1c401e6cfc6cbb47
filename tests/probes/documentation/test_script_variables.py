"""Reads of the environment in JavaScript and TypeScript, in all their forms, none is run."""

from pathlib import Path

import pytest

from gates.probes.documentation import script_variables


def names(source: str) -> list[str]:
    return [read.name for read in script_variables.reads(source, "m.ts").reads]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("const port = process.env.PORT ?? 80", ["PORT"]),
        ("process?.env?.PORT; process.env.HOST!.trim()", ["HOST", "PORT"]),
        ("process.env['A']; process.env[\"B\"]; process.env[`C`]", ["A", "B", "C"]),
        ("const KEY = 'A'; process.env[KEY]", ["A"]),
        ("const { A, B: b, C = 'x', ...rest } = process.env", ["A", "B", "C"]),
        ("const { A }: NodeJS.ProcessEnv = process.env", ["A"]),
        ("const f = () => { A, B }\nconst env = process.env\nenv.C", ["C"]),
        ("const env = process.env; env.A; other.env.B; env['C']", ["A", "C"]),
        ("function f(env: Env = process.env) { return env.A + env['B'] }", ["A", "B"]),
        ("const f = (a, env = process.env) => env.A", ["A"]),
        ("const env: NodeJS.ProcessEnv = process.env; env.A", ["A"]),
        ("if ('A' in process.env) {}", ["A"]),
        ("import.meta.env.VITE_A; import.meta.env.MODE", ["VITE_A"]),
        ("Bun.env.A; Deno.env.get('B')", ["A", "B"]),
        ("cleanEnv(process.env, { A: str(), B: port({ C: 1 }) })", ["A", "B"]),
        ("const s = z.object({ A: z.string(), B: z.number() }); s.parse(process.env)", ["A", "B"]),
        ("const s = z.object({ A: z.string() }); s.parse(body)", []),
        ("const c = convict({ port: { env: 'PORT' } }); // convict", ["PORT"]),
        ("import '@nestjs/config'; this.config.get<string>('A_B')", ["A_B"]),
        ("import * as env from 'env-var'; env.get('A').required()", ["A"]),
        ("cache.get('A'); map.get('B')", []),
        ("process.env.A === 'x' ? 1 : 2", ["A"]),
        ("process.env.A = '1'; delete process.env.B; process.env.C ||= 'x'", ["C"]),
        ("// process.env.A\n/* process.env.B */ 'process.env.C'; /process.env.D/", []),
        ("`${process.env.A}/path`", ["A"]),
        ("process.env.PATH; process.env.npm_package_version", []),
    ],
)
def test_reads_are_found_in_all_their_forms(source: str, found: list[str]) -> None:
    assert names(source) == found


def test_computed_names_are_counted_and_lines_are_those_of_the_read() -> None:
    found = script_variables.reads("\n\nprocess.env[name];\n`a\nb`;\nprocess.env.A", "m.ts")
    assert found.computed == 1
    assert [(read.name, read.line) for read in found.reads] == [("A", 6)]


@pytest.mark.parametrize(
    ("name", "is_source"),
    [
        ("src/a.ts", True),
        ("src/a.mjs", True),
        ("src/a.d.ts", False),
        ("src/a.json", False),
        ("src/node_modules/b/a.js", False),
        ("src/dist/a.js", False),
        ("other/a.ts", False),
    ],
)
def test_only_own_source_is_read(tmp_path: Path, name: str, is_source: bool) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("process.env.A")
    assert script_variables.sources(tmp_path, ("src",)) == ((tmp_path / name,) if is_source else ())


def test_a_file_may_be_named_itself(tmp_path: Path) -> None:
    (tmp_path / "server.js").write_text("process.env.A")
    assert script_variables.sources(tmp_path, ("server.js",)) == (tmp_path / "server.js",)
