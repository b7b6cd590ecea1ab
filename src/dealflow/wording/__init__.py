"""Findings, questions and entries as sentences, in English and Chinese.

:class:`Wording` is for callers, too. Nothing below this room makes sentences for people, and trails
hold none; the catalogue of messages lies in ``locale``.
"""

from __future__ import annotations

from dealflow.wording.conditions import Told
from dealflow.wording.wording import Wording
from dealflow.wording.words import Words

__all__ = ["Told", "Wording", "Words"]
