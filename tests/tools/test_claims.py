"""What the claims probe is told of a target."""

from typing import Any

import msgspec

from gates.core.claims.rules import Claims
from gates.core.target import Code, Dependencies, Node, OpenApi, Target
from gates.core.tool import Options
from gates.tools import claims

OPTIONS = Options(
    tree="/tree",
    output="/output",
    python="/python",
    files=("src/a.py", "srcs/b.py", "tests/t.py", "web/c.ts", "notes.txt"),
    settings={"root_files": ["*.md"], "tolerance_lines": 3, "moments": "/t.json", "other": 1},
)


def given(target: Target) -> dict[str, Any]:
    (invocation,) = claims.commands(target, OPTIONS)
    (text,) = invocation.inputs.values()
    return msgspec.json.decode(text, type=dict[str, Any])


def test_without_a_log_nothing_is_run():
    assert claims.commands(Target(name="t"), OPTIONS) == ()


def test_tags_are_looked_for_in_the_targets_own_source():
    target = Target(
        name="t",
        claims=Claims(),
        code=Code(paths=("src",), tests=("tests",)),
        node=Node(paths=("web",)),
    )
    asked = given(target)
    assert asked["sources"] == ["src/a.py", "tests/t.py", "web/c.ts"]
    assert asked["variables_in"] == ["src", "web"]


def test_files_that_the_target_names_may_lie_at_the_root():
    target = Target(
        name="t",
        claims=Claims(root_files=("x",)),
        openapi=OpenApi(file="api.yaml"),
        dependencies=Dependencies(files=("locked.txt",)),
    )
    asked = given(target)
    assert {"*.md", "api.yaml", "locked.txt", "README.md"} <= {*asked["root_files"]}
    assert asked["claims"]["root_files"] == ["x"]


def test_bounds_and_times_are_handed_on():
    asked = given(Target(name="t", claims=Claims()))
    assert asked["bounds"] == {"tolerance_lines": 3}
    assert asked["times"] == "/t.json"
