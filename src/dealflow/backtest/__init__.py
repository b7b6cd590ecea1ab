"""Backtests: what a playbook would have done to deals that are closed.

Closed deals come out of a CSV file through a mapping (column and value to statement), each is
judged at one step by the same guards as a live deal, and the report counts what that would have
stopped. Shares come with 95 % Wilson intervals; what the data cannot test is part of the result.

>>> from dealflow.backtest import backtest, load_mapping, read_deals
"""

from dealflow.backtest.deal import ClosedDeal
from dealflow.backtest.mapping import (
    Cell,
    ColumnMapping,
    DealSource,
    FileShape,
    Link,
    OutcomeColumn,
    Person,
    RolesFrom,
    Silence,
    Strength,
)
from dealflow.backtest.report import (
    ColumnReport,
    Contrast,
    GuardReport,
    LinkReport,
    Report,
    Untested,
    Warn,
)
from dealflow.backtest.rows import estimate_deals, parse_deals, read_deals
from dealflow.backtest.run import JudgedDeal, backtest, judge_deals, load_mapping
from dealflow.backtest.stats import Interval, Lift, Rule, Share, Tally, association, wilson

__all__ = [
    "Cell",
    "ClosedDeal",
    "ColumnMapping",
    "ColumnReport",
    "Contrast",
    "DealSource",
    "FileShape",
    "GuardReport",
    "Interval",
    "JudgedDeal",
    "Lift",
    "Link",
    "LinkReport",
    "OutcomeColumn",
    "Person",
    "Report",
    "RolesFrom",
    "Rule",
    "Share",
    "Silence",
    "Strength",
    "Tally",
    "Untested",
    "Warn",
    "association",
    "backtest",
    "estimate_deals",
    "judge_deals",
    "load_mapping",
    "parse_deals",
    "read_deals",
    "wilson",
]
