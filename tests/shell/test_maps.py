"""The maps: ours fit the policy, and what they name and nobody knows is refused."""

from pathlib import Path

import pytest

from gates import catalog
from gates.shell import bundled, config
from gates.shell.maps import read_maps
from gates.shell.problems import ConfigError

POLICY = config.read_policy("standard", tools=catalog.names())
ENTRY = '[[category]]\nlist = "L"\nid = "L1"\ntitle = "T"\n[category.criteria]\n'


def refused(folder: Path, text: str) -> str:
    (folder / "owasp.toml").write_text(text)
    (folder / "checklists.toml").write_text("checklist = []\n")
    with pytest.raises(ConfigError) as caught:
        read_maps(POLICY.policy, whole=True, folder=folder)
    return str(caught.value)


def test_both_lists_are_there_whole_and_in_order():
    ids = [one.id for one in POLICY.maps.categories]
    assert ids[:10] == [f"A{number:02}:2025" for number in range(1, 11)]
    assert ids[10:] == [f"API{number}:2023" for number in range(1, 11)]
    assert all(one.criteria for one in POLICY.maps.categories)


def test_a_criterion_that_nobody_knows_is_refused_with_its_place(tmp_path: Path):
    text = refused(tmp_path, ENTRY + '"auth.refusd" = "no credentials"\n')
    assert "owasp.toml:" in text
    assert "unknown criterion: 'auth.refusd'" in text
    assert "did you mean auth.refused?" in text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (ENTRY + '"auth.refused" = " "\n', "says nothing"),
        (ENTRY + '"auth.refused" = 1\n', "str"),
        ("category = [{}]\n", "missing required field"),
        ('[[kategory]]\nid = "x"\n', "kategory"),
        ("category = [", "owasp.toml:1"),
        ("", "is empty"),
    ],
)
def test_a_map_that_cannot_be_read_is_refused(tmp_path: Path, text: str, word: str):
    assert word in refused(tmp_path, text)


def test_a_policy_that_stands_alone_may_know_fewer_criteria(tmp_path: Path):
    (tmp_path / "owasp.toml").write_text(ENTRY + '"mine.own" = "the whole"\n')
    (tmp_path / "checklists.toml").write_text("checklist = []\n")
    maps = read_maps(POLICY.policy, whole=False, folder=tmp_path)
    assert maps.categories[0].criteria == {"mine.own": "the whole"}


def test_a_policy_without_derived_gates_reads_none(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\n[gates.lint]\nlevel = 1\ntitle = "L"\ntools = ["ruff"]\n'
        '[gates.lint.criteria."l"]\ntitle = "E"\nmetric = "lint.errors"\npass = [["== 0"]]\n'
    )
    loaded = config.read_policy(str(tmp_path / "mine.toml"), tools=catalog.names())
    assert loaded.maps.categories == ()
    assert (bundled.config_folder() / "map" / "owasp.toml").is_file()


def test_the_three_checklists_are_there_and_every_item_can_be_proved():
    lists = {one.id: one for one in POLICY.maps.checklists}
    assert list(lists) == ["definition-of-done", "completion", "quality"]
    assert all(item.criteria for one in lists.values() for item in one.item)
    groups = dict.fromkeys(item.group for item in lists["definition-of-done"].item)
    assert list(groups) == [
        *("Implementation", "Testing", "Security", "Performance", "Documentation"),
        *("Deployment", "Hand-over"),
    ]


def test_every_regime_and_every_operation_counts_where_the_list_says_every():
    proofs = {item.title: set(item.criteria) for one in POLICY.maps.checklists for item in one.item}
    signed = next(titled for titled in proofs if "have signed" in titled)
    assert {"sign-off.roles", "sign-off.refused", "sign-off.regimes"} <= proofs[signed]
    every = [titled for titled in proofs if titled.startswith("Every ") and "handle" in titled]
    assert all("contract.exercised" in proofs[titled] for titled in every)
    assert "contract.exercised" in proofs["Every input is validated"]


def test_an_item_that_nobody_can_prove_is_refused(tmp_path: Path):
    (tmp_path / "owasp.toml").write_text("category = []\n")
    (tmp_path / "checklists.toml").write_text(
        '[[checklist]]\nid = "x"\ntitle = "X"\n'
        '[[checklist.item]]\ntitle = "t"\ncriteria = ["load.p96"]\n'
    )
    with pytest.raises(ConfigError, match=r"unknown criterion: 'load.p96'.*did you mean load.p9"):
        read_maps(POLICY.policy, whole=True, folder=tmp_path)
