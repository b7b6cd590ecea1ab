"""The command line: ``dealflow``, on click and rich.

Nothing here is for other rooms. Commands stand in ``commands`` and ``playbook_commands`` and load
what they need when they run; what a command prints stands in a module of its name.
"""

from __future__ import annotations

from dealflow.cli.commands import cli, main

__all__ = ["cli", "main"]
