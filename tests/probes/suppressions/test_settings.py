"""Settings that make a tool see less are shown with file, line and key; harmless ones are not."""

from pathlib import Path

import pytest

from gates.core.model import Severity
from gates.probes.suppressions import settings

PROJECT = """\
[project]
name = "shop"

[tool.ruff]
line-length = 100
extend-exclude = ["legacy"]
[tool.ruff.lint]
select = ["E", "F"]
ignore = [
    "E501",
]
[tool.ruff.lint.per-file-ignores]
"tests/*" = ["S101"]
[tool.mypy]
strict = true
warn_unused_ignores = false
[[tool.mypy.overrides]]
module = "one.*"
ignore_errors = true
[[tool.mypy.overrides]]
module = "two.*"
ignore_errors = true
[tool.bandit]
skips = ["B101"]
[tool.pytest.ini_options]
addopts = "--strict-markers -k 'not slow'"
[tool.coverage.report]
exclude_also = ["def __repr__"]
fail_under = 50
"""
CASES = {
    "pyproject.toml": (
        PROJECT,
        [
            (6, "ruff.extend-exclude"),
            (9, "ruff.lint.ignore"),
            (13, "ruff.lint.per-file-ignores.tests/*"),
            (16, "mypy.warn_unused_ignores"),
            (19, "mypy.overrides.ignore_errors"),
            (22, "mypy.overrides.ignore_errors"),
            (24, "bandit.skips"),
            (26, "pytest.ini_options.addopts"),
            (28, "coverage.report.exclude_also"),
            (29, "coverage.report.fail_under"),
        ],
    ),
    "ruff.toml": (
        'lint.ignore = ["E501"]\n[format]\nexclude = ["*"]\n',
        [(1, "ruff.lint.ignore"), (3, "ruff.format.exclude")],
    ),
    ".ruff.toml": ('exclude = ["*"]\n', [(1, "ruff.exclude")]),
    "mypy.ini": (
        "[mypy]\nstrict = True\ndisable_error_code = misc\n\n[mypy-a.*]\nfollow_imports = skip\n",
        [(3, "mypy.disable_error_code"), (6, "mypy.overrides.follow_imports")],
    ),
    ".mypy.ini": ("[mypy]\nexclude = a\n", [(2, "mypy.exclude")]),
    "setup.cfg": (
        "[metadata]\nname = a\n\n[tool:pytest]\naddopts =\n    -q\n    --ignore=tests/slow\n\n"
        "[flake8]\nextend-ignore = E203\n\n[coverage:run]\nomit = a/*\n",
        [(5, "pytest.addopts"), (10, "flake8.extend-ignore"), (13, "coverage.run.omit")],
    ),
    "tox.ini": (
        "[testenv]\nignore = x\n[pytest]\naddopts = --collect-only\n",
        [(4, "pytest.addopts")],
    ),
    "pytest.ini": (
        "[pytest]\naddopts = -m 'not slow'\nnorecursedirs = old .git\n",
        [(2, "pytest.addopts"), (3, "pytest.norecursedirs")],
    ),
    ".coveragerc": (
        "[run]\nomit =\n  a.py\n[report]\nexclude_lines = pass\nfail_under = 89.9\n",
        [
            (2, "coverage.run.omit"),
            (5, "coverage.report.exclude_lines"),
            (6, "coverage.report.fail_under"),
        ],
    ),
    ".bandit": (
        "[bandit]\nskips: B101\nexclude = /src\n",
        [(2, "bandit.skips"), (3, "bandit.exclude")],
    ),
    "bandit.yaml": (
        "# said\nskips: [B101]\nexclude_dirs:\n  - src\ntests:\n",
        [(2, "bandit.skips"), (3, "bandit.exclude_dirs")],
    ),
    "pyrightconfig.json": (
        '{\n  "typeCheckingMode": "off",\n  "reportAny": false\n}\n',
        [(2, "pyright.typeCheckingMode"), (3, "pyright.reportAny")],
    ),
    "tsconfig.json": (
        '{\n  // said\n  "compilerOptions": {\n    "strict": false, /* x */\n'
        '    "skipLibCheck": true,\n    "noImplicitAny": false,\n  },\n'
        '  "exclude": ["src/old"],\n}',
        [
            (4, "tsconfig.compilerOptions.strict"),
            (5, "tsconfig.compilerOptions.skipLibCheck"),
            (6, "tsconfig.compilerOptions.noImplicitAny"),
            (8, "tsconfig.exclude"),
        ],
    ),
    "package.json": (
        '{"name": "a",\n "jest": {"coveragePathIgnorePatterns": ["src/old"]}}\n',
        [(2, "jest.coveragePathIgnorePatterns")],
    ),
    ".prettierignore": ("# said\ndist\n\nsrc/old.ts\n!src/new.ts\n", [(4, "ignored")]),
    ".eslintignore": ("src\n", [(1, "ignored")]),
    "eslint.config.js": (
        'import x from "y";\nexport default [\n  { ignores: ["src/old/**"] },\n'
        '  { rules: {\n    // "no-eval": "off",\n    "no-alert": "off",\n    curly: ["off"],\n'
        '    "a/b": 0,\n    eqeqeq: "error" } },\n];\n',
        [
            (3, "eslint.ignores"),
            (6, "eslint.rules.no-alert"),
            (7, "eslint.rules.curly"),
            (8, "eslint.rules.a/b"),
        ],
    ),
    "eslint.config.mjs": (
        'export default defineConfig(\n  globalIgnores(["src/gen"]),\n);\n',
        [(2, "eslint.ignores")],
    ),
    ".eslintrc.json": (
        '{"rules": {"no-eval": ["off"]},\n "ignorePatterns": "src/old"}\n',
        [(1, "eslint.rules.no-eval"), (2, "eslint.ignores")],
    ),
}
HARMLESS = {
    "pyproject.toml": (
        "[tool.ruff]\nline-length = 80\nexclude = []\nextend-exclude = ['build', '.venv']\n"
        "[tool.mypy]\nstrict = true\nignore_errors = false\nfiles = ['src']\n"
        "[tool.pytest.ini_options]\n"
        "addopts = ['-q', '--strict-markers', '-p', 'no:cacheprovider']\n"
        "[tool.coverage.report]\nfail_under = 90\n[tool.other]\nexclude = ['src']\n"
    ),
    "ruff.toml": "[lint]\nselect = ['E']\nignore = []\n",
    "mypy.ini": "[mypy]\nwarn_return_any = True\nfollow_imports = normal\n",
    "setup.cfg": "[tool:pytest]\naddopts = --markers -q\n[metadata]\nexclude = src\n",
    ".coveragerc": "[run]\nbranch = True\n[report]\nfail_under = 95\n",
    "bandit.yaml": "skips: []\nexclude_dirs:\n",
    "tsconfig.json": (
        '{"compilerOptions": {"strict": true, "noEmit": false, "skipLibCheck": false},'
        ' "exclude": ["node_modules", "dist"]}'
    ),
    "package.json": '{"scripts": {"lint": "eslint ."}, "version": "1.0.0"}',
    ".prettierignore": "# said\ndist/\ncoverage\nnode_modules\npackage-lock.json\n",
    "eslint.config.js": (
        'export default [{ ignores: ["dist/**", "**/node_modules/**"] },'
        ' { rules: { curly: "error" }, size: 0, mode: isOff ? 0 : 1 }];\n'
    ),
    "other.toml": "[tool.ruff]\nexclude = ['*']\n",
    "index.js": "export default { ignores: ['src'] };\n",
}


