"""A way: steps one after another, each given what is known so far and giving what is known next.

The types of a `Way` are checked at every joint: a step takes what the one before it gives. What was
known before and after each step stays in the `Trail`, from which every account is made.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Never, Protocol, TypeVar

from chat.account import Account

Start = TypeVar("Start")
Known = TypeVar("Known")
Next = TypeVar("Next")
Stage = TypeVar("Stage")


@dataclass(frozen=True)
class Ended:
    """What a step gives where the way ends with it; each such end is a class of its own."""


End = TypeVar("End", bound=Ended, covariant=True)
Other = TypeVar("Other", bound=Ended)
KnownIn = TypeVar("KnownIn", contravariant=True)
EndIn = TypeVar("EndIn", bound=Ended)


class Step(Protocol[KnownIn, Next]):
    """One step of a way.

    Attributes:
        name: As the list of steps in ARCHITECTURE.md and an account have it.
    """

    name: ClassVar[str]

    def take(self, known: KnownIn) -> Next:
        """Return what is known after this step."""

    def explain(self, known: KnownIn, found: Next) -> Account | None:
        """Return in plain words what the step did, from what was known before and after it.

        Args:
            known: Before the step.
            found: What `take` made of it.

        Returns:
            None where there is nothing to tell.
        """


class Gate(Protocol[KnownIn, Next, EndIn]):
    """A step at which the way may end.

    Attributes:
        name: See `Step`.
    """

    name: ClassVar[str]

    def take(self, known: KnownIn) -> Next | EndIn:
        """Return what is known after this step, or how the way ends here."""

    def explain(self, known: KnownIn, found: Next | EndIn) -> Account | None:
        """Return in plain words what the step did; see `Step.explain`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, with what was known before and after it."""

    step: Step[Any, Any] | Gate[Any, Any, Any]
    known: Any
    found: Any
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Trail(Generic[Known, End]):
    """A way that was followed.

    Attributes:
        taken: The steps that were taken, in order.
        end: What is known after the last of them, or how the way ended before its last step.
    """

    taken: tuple[Taken, ...]
    end: Known | End

    def find(self, stage: type[Stage]) -> Stage:
        """Return the last stage of a kind; raises LookupError where the way had none."""
        for taken in reversed(self.taken):
            if isinstance(taken.found, stage):
                return taken.found
        raise LookupError(f"the way ended before there was a {stage.__name__}")

    def explain(self) -> tuple[Account, ...]:
        """Return what each step did, in order; those that have nothing to tell are left out."""
        told = (taken.step.explain(taken.known, taken.found) for taken in self.taken)
        return tuple(account for account in told if account is not None)

    def measure(self, names: Sequence[str]) -> float:
        """Return the milliseconds that the steps of these names took."""
        return sum(taken.milliseconds for taken in self.taken if taken.step.name in names)


@dataclass(frozen=True, slots=True)
class Way(Generic[Start, Known, End]):
    """Steps from a `Start` to what is `Known` after the last one, unless the way comes to an `End`.

    >>> way = Way.of(Question).may_end_at(Check()).then(Complete(embedder))  # doctest: +SKIP
    """

    steps: tuple[Step[Any, Any] | Gate[Any, Any, Any], ...]

    @staticmethod
    def of(start: type[Start]) -> Way[Start, Start, Never]:
        """Return a way without steps: what it begins with is what it comes to."""
        return Way(())

    def then(self, step: Step[Known, Next]) -> Way[Start, Next, End]:
        """Return the way with one more step."""
        return Way((*self.steps, step))

    def may_end_at(self, gate: Gate[Known, Next, Other]) -> Way[Start, Next, End | Other]:
        """Return the way with one more step, at which it may end."""
        return Way((*self.steps, gate))

    def until(self, last: type[Step[Any, Next]]) -> Way[Start, Next, End]:
        """Return the way up to a step and with it; raises ValueError if it is none of this way."""
        kinds = [type(step) for step in self.steps]
        return Way(self.steps[: kinds.index(last) + 1])

    def follow(self, start: Start) -> Trail[Known, End]:
        """Take the steps, until one of them ends the way."""
        known: Any = start
        taken: list[Taken] = []
        for step in self.steps:
            began = time.perf_counter()
            found = step.take(known)
            taken.append(Taken(step, known, found, (time.perf_counter() - began) * 1000))
            known = found
            if isinstance(found, Ended):
                break
        return Trail(tuple(taken), known)
