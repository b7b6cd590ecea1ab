"""Errors of a test's own making are told in the test's line, and not deep in here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from dealflow.exceptions import DealflowError

__all__ = ["briefly"]

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def briefly(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Let an error of dealflow's, such as a misspelt id, begin in the line of the caller."""

    @wraps(function)
    def brief(*args: _Given.args, **rest: _Given.kwargs) -> _Result:
        __tracebackhide__ = True
        try:
            return function(*args, **rest)
        except DealflowError as error:
            raise error.with_traceback(None) from None

    return brief
