"""Whose turn it is: questions one after the other, passages when none is asked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest

from index.computing.turns import Turns

LONG_SECONDS = 60.0


@pytest.fixture
def turns() -> Turns:
    """Nobody is told, and nobody loses patience, within a test."""
    return Turns(tell_seconds=LONG_SECONDS, patience_seconds=LONG_SECONDS)


@contextlib.contextmanager
def started(work: Callable[[], None]) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread
    thread.join(LONG_SECONDS)
    assert not thread.is_alive()


def wait_for_queue(turns: Turns, length: int) -> None:
    with turns._changed:
        assert turns._changed.wait_for(lambda: len(turns._queue) >= length, LONG_SECONDS)


def queue_up(turns: Turns, count: int, work: Callable[[int], None]) -> list[threading.Thread]:
    """Start questions that wait behind the one of this thread, in order."""
    threads = []
    for number in range(count):
        thread = threading.Thread(target=work, args=(number,), daemon=True)
        thread.start()
        threads.append(thread)
        # Each enters the queue before the next one is started.
        while len(turns._queue) < number + 2:
            thread.join(0.001)
    return threads


def test_questions_come_one_at_a_time_in_the_order_in_which_they_were_asked(turns: Turns) -> None:
    asked: list[int] = []
    at_once = 0

    def ask(number: int) -> None:
        nonlocal at_once
        with turns.ask():
            at_once += 1
            assert at_once == 1
            asked.append(number)
            at_once -= 1

    with turns.ask():
        threads = queue_up(turns, 5, ask)
        assert not asked
    for thread in threads:
        thread.join(LONG_SECONDS)
    assert asked == [0, 1, 2, 3, 4]


def test_a_question_within_a_question_does_not_wait_for_itself(turns: Turns) -> None:
    with turns.ask(), turns.ask(), turns.compute():
        pass
    with turns.compute():
        pass
    assert turns._queue == []


def test_passages_wait_while_a_question_is_asked_or_waits(turns: Turns) -> None:
    order: list[str] = []

    def embed() -> None:
        with turns.compute():
            order.append("passages")

    def ask(number: int) -> None:
        with turns.ask(), turns.compute():
            order.append(f"question {number}")

    batch = threading.Thread(target=embed, daemon=True)
    with turns.ask():
        batch.start()
        questions = queue_up(turns, 2, ask)
        batch.join(0.05)
        assert order == []
        with turns.compute():
            order.append("this question")
    for thread in (*questions, batch):
        thread.join(LONG_SECONDS)
    assert order == ["this question", "question 0", "question 1", "passages"]


def test_passages_that_have_waited_for_long_are_embedded_all_the_same() -> None:
    turns = Turns(patience_seconds=0.05)
    done = threading.Event()

    def embed() -> None:
        with turns.compute():
            done.set()

    with turns.ask(), started(embed):
        assert done.wait(LONG_SECONDS)


def test_a_batch_is_not_interrupted_by_a_question(turns: Turns) -> None:
    order: list[str] = []

    def ask() -> None:
        with turns.ask():
            order.append("asked")
            with turns.compute():
                order.append("computed")

    with turns.compute():
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        wait_for_queue(turns, 1)
        thread.join(0.05)
        order.append("batch")
    thread.join(LONG_SECONDS)
    assert order == ["asked", "batch", "computed"]


def test_who_waits_for_long_is_told_the_place_and_every_move() -> None:
    turns = Turns(tell_seconds=0)
    told: dict[int, list[int]] = {0: [], 1: [], 2: []}
    may_go = [threading.Event() for _ in told]

    def ask(number: int) -> None:
        with turns.ask(told[number].append):
            may_go[number].wait(LONG_SECONDS)

    with turns.ask():
        threads = queue_up(turns, 3, ask)
        while told != {0: [1], 1: [2], 2: [3]}:
            threads[0].join(0.001)
    for number, thread in enumerate(threads):
        expected = {later: list(range(later + 1, later - number - 1, -1)) for later in told}
        expected = {n: [place for place in places if place > 0] for n, places in expected.items()}
        while any(told[n] != expected[n] for n in range(number + 1, 3)):
            thread.join(0.001)
        may_go[number].set()
        thread.join(LONG_SECONDS)
    assert told == {0: [1], 1: [2, 1], 2: [3, 2, 1]}


def test_who_stops_waiting_leaves_the_queue() -> None:
    turns = Turns(tell_seconds=0)
    left = threading.Event()

    def stop(before: int) -> None:
        raise KeyboardInterrupt(before)

    def ask() -> None:
        with pytest.raises(KeyboardInterrupt), turns.ask(stop):
            raise AssertionError("it was not its turn")
        left.set()

    with turns.ask(), started(ask):
        assert left.wait(LONG_SECONDS)
        assert turns._queue == [threading.get_ident()]


def test_what_is_raised_within_gives_the_turn_on(turns: Turns) -> None:
    with pytest.raises(ZeroDivisionError), turns.ask(), turns.compute():
        _ = 1 / 0
    with turns.ask(), turns.compute():
        pass
