"""What SIGINT does, in the process of the tests: processes of their own are in another module."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

import dealflow.cli
from dealflow.__main__ import main


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process starts with Python's own handlers, and the tests go on with theirs."""
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ending(monkeypatch: pytest.MonkeyPatch, run: Callable[[], int]) -> int:
    """How the command ends when its commands do something."""
    monkeypatch.setattr(dealflow.cli, "main", run)
    return main()


def interrupted() -> int:
    """An interrupt comes."""
    signal.raise_signal(signal.SIGINT)
    return 0


def turned() -> int:
    """An interrupt comes where another error is made of it."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise RuntimeError from None
    return 0


def swallowed() -> int:
    """An interrupt comes in a place whose errors go nowhere."""

    class Thing:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    Thing()
    return 0


@pytest.mark.parametrize("run", [interrupted, turned, swallowed])
def test_an_interrupt_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Callable[[], int]
) -> None:
    """Whatever Python makes of it, and without a word."""
    assert ending(monkeypatch, run) == 130
    assert capsys.readouterr() == ("", "")


def test_other_errors_are_not_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of ours is raised; one that goes nowhere is told, and the command goes on."""

    class Thing:
        def __del__(self) -> None:
            raise ValueError("lost")

    def failing() -> NoReturn:
        raise ValueError("ours")

    def losing() -> int:
        Thing()
        return 0

    with pytest.raises(ValueError, match="ours"):
        ending(monkeypatch, failing)
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert ending(monkeypatch, losing) == 0
    assert "ValueError: lost" in capsys.readouterr().err


def test_while_it_loads_the_process_is_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to put in order then."""

    class Left(Exception):
        pass

    def leave(code: int) -> NoReturn:
        raise Left(code)

    def loading(name: str) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr("importlib.util.find_spec", loading)
    with pytest.raises(Left, match="130"):
        ending(monkeypatch, lambda: 0)


def test_when_all_is_done_it_is_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command has ended with stays."""
    assert ending(monkeypatch, lambda: 1) == 1
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_before_it_is_expected(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """What it is expected with has to be loaded first."""

    def early(_: object) -> NoReturn:
        raise error

    monkeypatch.setattr("signal.getsignal", early)
    assert ending(monkeypatch, lambda: 0) == 130


def test_an_interrupt_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has switched it off for this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert ending(monkeypatch, interrupted) == 0
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
