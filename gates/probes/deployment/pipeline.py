"""Runs the command that the target file names for the status of the CI of this commit."""

import os
from pathlib import Path

from gates.core.deployed import COMMIT, Pipeline
from gates.probes import _common
from gates.probes._looks import Flaw, Look, counted, unjudged
from gates.probes.deployment.reading import SHOWN
from gates.shell.cancellation import Cancellation
from gates.shell.process import Ending, Finished, Limits, execute

METRIC = "deployment.pipeline_not_green"
_NOT_GREEN = "the CI of this commit is not green"
_OUTPUT = 2**20  # bytes of what the command writes


def looked(pipeline: Pipeline | None, tree: Path, output: Path, commit: str) -> Look:
    """Whether the CI of the commit is green; not judged where the command could not tell."""
    if pipeline is None:
        return unjudged(METRIC, "the target file has no [pipeline]")
    if not commit:
        return unjudged(METRIC, "the commit of the target is not known: it is no repository")
    try:
        finished = _run(pipeline, tree, output, commit)
    except OSError as error:
        return unjudged(METRIC, f"pipeline.command cannot be started: {error.strerror}")
    if finished.ending is not Ending.EXITED:
        why = finished.detail or finished.ending.value
        return unjudged(METRIC, f"pipeline.command did not tell: {why}")
    wrong = _wrong(pipeline, finished)
    fix = "See what fails in the CI of this commit, and wait until it is green."
    flaws = (Flaw(rule="pipeline-not-green", message=wrong, fix=fix),) if wrong else ()
    return counted(METRIC, flaws, examined=1, detail=f"of {commit[:12]}")


def _run(pipeline: Pipeline, tree: Path, output: Path, commit: str) -> Finished:
    argv = [word.replace(COMMIT, commit) for word in pipeline.command]
    if "/" in argv[0] and not argv[0].startswith("/"):
        argv[0] = str(_common.inside(tree, argv[0]))
    return execute(
        argv,
        cwd=tree,
        env=dict(os.environ),
        output=output,
        limits=Limits(deadline_s=pipeline.deadline_s, max_bytes=_OUTPUT),
        cancel=Cancellation(),
        name="pipeline",
    )


def _wrong(pipeline: Pipeline, finished: Finished) -> str:
    """What the command said instead of green, "" if it said that."""
    said = finished.stdout.read_text("utf-8", "replace").strip()
    if finished.exit_code != 0:
        told = (said or finished.stderr.read_text("utf-8", "replace").strip()).splitlines()
        last = f": {told[-1][:SHOWN]}" if told else ""
        return f"{_NOT_GREEN}: the command ended with {finished.exit_code}{last}"
    if pipeline.says and said != pipeline.says.strip():
        return f"{_NOT_GREEN}: found {said[:80]!a}, expected {pipeline.says.strip()[:80]!a}"
    return ""
