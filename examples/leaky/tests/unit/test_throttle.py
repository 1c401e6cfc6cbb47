"""The login throttle and the quota of lists, with a clock of our own."""

from bookstore import throttle
from bookstore.throttle import ALLOWED_FAILURES, LIST_WINDOW_S, WINDOW_S, LoginThrottle, Quota

KEY = ("127.0.0.1", "ann")
LIST = (1, "/v1/books")


class Clock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _after_failures(count: int, clock: Clock) -> LoginThrottle:
    subject = LoginThrottle(clock)
    for _ in range(count):
        subject.failed(KEY)
    return subject


def test_the_last_allowed_failure_and_the_next() -> None:
    assert _after_failures(ALLOWED_FAILURES - 1, Clock()).wait_s(KEY) == 0
    assert _after_failures(ALLOWED_FAILURES, Clock()).wait_s(KEY) == WINDOW_S


def test_window_passes() -> None:
    clock = Clock()
    subject = _after_failures(ALLOWED_FAILURES, clock)
    clock.now = WINDOW_S - 0.5
    assert subject.wait_s(KEY) == 1
    clock.now = WINDOW_S
    assert subject.wait_s(KEY) == 0


def test_success_forgives() -> None:
    subject = _after_failures(ALLOWED_FAILURES, Clock())
    subject.succeeded(KEY)
    assert subject.wait_s(KEY) == 0


def test_keys_do_not_share_failures() -> None:
    assert _after_failures(ALLOWED_FAILURES, Clock()).wait_s(("127.0.0.1", "bob")) == 0


def test_memory_is_bounded() -> None:
    subject = _after_failures(ALLOWED_FAILURES, Clock())
    for number in range(throttle.REMEMBERED_KEYS):
        subject.failed(("127.0.0.1", f"name-{number}"))
    assert subject.wait_s(KEY) == 0


def test_quota_counts_down_and_starts_again() -> None:
    clock = Clock()
    subject = Quota(2, clock)
    said = [subject.take(LIST) for _ in range(3)]
    assert [one.granted for one in said] == [True, True, False]
    assert [one.remaining for one in said] == [1, 0, 0]
    clock.now = LIST_WINDOW_S - 0.5
    assert subject.take(LIST).reset_s == 1
    clock.now = LIST_WINDOW_S
    assert subject.take(LIST).granted


def test_quotas_are_apart() -> None:
    subject = Quota(1, Clock())
    assert subject.take(LIST).granted
    assert subject.take((2, "/v1/books")).granted
    assert subject.take((1, "/v1/orders")).granted
    assert not subject.take(LIST).granted


def test_quotas_are_forgotten_when_there_are_too_many() -> None:
    subject = Quota(1, Clock())
    subject.take(LIST)
    for number in range(throttle.REMEMBERED_KEYS):
        subject.take((number + 2, "/v1/books"))
    assert subject.take(LIST).granted
