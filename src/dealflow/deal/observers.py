"""Who is told of what happens to deals: observers, bound to a context, and to nothing wider.

A store that keeps every entry, a log, a test that wants to know what was judged: each is an
:class:`Observer`, and sees every deal that is acted on in its context, for as long as it is bound
by :func:`observing`. Where nobody observes, a verb asks one context variable and goes its way.

A context is what :mod:`contextvars` means by it. A task of asyncio that is started inside the block
has a copy of it, and is observed, even when it outlives the block. A thread starts with an empty
one: what it does is observed when it is given a copy,
``Thread(target=contextvars.copy_context().run, args=(work,))``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import MappingProxyType
from typing import Final, TypeVar, cast

from attrs import field, frozen

from dealflow.assessment import Assessment, Refused
from dealflow.deal.ledger import Ledger
from dealflow.playbook import Playbook
from dealflow.trail import Entry, Trail
from dealflow.values import Verdict

__all__ = [
    "Act",
    "Observer",
    "current_observers",
    "observed",
    "observing",
    "observing_only",
    "put_in_place",
    "tell_opened",
]

Verb = TypeVar("Verb", bound=Callable[..., object])
Opened = TypeVar("Opened", bound=Ledger)


@frozen(eq=False)
class Act:
    """A verb that was called on a deal, and is over.

    Attributes:
        deal: the deal, as far as it can be read: who observes looks on, and does not act.
        verb: the verb's name, such as ``advance``.
        arguments: those of the verb's arguments that were given by name.
        before: the deal's trail before the act.
        after: its trail when the act was over. The deal may have gone on since.
    """

    deal: Ledger
    verb: str
    arguments: Mapping[str, object] = field(repr=False)
    before: Trail = field(repr=False)
    after: Trail = field(repr=False)

    @classmethod
    def of(cls, deal: Ledger, verb: str, arguments: dict[str, object], before: Trail) -> Act:
        """An act that is over now."""
        return cls(deal, verb, MappingProxyType(arguments), before, deal.trail)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the act put on record; none, when it failed or only judged."""
        return tuple(self.after[len(self.before) :])


class Observer:
    """Looks on while deals are acted on; each method does nothing until it is overridden.

    Every act is told once, when it is over and the deal is whole: as ``judged`` or ``weighed``, as
    ``recorded`` or as ``failed``. A refusal is on record, so that it is ``recorded`` and then
    ``refused``.

    An observer may raise. What is on record stays there, every other observer is told all the same,
    and the error goes to whoever called the verb, in place of what the verb would have returned or
    raised. It should not act on the deal itself: others would be told of that act before they are
    told of the first.
    """

    __slots__ = ()

    def playbook_for(self, playbook: Playbook, trail: Trail | None) -> Playbook:
        """The rules to put in place when a deal is opened or replayed; by default its own.

        Args:
            playbook: those that were asked for.
            trail: the trail that is replayed; ``None`` for a deal that is opened.
        """
        del trail
        return playbook

    def judged(self, act: Act, assessment: Assessment) -> None:
        """Somebody asked how a deal stands: ``assess`` was called."""

    def weighed(self, act: Act, verdict: Verdict) -> None:
        """Somebody asked for nothing but the verdict: ``verdict`` was called."""

    def recorded(self, act: Act) -> None:
        """Entries came on record: ``act.entries``, all those of one verb at once."""

    def refused(self, act: Act, refused: Refused) -> Callable[[], object] | None:
        """A move was tried, its guards stood in the way, and the error is about to be raised.

        Returns:
            What to call whenever somebody looks at the error from then on, or nothing. A look by
            an observer is none.
        """

    def failed(self, act: Act, error: BaseException) -> None:
        """A verb raised something, and nothing came of it."""


_OBSERVERS: Final[ContextVar[tuple[Observer, ...]]] = ContextVar("dealflow.observers", default=())


def current_observers() -> tuple[Observer, ...]:
    """Who observes deals in this context, whoever was bound first before the others."""
    return _OBSERVERS.get()


# Nothing below resets a variable by its token. A fixture or a generator may be entered in one
# context and left in another, and there a token is of no use.


@contextmanager
def observing(observer: Observer) -> Generator[None]:
    """Bind an observer to this context, for the time of a ``with`` block.

    Blocks may be nested, and left in any order: each takes its own observer away.
    """
    _OBSERVERS.set((*_OBSERVERS.get(), observer))
    try:
        yield
    finally:
        bound = _OBSERVERS.get()
        places = [place for place, one in enumerate(bound) if one is observer]
        # The last of them, as the same one may be bound by a block around this one; and none when
        # the block is left in a context that never had it.
        for place in places[-1:]:
            _OBSERVERS.set((*bound[:place], *bound[place + 1 :]))


@contextmanager
def observing_only(*chosen: Observer) -> Generator[None]:
    """For the time of a ``with`` block these observe, and nobody else; after it, who did before.

    Unlike :func:`observing` it has to be left in the context in which it was entered.
    """
    before = _OBSERVERS.get()
    _OBSERVERS.set(chosen)
    try:
        yield
    finally:
        _OBSERVERS.set(before)


# what deals call


def put_in_place(playbook: Playbook, trail: Trail | None = None) -> Playbook:
    """The playbook that an observer puts in place of another; itself, when none does.

    Whoever was bound last has the first say.
    """
    for observer in reversed(_OBSERVERS.get()):
        if (other := observer.playbook_for(playbook, trail)) is not playbook:
            return other
    return playbook


def observed(verb: Verb) -> Verb:
    """Make a method of a deal one that is told."""

    @wraps(verb)
    def observed_verb(deal: Ledger, /, *args: object, **kwargs: object) -> object:
        if not (told := _OBSERVERS.get()):
            return verb(deal, *args, **kwargs)
        before = deal.trail
        try:
            outcome = verb(deal, *args, **kwargs)
        except BaseException as error:
            _tell(told, Act.of(deal, verb.__name__, kwargs, before), error)
            raise
        _tell(told, Act.of(deal, verb.__name__, kwargs, before), outcome)
        return outcome

    return cast("Verb", observed_verb)


def tell_opened(deal: Opened, **arguments: object) -> Opened:
    """Tell that a deal was opened, and give it back."""
    if told := _OBSERVERS.get():
        _tell(told, Act.of(deal, "open", arguments, Trail()), None)
    return deal


def _tell(told: tuple[Observer, ...], act: Act, outcome: object) -> None:
    looks: list[Callable[[], object]] = []
    _tell_each(told, act, outcome, looks)
    if isinstance(outcome, Refused):
        # Not before everybody was told, so that only the looks of others count.
        for look in looks:
            outcome.on_look(look)


def _tell_each(
    told: tuple[Observer, ...], act: Act, outcome: object, looks: list[Callable[[], object]]
) -> None:
    if not told:
        return
    try:
        _tell_one(told[0], act, outcome, looks)
    finally:  # The others are told, even when this one raised.
        _tell_each(told[1:], act, outcome, looks)


def _tell_one(
    observer: Observer, act: Act, outcome: object, looks: list[Callable[[], object]]
) -> None:
    if act.entries:
        observer.recorded(act)
    if isinstance(outcome, Assessment):
        observer.judged(act, outcome)
    elif isinstance(outcome, Verdict):
        observer.weighed(act, outcome)
    elif isinstance(outcome, Refused):
        if (look := observer.refused(act, outcome)) is not None:
            looks.append(look)
    elif isinstance(outcome, BaseException):
        observer.failed(act, outcome)
