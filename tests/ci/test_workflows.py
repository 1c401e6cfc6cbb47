"""The workflows from event to verdict, job by job, as GitHub's runner runs them."""

import json
from collections.abc import Mapping
from typing import Any

from tests.ci.conftest import ENVIRONMENT, Made
from tests.ci.runner import Workflow
from tests.faults.cli import committed, fake, git

GATES = {"one": fake(), "two": fake(), "three": fake()}


def workflow(made: Made, name: str, gates: Mapping[str, Any], **variables: str) -> Workflow:
    """A workflow on a target whose policy has these gates."""
    made.place.target()
    made.place.policy(gates, name="standard")
    base = committed(made.place.path)
    (made.place.path / "t" / "a.py").write_text(f"A = {made.path.name!r}\n")
    git(made.place.path, "commit", "-qam", "change")
    pull = {"number": 7, "base": {"sha": base}, "head": {"repo": {"fork": True}}}
    github = {
        "event": {"pull_request": pull},
        "sha": git(made.place.path, "rev-parse", "HEAD"),
        "run_id": "1000",
        "run_attempt": "1",
        "server_url": "https://github.com",
        "repository": "ada/shop",
    }
    given = {
        "GATESCORE_TARGET": "t",
        "GATESCORE_POLICY": "standard.toml",
        "GATESCORE_SHARDS": "2",
        "GATESCORE_ENVIRONMENT": ENVIRONMENT,
        **variables,
    }
    return Workflow(name, made.world, github=github, variables=given, environment=made.environment)


def test_a_change_is_judged_in_shards_and_one_check_says_so(made: Made) -> None:
    run = workflow(made, "gates.yml", GATES, GATESCORE_SARIF="true")
    run.given["github"]["event"]["pull_request"]["head"]["repo"]["fork"] = False
    results = run.run()
    everything = {"plan": "success", "shard": "success", "verdict": "success", "sarif": "success"}
    assert results == everything, {name: job.printed for name, job in run.jobs.items()}
    assert {"shard-1", "shard-2"} <= set(run.jobs)
    card = json.loads((made.world.artifacts / "gatescore" / "scorecard.json").read_bytes())
    assert (card["verdict"], card["complete"]) == ("PASS", True)
    assert [gate["status"] for gate in card["gates"]] == ["PASS"] * 3
    assert run.jobs["shard-1"].summary == b""
    assert b"PASS" in run.jobs["verdict"].summary
    uploads = [file.name for file in made.world.uploads]
    assert sorted(uploads) == json.loads(run.done["verdict"].outputs["sarif-files"])


def test_p47_a_shard_that_never_came_is_no_pass(made: Made) -> None:
    run = workflow(made, "gates.yml", GATES)
    run.lost = {"shard-2"}
    assert run.run() == {
        "plan": "success",
        "shard": "cancelled",
        "verdict": "failure",
        "sarif": "skipped",
    }
    judged = run.jobs["verdict"]
    assert judged.shown[-1].code == 3
    card = json.loads((made.world.artifacts / "gatescore" / "scorecard.json").read_bytes())
    assert card["verdict"] == "INCONCLUSIVE"
    assert "cancelled" in judged.printed
    assert any(command.name == "error" for command in judged.commands)


def test_without_a_plan_the_required_check_fails_and_is_not_skipped(made: Made) -> None:
    run = workflow(made, "gates.yml", GATES, GATESCORE_TARGET="nowhere")
    results = run.run()
    assert (results["plan"], results["shard"], results["verdict"]) == (
        "failure",
        "skipped",
        "failure",
    )
    assert run.jobs["verdict"].shown[-1].code != 0
