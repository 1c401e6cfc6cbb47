"""The pool of connections: who finds no room waits, and is refused after a while."""

import threading

import pytest

from bookstore.availability import Unavailable
from bookstore.metrics import Metrics
from bookstore.pool import Pool


def test_room_is_given_back() -> None:
    pool = Pool(0.01, size=1)
    for _ in range(3):
        with pool.room():
            assert (pool.in_use, pool.waiting) == (1, 0)
    assert pool.in_use == 0


def test_room_is_given_back_after_an_error() -> None:
    pool = Pool(0.01, size=1)
    with pytest.raises(ZeroDivisionError), pool.room():
        raise ZeroDivisionError
    assert pool.in_use == 0


def test_who_finds_no_room_is_refused_after_a_while() -> None:
    pool = Pool(0.01, size=1)
    with pool.room(), pytest.raises(Unavailable), pool.room():
        pass
    assert (pool.in_use, pool.waiting) == (0, 0)


def test_who_waits_is_counted_and_served() -> None:
    pool, served = Pool(5.0, size=1), threading.Event()

    def late() -> None:
        with pool.room():
            served.set()

    thread = threading.Thread(target=late)
    with pool.room():
        thread.start()
        while not pool.waiting:
            threading.Event().wait(0.001)
        assert not served.is_set()
    thread.join()
    assert served.is_set()


def test_the_metrics_show_the_pool() -> None:
    metrics, pool = Metrics(), Pool(0.01, size=7)
    metrics.watch(pool)
    with pool.room():
        text = metrics.render().decode()
    assert "db_pool_size 7.0" in text
    assert "db_pool_in_use 1.0" in text
    assert "db_pool_waiting 0.0" in text
