"""Random small playbooks as TOML texts: a seed makes one, always the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Final

from attrs import frozen

from dealflow import Playbook, PlaybookError, parse_playbook
from dealflow.conditions import Vocabulary, parse
from tests.analysis.solver._sound_conditions import Conditions
from tests.analysis.solver._sound_knots import Knots
from tests.analysis.solver._sound_words import Declared, Words

__all__ = ["AIM", "ALL", "Made", "declared", "made", "written"]

AIM: Final = "talk"
"""The step in which deals are looked at."""
ALL: Final = "all"
"""The step that takes all guards to get to; ``only_`` and a guard's id takes that guard alone."""

_ROLES: Final = ("payer", "coach", "user")
_SHORT: Final = {
    "yes_no": "yes", "number": "num", "money": "sum", "date": "day", "duration": "span",
    "text": "text", "choice": "pick", "list": "list", "person": "who",
}  # fmt: skip
_CHOICES: Final = (("a", "b", "c"), ("b", "k1"), ("x", "y", "z", "a"))


@frozen
class Made:
    """A playbook to look at.

    Attributes:
        seed: what it was made from.
        text: the file.
        playbook: what is in it.
        guards: the conditions by guard.
    """

    seed: int
    text: str
    playbook: Playbook
    guards: dict[str, str]


def made(seed: int, guards: int = 10) -> Made:
    """The playbook that a seed makes."""
    rng = Random(seed)
    roles = _ROLES[: rng.choice((2, 2, 3))]
    facts = tuple(declared(rng, roles))
    words = Words.of(rng, facts, roles)
    plain = parse_playbook(written(facts, roles, {"g": "heard(1)"}))
    vocabulary = Vocabulary(plain.fact, roles)
    conditions = {f"g{n}": _condition(words, vocabulary) for n in range(guards)}
    text = written(facts, roles, conditions, policy=_policy(rng, tuple(conditions)))
    return Made(seed, text, parse_playbook(text), conditions)


def declared(rng: Random, roles: tuple[str, ...]) -> Iterator[Declared]:
    """Facts of every type, some of the deal and some of contacts, each declared somehow."""
    for type_, name in _SHORT.items():
        for number in range(1, 4 if type_ in ("number", "date", "text") else 3):
            if number > 1 and rng.random() < 0.4:
                continue
            of = "contact" if number == 2 and rng.random() < 0.7 else "deal"
            choices = rng.choice(_CHOICES) if type_ == "choice" else ()
            id = f"{'own' if of == 'contact' else 'our'}.{name}{number}"
            yield Declared(id, type_, of, choices, _how_known(rng, of, roles))


def _how_known(rng: Random, of: str, roles: tuple[str, ...]) -> dict[str, str]:
    """Half of the facts are known as soon as anybody says something, the others are not."""
    keys: dict[str, str] = {}
    if rng.random() < 0.4:
        keys["good_for"] = rng.choice(('"P5D"', '"P30D"', '"PT1H"'))
    if rng.random() < 0.5:
        return keys
    rule: dict[str, str] = {}
    if rng.random() < 0.35:
        rule["at_least"] = str(rng.choice((2, 2, 3)))
    entitled = rng.sample(roles, rng.choice((1, 1, 2)))
    if rng.random() < 0.6:
        named = [*entitled, "self"] if of == "contact" and rng.random() < 0.5 else entitled
        rule["roles"] = str(named).replace("'", '"')
        if rng.random() < 0.3:
            rule["documents"] = "true"
        if rng.random() < 0.4:
            rule["first_hand"] = "true"
    elif rng.random() < 0.2:
        rule["first_hand"] = "true"
    if rule:
        inside = ", ".join(f"{key} = {value}" for key, value in rule.items())
        keys["sources"] = f"{{ {inside} }}"
    if "at_least" not in rule and rng.random() < 0.5:
        final = entitled if "roles" in rule else rng.sample(roles, rng.choice((1, 2)))
        keys["final_word"] = str(final).replace("'", '"')
    return keys


