"""The words of a backtest's report: rules, warnings, and what the data cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dealflow.backtest import Contrast, Untested, Warn
from dealflow.values import Truth
from dealflow.wording import Wording

__all__ = ["contrast", "rule", "untested", "warning"]


_TRUTHS = frozenset(truth.value for truth in Truth)


def rule(w: Wording, id: str) -> str:
    """What a rule of the policy stops on."""
    known = {
        "walk_away": w.gettext("the verdict “walk away”"),
        "not_ready": w.gettext("any verdict but “ready”"),
        "conditions_not_good": w.gettext("too few conditions known good"),
        "any_unknown": w.gettext("a condition not known"),
    }
    if id in known:
        return known[id]
    k = int(id.removeprefix("refuted_"))
    text = w.ngettext("at least {n} condition not so", "at least {n} conditions not so", k)
    return text.format(n=k)


def warning(w: Wording, warn: Warn) -> str:
    """Something to keep in mind, in a sentence."""
    details = w.listed(warn.details)
    message = {
        "hindsight": w.gettext(
            "Hindsight: values may have been filled in after the outcome was known."
        ),
        "only_closed_deals": w.gettext("Only closed deals are here; those nobody closed are not."),
        "sources_assumed": w.gettext(
            "Who said it is the mapping's assumption: the data does not say."
        ),
        "weak_links": w.gettext("Weak links between column and fact: {details}."),
        "confounders": w.gettext(
            "Columns outside the mapping go more strongly with the outcome than any in it:"
            " {details}."
        ),
        "many_comparisons": w.gettext(
            "{details} rules were tried: a few look good by chance alone."
        ),
    }[warn.id]
    return message.format(details=details)


def contrast(w: Wording, found: Contrast) -> str:
    """How far “no” and “nobody knows” are apart."""
    if found.apart:
        return w.gettext("clearly apart")
    return (
        w.gettext("on either side of the base rate")
        if found.opposite
        else w.gettext("not clearly apart")
    )


def untested(w: Wording, items: Iterable[Untested]) -> Iterator[str]:
    """What cannot be tested, guard by guard; the consequences of having no source are left out."""
    found = list(items)
    # What nobody speaks of is not known in any deal: said once, that need not be said again.
    blind = {item.subject for item in found if item.reason == "no_source"}
    for item in found:
        if item.reason != "always_the_same" or item.subject not in blind:
            yield _told(w, item)


def _told(w: Wording, item: Untested) -> str:
    details = w.semicolons(_named(w, detail) for detail in item.details)
    message = {
        "no_source": w.gettext("no column speaks of: {details}"),
        "part_without_source": w.gettext("no column speaks of a part of it: {details}"),
        "always_the_same": w.gettext("comes out the same for every deal: {details}"),
        "absence_is_an_answer": w.gettext("takes for an answer what the data lacks: {details}"),
        "not_at_this_step": w.gettext("Looked at only at other steps: {details}"),
        "one_source_each": w.gettext(
            "Contradictions: every fact has one source only, so that none can arise"
        ),
        "no_dates": w.gettext("Going out of date: the data does not say when anything was said"),
    }[item.reason]
    told = message.format(details=details)
    if item.subject:
        told = w.pair(w.guard(item.subject), told)
    return w.sentences([told])


def _named(w: Wording, id: str) -> str:
    book = w.playbook
    if id in book.guard:
        return w.guard(id)
    if id in book.fact:
        return w.fact(id)
    if id in book.role:
        return w.small(w.role(id))
    if id in _TRUTHS:
        return w.truth(Truth(id))
    if id.startswith("heard("):
        return w.gettext("how many people were heard")
    return w.attribute(id)
