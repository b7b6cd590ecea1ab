"""The command line: ``dealflow``, on click and rich, each command loading only what it needs."""

from __future__ import annotations

from dealflow.cli.commands import cli, main

__all__ = ["cli", "main"]
