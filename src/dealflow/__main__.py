"""``python -m dealflow``, and what the command ``dealflow`` starts."""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["main"]


def main() -> int:
    """Run the command line, or say what it needs.

    Returns:
        The exit code; 2 when click or rich is missing.
    """
    for name in ("click", "rich"):
        if find_spec(name) is None:
            sys.stderr.write(
                f'dealflow: the command line needs {name}: pip install "dealflow[cli]"\n'
            )
            return 2
    from dealflow.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
