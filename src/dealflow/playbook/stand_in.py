"""Rules that stand in for others whose trails they go on with."""

from __future__ import annotations

from typing import Self

from dealflow.playbook.playbook import Playbook

__all__ = ["StandIn"]


class StandIn(Playbook):
    """A playbook that answers with the fingerprint of another, for whose deals it judges.

    So tests can be run under rules with a fault in them, and nothing tells but what the rules
    decide: deals name the rules that everybody knows, and a trail that was recorded under those is
    replayed, each entry as the rules judged it that made it. What a deal does next is judged by
    these.

    It is equal to itself only: what is kept of one playbook is not to be taken for what is kept of
    the other. Changed by ``evolve``, it stands in for nothing any more.
    """

    @classmethod
    def in_place_of(cls, original: Playbook, rules: Playbook) -> Self:
        """Rules in the place of others.

        Args:
            original: the playbook in whose place they stand.
            rules: the rules by which to judge, which may be the same; they have been checked, and
                are not checked again.
        """
        made = cls.__new__(cls)
        kept = {**vars(rules), "fingerprint": original.fingerprint, "_original": original}
        made.__dict__.update(kept)
        return made

    @property
    def recorded_under(self) -> Playbook:
        """The playbook in whose place they stand."""
        original: Playbook = vars(self).get("_original", self)
        return original

    def __reduce__(self) -> tuple[object, ...]:
        if self.recorded_under is self:
            return super().__reduce__()
        return (type(self).in_place_of, (self.recorded_under, Playbook.of(self.rules)))

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)