def _condition(words: Words, vocabulary: Vocabulary) -> str:
    """A condition: a knot, a tree, or both."""
    rng, knots, plain = words.rng, Knots(words), Conditions(words)
    while True:
        way = rng.random()
        if way < 0.3:
            told = plain.tree(rng.choice((1, 2, 3)))
        elif way < 0.65:
            told = " and ".join(knots.tie())
        elif way < 0.85:
            told = " and ".join([*knots.tie(), *knots.tie()])
        else:
            told = f"{' and '.join(knots.tie())} and ({plain.tree(2)})"
        if way > 0.95:
            told = f"not ({told})"
        # too long, or a choice beside a text that is none of it
        try:
            parse(told, vocabulary)
        except PlaybookError:
            continue
        return told


def _policy(rng: Random, guards: tuple[str, ...]) -> str:
    if rng.random() < 0.6:
        return ""
    chosen = rng.sample(guards, rng.choice((1, 2, 3)))
    refuted = rng.randint(1, len(chosen))
    good = rng.randint(len(chosen) - refuted + 1, len(chosen))
    keys = [f"when_refuted = {refuted}", f"go_on_when = {good}"]
    if rng.random() < 0.3:
        keys = ['when_refuted = "any"', 'go_on_when = "all"']
    if rng.random() < 0.4:
        keys.append(f'watch_from = "{AIM}"')
    if rng.random() < 0.4:
        keys.append(f'at_once = ["{rng.choice(chosen)}"]')
    named = ", ".join(f'"w_{guard}"' for guard in chosen)
    return "\n".join(["[walk_away]", f"guards = [{named}]", f'from = "{ALL}"', *keys]).replace(
        'at_once = ["', 'at_once = ["w_'
    )


def written(
    facts: Iterable[Declared],
    roles: Iterable[str],
    guards: dict[str, str],
    *,
    policy: str = "",
    claims: Iterable[str] = (),
) -> str:
    """The file: from the first step a way for each guard alone, and one for all together.

    Every fourth guard may be waived, and every third is not standing. Walk-away guards say the same
    as others, as none may be of both kinds.
    """
    claimed = ", ".join(f"'{claim}'" for claim in claims)
    lines = ["format = 1", 'id = "made"', 'version = "1"', 'title = "Made"', 'languages = ["en"]']
    lines += [f"invariants = [{claimed}]"] if claimed else []
    lines += [f'roles.{role} = {{ title = "{role}" }}' for role in roles]
    lines += [fact.toml for fact in facts]
    away = [guard for guard in guards if f'"w_{guard}"' in policy]
    for number, (name, when) in enumerate(
        [*guards.items(), *((f"w_{a}", guards[a]) for a in away)]
    ):
        keys = [f'title = "{name}"', f"when = '''{when}'''", 'refused = "no"']
        keys += ["waivable = true"] if number % 4 == 1 else []
        keys += ["standing = false"] if number % 3 == 2 else []
        lines.append(f"guards.{name} = {{ {', '.join(keys)} }}")
    lines.append("steps = [")
    stays = [AIM, *(f"only_{name}" for name in guards), ALL]
    lines += [f'  {{ id = "{stay}", title = "{stay}", goal = "{stay}" }},' for stay in stays]
    lines.append("]\nmoves = [")
    for name in guards:
        lines.append(
            f'  {{ id = "to_{name}", from = "{AIM}", to = "only_{name}", when = ["{name}"] }},'
        )
        lines.append(f'  {{ id = "from_{name}", from = "only_{name}", to = "fulfilled" }},')
    every = ", ".join(f'"{name}"' for name in guards)
    lines.append(f'  {{ id = "to_all", from = "{AIM}", to = "{ALL}", when = [{every}] }},')
    lines.append(f'  {{ id = "from_all", from = "{ALL}", to = "fulfilled" }},')
    return "\n".join([*lines, "]", policy, ""])
