"""What the documentation probe is told about a target."""

import msgspec
import pytest

from gates.core.target import Code, Target
from gates.core.tool import Options
from gates.tools import documentation


@pytest.mark.parametrize(
    ("code", "has"),
    [(None, False), (Code(packages=("kinto",)), False), (Code(paths=("src",)), True)],
)
def test_only_source_is_searched_for_variables(code, has):
    """An installed service has an environment but no source: nothing read is not nothing found."""
    options = Options(tree="t", output="o", presets="p", python="python", bin="b")
    (invocation,) = documentation.commands(Target(name="t", code=code), options)
    (given,) = (msgspec.json.decode(text) for text in invocation.inputs.values())
    assert given["has_code"] is has