def look(tmp_path: Path, name: str, text: str) -> settings.Shown:
    (tmp_path / name).write_text(text)
    return settings.look(tmp_path, (name,), ("src/old.ts", "src/new.ts", "api/it.test.ts"))


@pytest.mark.parametrize("name", CASES)
def test_what_weakens_is_shown_with_its_line_and_key(tmp_path, name):
    text, expected = CASES[name]
    shown = look(tmp_path, name, text)
    said = [(f.line, f.message.partition(": ")[2].partition(" = ")[0]) for f in shown.findings]
    assert said == expected
    assert {(f.path, f.rule, f.severity, f.metric) for f in shown.findings} == {
        (name, "weakening-configuration", Severity.INFO, "suppressions.configuration")
    }
    assert shown.lost == ()


@pytest.mark.parametrize("name", HARMLESS)
def test_what_weakens_nothing_is_not_shown(tmp_path, name):
    shown = look(tmp_path, name, HARMLESS[name])
    assert (shown.findings, shown.lost) == ((), ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.ruff\n"),
        ("mypy.ini", "strict = True\n"),
        ("tsconfig.json", '{"compilerOptions": '),
        ("package.json", "[" * 5000),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, text):
    shown = look(tmp_path, name, text)
    assert shown.findings == ()
    assert shown.lost[0].startswith(f"{name}: its settings cannot be read and are not shown: ")


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("src", 1),
        ("/src/", 1),
        ("**/old.ts", 1),
        ("*.test.ts", 1),
        ("old.ts", 1),
        ("api", 1),
        ("openapi.json", 0),
        ("data/", 0),
        ("*.md", 0),
        ("sr", 0),
    ],
)
def test_a_pattern_is_shown_if_it_leaves_out_source(tmp_path, pattern, shown):
    assert len(look(tmp_path, ".prettierignore", f"{pattern}\n").findings) == shown


@pytest.mark.parametrize(
    ("bound", "shown"), [("89", 1), ("89.99", 1), ("90", 0), ("100", 0), ("'x'", 1)]
)
def test_a_bound_of_coverage_is_shown_if_it_is_below_ours(tmp_path, bound, shown):
    text = f"[tool.coverage.report]\nfail_under = {bound}\n"
    assert len(look(tmp_path, "pyproject.toml", text).findings) == shown


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ("-k fast", 1),
        ("-kfast", 1),
        ("-m 'not slow'", 1),
        ("-x", 1),
        ("--maxfail=1", 1),
        ("--deselect tests/a.py", 1),
        ("--ignore-glob=x", 1),
        ("--setup-only", 1),
        ("--lf", 1),
        ("-q", 0),
        ("-ra --strict-config", 0),
        ("--markers", 0),
        ("--import-mode=importlib", 0),
        ("-p no:cacheprovider", 0),
    ],
)
def test_options_of_pytest_that_hide_tests(tmp_path, options, shown):
    text = f"[pytest]\naddopts = {options}\n"
    assert len(look(tmp_path, "pytest.ini", text).findings) == shown
