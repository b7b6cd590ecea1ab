"""``python -m dealflow``, and what the command ``dealflow`` starts."""

from __future__ import annotations

import os
import sys

# As in the door of the house: nothing is read before an interrupt is expected.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> int:
    """Run the command line, or say what it needs; for a process of its own.

    An interrupt ends it with exit code 130 and without a word, from the first import to the end.

    Returns:
        The exit code; 2 when click or rich is missing.
    """
    try:
        interrupts = _Interrupts()
        interrupts.leave_at_once()
    except (KeyboardInterrupt, RuntimeError):  # the second is what enum makes of the first
        return _INTERRUPTED
    from importlib.util import find_spec

    for name in ("click", "rich"):
        if find_spec(name) is None:
            sys.stderr.write(
                f'dealflow: the command line needs {name}: pip install "dealflow[cli]"\n'
            )
            return 2
    from dealflow.cli import main as run

    try:
        interrupts.unwind()
        code = run()
    except BaseException:
        # Where it happens to come, Python may have made another error of it.
        if not interrupts.seen:
            raise
        code = _INTERRUPTED
    finally:
        interrupts.ignore()
    return _INTERRUPTED if interrupts.seen else code


class _Interrupts:
    """What SIGINT does to this process."""

    def __init__(self) -> None:
        import signal

        self.seen = False
        self._signal = signal
        # Not where it was switched off from outside, as for a job in the background.
        self._ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def leave_at_once(self) -> None:
        """End the process: nothing has been begun yet."""

        # No exception: one in the middle of an import is told about, or made into another one.
        def leave(_: int, __: FrameType | None) -> NoReturn:
            os._exit(_INTERRUPTED)

        if self._ours:
            self._signal.signal(self._signal.SIGINT, leave)

    def ignore(self) -> None:
        """Let it be: everything is done and told, and how it ended should not change any more."""
        if self._ours:
            self._signal.signal(self._signal.SIGINT, self._signal.SIG_IGN)

    def unwind(self) -> None:
        """Raise KeyboardInterrupt, so that what was begun is put in order."""

        def stop(_: int, __: FrameType | None) -> NoReturn:
            self.seen = True
            raise KeyboardInterrupt

        if self._ours:
            self._signal.signal(self._signal.SIGINT, stop)
            # In a callback of the interpreter's an exception goes nowhere but onto the terminal.
            told = sys.unraisablehook
            sys.unraisablehook = lambda lost: None if self.seen else told(lost)


if __name__ == "__main__":
    sys.exit(main())
