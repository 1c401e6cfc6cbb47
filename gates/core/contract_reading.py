"""Reads the events of a run, one at a time, into its digest. Memory does not grow with the run."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec

from gates.core import contract_causes, contract_sparing, contract_steps
from gates.core.contract_digest import Caught, Digest, Spared, Step, Tally
from gates.core.contract_events import Case, Event, Failure, Interaction, Recorder, Scenario
from gates.core.contract_session import Watch
from gates.core.exchanges import Exchange, text_of

PROBE = "schemathesis"
EXCHANGES = 200  # for each operation and status
Record = Callable[[Exchange], None]
Kept = tuple[str, str, str]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known before the run.

    `labels` maps "METHOD template" to the label with base path, for all operations; `excluded`
    and `refusals` map labels to reasons.
    """

    labels: Mapping[str, str]
    protected: frozenset[str] = frozenset()
    cleaner: contract_steps.Cleaner = contract_steps.Cleaner()
    identity: str = ""
    seed: int = 0
    excluded: Mapping[str, str] = {}
    refusals: Mapping[str, str] = {}


class Counts:
    """What became of the requests to one operation, so far."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.unanswered = 0
        self.followed = 0
        self.failed_links = 0
        self.accepted = False


class Reading:
    """What has been read so far."""

    def __init__(self, facts: Facts, record: Record | None = None) -> None:
        self._facts = facts
        self._record = record
        asked = (label for label in facts.labels.values() if label not in facts.excluded)
        self._counts = {label: Counts() for label in sorted(asked)}
        self._caught: dict[Kept, Caught] = {}
        self._own_rules: list[Caught] = []
        self._codes: set[str] = set()
        self._spared: set[Spared] = set()
        self._troubles: dict[str, str] = {}
        self._values = contract_steps.Values()
        self._watch = Watch()
        self._noted: Counter[tuple[str, int]] = Counter()
        self._requests = 0
        self._last = ""
        self._finished = False

    def take(self, event: Event) -> None:
        """Read one more event."""
        if event.ScenarioFinished is not None:
            self._scenario(event.ScenarioFinished)
        if event.NonFatalError is not None:
            error = event.NonFatalError
            label = self._facts.labels.get(error.label, error.label)
            self._troubles.setdefault(label, self._facts.cleaner.clean(error.value.message))
        self._finished = self._finished or event.EngineFinished is not None

    def digest(self) -> Digest:
        """What it all came to."""
        caught = dict(self._caught)
        for one in self._own_rules:
            if self._counts[one.operation].accepted:
                self._spared.add(Spared(one.rule, contract_sparing.OWN_RULE, one.operation))
            else:
                join(caught, one)
        session, words = self._watch.verdict()
        return Digest(
            identity=self._facts.identity,
            seed=self._facts.seed,
            finished=self._finished,
            requests=self._requests,
            operations=tuple(self._tally(label, one) for label, one in self._counts.items()),
            excluded=dict(self._facts.excluded),
            refusals=dict(self._facts.refusals),
            caught=tuple(single(caught)),
            codes=tuple(sorted(self._codes)),
            spared=tuple(sorted(self._spared)),
            troubles=self._troubles,
            last=self._last,
            session=session,
            session_detail=words,
        )

    def _tally(self, label: str, one: Counts) -> Tally:
        return Tally(
            operation=label,
            protected=label in self._facts.protected,
            answers=dict(sorted(one.answers.items())),
            unanswered=one.unanswered,
            followed=one.followed,
            failed_links=one.failed_links,
        )

    def _scenario(self, scenario: Scenario) -> None:
        recorder = scenario.recorder
        for name, interaction in recorder.interactions.items():
            case = recorder.cases.get(name)
            label = self._label(case)
            self._requests += 1
            self._last = self._named(interaction)
            self._count(label, case, interaction, name in recorder.checks)
            self._note(label, interaction)
            if case is not None:
                self._remember(label, case, interaction)
        for name, checks in recorder.checks.items():
            counted = [
                self._failure(recorder, name, check.name, check.failure_info.failure)
                for check in checks
                if check.failure_info is not None
            ]
            self._count_link(recorder.cases.get(name), failed=any(counted))

    def _remember(self, label: str, case: Case, interaction: Interaction) -> None:
        cleaner = self._facts.cleaner
        self._values.remember(case, interaction, lambda: cleaner.step(label, interaction))

    def _named(self, interaction: Interaction) -> str:
        path = contract_steps.path_of(interaction.request.uri)
        return self._facts.cleaner.clean(f"{interaction.request.method} {path}")[:200]

    def _label(self, case: Case | None) -> str:
        if case is None:
            return ""
        return self._facts.labels.get(f"{case.value.method} {case.value.path}", "")

    def _count(
        self, label: str, case: Case | None, interaction: Interaction, checked: bool
    ) -> None:
        counts = self._counts.get(label)
        if counts is None:
            return
        answer = interaction.response
        if answer is None:
            counts.unanswered += 1
            return
        counts.answers[str(answer.status)] += 1
        counts.accepted |= 200 <= answer.status < 300 and _is_positive(case)
        ours = checked and label in self._facts.protected
        if ours and self._facts.cleaner.is_ours(interaction):
            self._watch.saw(label, answer.status)

    def _count_link(self, case: Case | None, *, failed: bool) -> None:
        counts = self._counts.get(self._label(case))
        if counts is not None and case is not None and case.transition is not None:
            counts.followed += 1
            counts.failed_links += failed

    def _note(self, label: str, interaction: Interaction) -> None:
        answer, request = interaction.response, interaction.request
        key = (label, answer.status if answer else 0)
        self._noted[key] += 1
        if self._record is None or self._noted[key] > EXCHANGES:
            return
        self._record(
            Exchange(
                probe=PROBE,
                identity=self._facts.identity,
                operation=label,
                method=request.method,
                path=contract_steps.path_of(request.uri),
                request_headers=contract_steps.pairs(request.headers),
                request_body=text_of(request.body.data) if request.body else "",
                status=answer.status if answer else 0,
                headers=contract_steps.pairs(answer.headers) if answer else (),
                body=text_of(answer.content.data) if answer and answer.content else "",
                elapsed_s=answer.elapsed if answer else 0.0,
                error="" if answer else "no answer",
            )
        )

    def _failure(self, recorder: Recorder, name: str, check: str, failure: Failure) -> bool:
        """Note one failed check; whether it counts."""
        self._codes.add(failure.code)
        if contract_sparing.follows(failure, recorder.interactions.get(name)):
            return True
        shown = failure.case_id if failure.case_id in recorder.interactions else name
        interaction = recorder.interactions.get(shown or name)
        label = self._facts.labels.get(failure.operation or "", failure.operation or "")
        label = label if label in self._counts else self._label(recorder.cases.get(name)) or label
        gone = contract_steps.deleted(recorder, name) if failure.code == "ST301" else ()
        parents = (*gone, *contract_steps.parents(recorder, name))
        context = contract_sparing.Context(
            case=recorder.cases.get(name),
            interaction=interaction,
            parents=tuple(one for _, one in parents),
            refusals=self._facts.refusals,
            operation=label,
        )
        reason = contract_sparing.spared(failure, context)
        if reason == contract_sparing.OWN_RULE:
            self._own_rules.append(self._made(label, check, failure, context, parents))
        elif reason:
            self._spared.add(Spared(failure.code, reason, label))
        else:
            join(self._caught, self._made(label, check, failure, context, parents))
        return not reason

    def _made(
        self,
        label: str,
        check: str,
        failure: Failure,
        context: contract_sparing.Context,
        parents: tuple[tuple[Case | None, Interaction], ...],
    ) -> Caught:
        clean = self._facts.cleaner.clean
        answer = context.interaction.response if context.interaction else None
        return Caught(
            operation=label,
            rule=failure.code,
            check=check,
            cause=clean(contract_causes.cause(failure, context.case, answer)),
            title=failure.title,
            detail=clean(contract_causes.detail(failure)),
            severity=failure.severity,
            steps=self._steps(label, context, parents),
        )

    def _steps(
        self,
        label: str,
        context: contract_sparing.Context,
        parents: tuple[tuple[Case | None, Interaction], ...],
    ) -> tuple[Step, ...]:
        if context.interaction is None:
            return ()
        step = self._facts.cleaner.step
        last = step(self._label(context.case) or label, context.interaction)
        if not parents:
            return self._values.led_to(last, context.case)
        before = [(step(self._label(case), one), case) for case, one in reversed(parents)]
        answers = [one.response for _, one in reversed(parents)]
        chain = [*before, (last, context.case)]
        return tuple(
            contract_steps.linked(one, case, answers[:n]) for n, (one, case) in enumerate(chain)
        )


def join(found: dict[Kept, Caught], one: Caught) -> None:
    """Add a failure to those of its kind; the smaller requests stay."""
    known = found.get(one.key)
    if known is None:
        found[one.key] = one
        return
    best = min(known, one, key=lambda caught: caught.order)
    found[one.key] = msgspec.structs.replace(best, times=known.times + one.times)


def single(found: Mapping[Kept, Caught]) -> Iterator[Caught]:
    """The failures in order; one of several causes is left out where one of them is known alone."""
    alone = {key for key in found if len(contract_causes.parts(key[2])) == 1}
    for key in sorted(found):
        several = contract_causes.parts(key[2])
        known = any((key[0], key[1], part) in alone for part in several)
        if len(several) == 1 or not known:
            yield found[key]


def _is_positive(case: Case | None) -> bool:
    meta = case.value.meta if case else None
    return meta is not None and meta.generation.mode == "positive"
