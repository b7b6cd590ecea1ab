"""A scene with something of each kind in it, to be told."""

from __future__ import annotations

from datetime import timedelta

from dealflow import Money
from dealflow.analysis.solver import Person, Saying, Scene
from dealflow.evidence import Card

TOM = Person("tom", ("user",), "committee", "high", "even_keel", 3)
SCENE = Scene(
    people=(TOM, Person("ann", kind="third_party")),
    amount=Money("5", "EUR"),
    talks=2,
    heard=("tom",),
    card=Card("lena", source="referral", source_name="Ana"),
    sayings=(
        Saying("a.b", True, "contact", "tom", age=timedelta(days=3), first_hand=False),
        Saying("c.d", True, "contact", "tom", about="ann"),
        Saying("e.f", True, "document", "their letter"),
        Saying("g.h", True, "observation", "rep"),
    ),
)
