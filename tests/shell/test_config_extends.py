"""A policy that extends another: its own keys win, all others are the bundled ones."""

from pathlib import Path

import pytest

from gates.core.model import Weight
from gates.core.policy import Unmet
from gates.shell.config import ConfigError, read_policy


def test_the_bundled_policies_differ_only_where_they_say_so() -> None:
    standard, strict = (read_policy(name).policy for name in ("standard", "strict"))
    assert strict.gates.keys() == standard.gates.keys()
    assert strict.gates["load"] != standard.gates["load"]
    assert strict.gates["contract"] == standard.gates["contract"]
    age = strict.gates["dependencies"].criteria["dependencies.data-age"]
    assert (age.weight, age.unmet, age.passes) == (Weight.BLOCK, Unmet.NO_DATA, (("<= 14",),))


def test_the_digest_covers_both_files() -> None:
    assert read_policy("strict").digest != read_policy("standard").digest


def test_a_policy_of_ones_own_changes_one_bound(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "standard"\nname = "mine"\n'
        '[gates.load.criteria."load.p95"]\npass = [["< 250"]]\n'
    )
    policy = read_policy(str(file)).policy
    assert policy.name == "mine"
    assert policy.gates["load"].criteria["load.p95"].passes == (("< 250",),)
    assert policy.gates["load"].criteria["load.p99"].passes == (("< 200",),)


@pytest.mark.parametrize("base", ["starter", "strict"])
def test_a_policy_may_extend_one_that_extends_another(tmp_path: Path, base: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "{base}"\nname = "mine"\n[gates.lint]\nnew_findings_only = false\n')
    mine, bundled = read_policy(str(file)).policy, read_policy(base).policy
    assert mine.gates.keys() == bundled.gates.keys()
    assert mine.gates["contract"] == bundled.gates["contract"]
    assert not mine.gates["lint"].new_findings_only
    assert (mine.gates["lint"].title, mine.pass_score) == ("Lint", bundled.pass_score)


def test_an_unknown_base_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nextends = "standart"\n')
    with pytest.raises(ConfigError) as refused:
        read_policy(str(file))
    assert f"{file}:2:1" in str(refused.value)
    assert "standard" in str(refused.value)


def test_a_misspelt_key_is_still_found_in_ones_own_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "standard"\nname = "mine"\n[gates.load.criteria."load.p95"]\npas = [["< 250"]]\n'
    )
    with pytest.raises(ConfigError) as refused:
        read_policy(str(file))
    assert f"{file}:4:1" in str(refused.value)
