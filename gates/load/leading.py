"""The master: sees that every worker is there, alike and in time, and sums up their counts."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import gevent
import msgspec
from locust.runners import STATE_MISSING, MasterRunner

from gates.core.load import LoadResult, Scenario
from gates.load import signals
from gates.load.arrivals import window_s
from gates.load.extending import Progress, agreed_s, ahead_s, may_extend
from gates.load.measuring import own_callers
from gates.load.merging import together
from gates.load.session import Measured, ResultFile

REMOTE_VARIABLE = "GATESCORE_LOAD_REMOTE"  # set where workers do not have our environment
_START_S, _SPARE_S, _LOOK_S, _SAME_S = 5.0, 20.0, 0.05, 0.01
_HEARD = (signals.HELLO, signals.READY, signals.STARTED, signals.PROGRESS, signals.RESULT)


class Broken(Exception):
    """The run cannot be believed; the text names the worker."""


class Heard(msgspec.Struct):
    """What one worker has said so far, and when, in seconds of the monotonic clock."""

    name: str
    said: dict[str, float] = {}
    progress: Progress | None = None
    result: LoadResult | None = None


class Leader:
    """Leads the workers of one run."""

    def __init__(self, runner: MasterRunner, scenario: Scenario) -> None:
        self._runner = runner
        self._scenario = Measured(scenario).scenario  # with the samples that objectives need
        self._turned_away: list[str] = []
        self._team: dict[str, Heard] = {}
        self._versions: dict[str, str] = {}
        for word in _HEARD:
            runner.register_message(word, self._listener(word))

    def led(self) -> LoadResult:
        """Lead the run from the first worker to the last count. Raises Broken."""
        scenario = self._scenario
        self._await(signals.HELLO, scenario.come_s, "did not come")
        self._check_versions()
        self._deal()
        self._await(signals.READY, scenario.quiet_s + _SPARE_S, "was not ready")
        for client in self._team:
            self._runner.send_message(signals.START, {}, client)
        self._await(signals.STARTED, _START_S, "did not start")
        self._check_starts()
        longest_s = self._lengthened() + scenario.grace_s
        self._await(signals.RESULT, longest_s + _SPARE_S, "handed over no counts")
        self._check_lengths()
        return together([one.result for one in self._team.values() if one.result])

    def _deal(self) -> None:
        """Give each worker its share, and who sends if it cannot know."""
        remote = os.environ.get(REMOTE_VARIABLE)
        callers = msgspec.json.encode(own_callers()).decode() if remote else None
        for (client, _), share in zip(self._team.items(), shares(self._scenario), strict=True):
            text = msgspec.json.encode(share).decode()
            proof = signals.proof(signals.SHARE, client, text, callers or "")
            told = {"scenario": text, "callers": callers, "proof": proof}
            self._runner.send_message(signals.SHARE, told, client)

    def _lengthened(self) -> float:
        """Let all go on for missing samples alike; return how long a run is at most from now."""
        scenario = self._scenario
        left_s, window = scenario.warmup_s + window_s(scenario), window_s(scenario)
        for number in count(1) if may_extend(scenario) else ():
            word = f"{signals.PROGRESS} {number}"
            self._await(word, left_s + _SPARE_S, "told nothing of its progress")
            told = [one.progress for one in self._team.values() if one.progress]
            seconds = agreed_s(scenario, told, window)
            for client in self._team:
                data = {"round": number, "seconds": seconds}
                self._runner.send_message(signals.WINDOW, data, client)
            left_s = seconds - window + ahead_s(scenario)
            if seconds == window:
                break
            window = seconds
        return left_s

    def _listener(self, word: str) -> Callable[..., None]:
        def heard(msg: Any, **_: object) -> None:
            self._hear(word, msg.node_id, msg.data or {})

        return heard

    def _hear(self, word: str, client: str, data: dict[str, Any]) -> None:
        if word == signals.HELLO and client not in self._team:
            self._welcome(client, data)
        one = self._team.get(client)
        if one is None:
            return
        if word == signals.RESULT:
            one.result = msgspec.json.decode(data["result"], type=LoadResult)
        if word == signals.PROGRESS:
            one.progress = msgspec.convert(data, Progress)
            word = f"{word} {data['round']}"
        one.said.setdefault(word, time.perf_counter())

    def _welcome(self, client: str, data: dict[str, Any]) -> None:
        name = str(data.get("name", client))
        version = str(data.get("version", ""))
        ours = signals.strange({name: version}, signals.our_version()) == ""
        if ours and not signals.is_proven(data.get("proof"), signals.HELLO, client):
            self._turned_away.append(name)
        elif len(self._team) < self._scenario.workers:  # one more than wanted has nothing to do
            self._team[client] = Heard(name)
            self._versions[name] = version

    def _await(self, word: str, longest_s: float, failing: str) -> None:
        """Wait until every worker has said a word. Raises Broken."""
        end = time.perf_counter() + longest_s
        while missing := list(self._silent(word)):
            self._check_lost(missing)
            self._check_failed()
            if time.perf_counter() > end:
                raise Broken(self._missing(word, longest_s, failing))
            gevent.sleep(_LOOK_S)

    def _silent(self, word: str) -> Iterator[str]:
        yield from (client for client, one in self._team.items() if word not in one.said)
        yield from [""] * (self._scenario.workers - len(self._team))

    def _check_lost(self, clients: list[str]) -> None:
        nodes = self._runner.clients
        for client in filter(None, clients):
            node = nodes.get(client)
            if node is None or node.state == STATE_MISSING:
                raise Broken(f"worker {self._team[client].name} was lost")

    def _check_failed(self) -> None:
        for one in self._team.values():
            if one.result is not None and one.result.error:
                raise Broken(one.result.error)

    def _missing(self, word: str, longest_s: float, failing: str) -> str:
        names = [one.name for one in self._team.values() if word not in one.said]
        if names:
            return f"worker {', '.join(names)} {failing} within {longest_s:g} s"
        came = ", ".join(one.name for one in self._team.values()) or "none"
        workers = self._scenario.workers
        strangers = ", ".join(self._turned_away)
        away = f"; turned away without our {signals.TOKEN_VARIABLE}: {strangers}"
        return (
            f"{len(self._team)} of {workers} workers came within {longest_s:g} s: {came}; start "
            f"the missing ones, or ask for fewer{away if strangers else ''}"
        )

    def _check_versions(self) -> None:
        if found := signals.strange(self._versions, signals.our_version()):
            raise Broken(found)

    def _check_starts(self) -> None:
        if found := signals.late(
            {one.name: one.said[signals.STARTED] for one in self._team.values()}
        ):
            raise Broken(found)

    def _check_lengths(self) -> None:
        """All have heard in time how long the run is."""
        lengths = {one.name: one.result.extended_s for one in self._team.values() if one.result}
        longest_s = max(lengths.values())
        for name, seconds in lengths.items():
            if longest_s - seconds > _SAME_S:
                less = f"worker {name} measured {longest_s - seconds:.1f} s less than others"
                raise Broken(f"{less}: it heard too late that the run went on")


def shares(scenario: Scenario) -> Iterator[Scenario]:
    """The share of each worker: every one of them takes each so-manyth arrival.

    Users, rate and stages stay those of all; no worker goes on for samples on its own.
    """
    longest_s = scenario.longest_s if may_extend(scenario) else 0.0
    for number in range(scenario.workers):
        yield msgspec.structs.replace(
            scenario, share=number, shares=scenario.workers, needed={}, longest_s=longest_s
        )


def lead(runner: MasterRunner, scenario: Scenario, file: ResultFile) -> None:
    """Lead the run beside Locust, and end Locust with it."""
    leader = Leader(runner, scenario)

    def empty(why: str) -> LoadResult:
        return Measured(scenario).result(why)

    def ended(**_: object) -> None:
        file.save(empty("ended by a signal"))

    def run() -> None:
        try:
            file.save(leader.led())
        except Broken as error:
            file.save(empty(str(error)))
        os.kill(os.getpid(), signal.SIGTERM)  # it may still wait for workers, deaf to `quit`

    quitting: Any = runner.environment.events.quitting
    quitting.add_listener(ended)
    gevent.spawn(run)
