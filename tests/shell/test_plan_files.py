"""Plan files and what GitHub says of its jobs: read whole, or refused and told what is wrong."""

import json

import pytest

from gates.core.sharding import PlanFile, Rules, Share, Subject
from gates.shell.plan_files import PlanFileError, encoded, read, read_needs

PLAN = PlanFile(
    nonce="0123456789abcdef" * 2,
    version="1",
    target=Subject(name="t", revision="r"),
    policy=Rules(name="p", digest="d"),
    profile="ci",
    shards=(Share(id="1", gates=("a",)),),
)


def test_a_plan_is_read_as_it_was_written(tmp_path):
    file = tmp_path / "plan.json"
    file.write_bytes(encoded(PLAN))
    assert read(file).plan == PLAN
    first = read(file).digest
    file.write_bytes(encoded(PLAN).replace(b'"ci"', b'"local"'))
    assert read(file).digest != first


def changed(**keys):
    return json.dumps({**json.loads(encoded(PLAN)), **keys}).encode()


BAD = {
    "empty": (b"", "no JSON"),
    "half": (encoded(PLAN)[:80], "no JSON"),
    "not-utf-8": (b"\xff\xfe", "not UTF-8"),
    "deep": (b"[" * 100_000, "too-deep"),
    "twice": (b'{"schema": "gatescore.plan/1", "schema": "x"}', "duplicate-key"),
    "list": (b"[]", "no plan file"),
    "run": (b'{"gates": [], "decisive_level": 2}', "it has none"),  # plan.json of a run
    "newer": (changed(schema="gatescore.plan/2"), "gatescore.plan/2"),
    "type": (changed(nonce=7), "nonce"),
    "unknown": (changed(shard=[]), "shard"),
    "missing": (b'{"schema": "gatescore.plan/1"}', "nonce"),
    "nonce": (changed(nonce=""), "128 bits"),
    "shards": (changed(shards=[]), "shards: there is none"),
    "large": (b" " * (5 * 2**20), "larger than"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_plan_file_is_told(tmp_path, kind):
    file = tmp_path / "plan.json"
    data, word = BAD[kind]
    file.write_bytes(data)
    with pytest.raises(PlanFileError) as refused:
        read(file)
    assert f"--plan {file}" in str(refused.value) and word in str(refused.value)
    assert "gatescore plan" in str(refused.value)


def test_a_plan_file_that_is_not_there_is_told(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(PlanFileError, match="no such file"):
            read(path)


def test_the_results_of_jobs_are_read_as_github_writes_them(tmp_path):
    file = tmp_path / "needs.json"
    needs = {
        "plan": {"result": "success", "outputs": {"matrix": '["1"]'}},
        "gates": {"result": "cancelled", "outputs": {}},
    }
    file.write_text(json.dumps(needs))
    assert read_needs(file) == {"plan": "success", "gates": "cancelled"}
    file.write_text("{}")
    assert read_needs(file) == {}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no JSON"),
        ("[]", "no object"),
        ('{"gates": "success"}', "'gates' has the result 'None'"),
        ('{"gates": {"result": "green"}}', "'green'; allowed: success, failure"),
        ('{"gates": {}}', "has the result 'None'"),
        ('{"gates": {"result": ["success"]}}', "allowed"),
    ],
)
def test_p47_bad_results_of_jobs_are_told(tmp_path, text, word):
    file = tmp_path / "needs.json"
    file.write_text(text)
    with pytest.raises(PlanFileError) as refused:
        read_needs(file)
    assert word in str(refused.value) and "toJSON(needs)" in str(refused.value)
