"""Findings, questions and entries as sentences, in English and Chinese."""

from __future__ import annotations

from dealflow.wording.wording import Wording
from dealflow.wording.words import Words

__all__ = ["Wording", "Words"]
