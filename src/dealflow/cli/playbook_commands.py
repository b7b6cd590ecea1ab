"""The commands on playbooks: look at them, lint, prove, compare and test them."""

from __future__ import annotations

import click

from dealflow.cli.language import in_words
from dealflow.cli.options import common, leave, new_page, rules_of, speaks, spoken_before
from dealflow.cli.program import Group
from dealflow.message import message
from dealflow.typing import Language

__all__ = ["playbook"]


@click.group(cls=Group)
@spoken_before
def playbook() -> None:
    """Look at playbooks."""


@playbook.command("list")
@common
def playbook_list(lang: Language, as_json: bool) -> None:
    """List the playbooks that come with dealflow."""
    from dealflow.playbook import shipped_playbooks

    books = [rules_of(id) for id in shipped_playbooks()]
    if as_json:
        from dealflow.cli.documents import write_json
        from dealflow.cli.playbook_documents import playbook_summary

        write_json({"playbooks": [playbook_summary(book) for book in books]})
    else:
        from dealflow.cli.playbook import put_list

        put_list(new_page(), books, lang)


@playbook.command("show")
@click.argument("source", metavar="ID|FILE")
@click.option(
    "--for-signature",
    "signed",
    is_flag=True,
    help="Print it as Markdown in both languages, with lines to sign on.",
)
@common
def playbook_show(source: str, signed: bool, lang: Language, as_json: bool) -> None:
    """Show all that a playbook asks for, as whoever answers for it would sign it.

    Guards in plain words, whose word counts and for how long, when to walk away, and the questions.
    """
    if signed and as_json:
        raise click.UsageError(in_words(message("--for-signature and --json do not go together")))
    from dealflow.cli.input import reasons_of

    book, reasons = rules_of(source), reasons_of(source)
    if as_json:
        from dealflow.cli.documents import write_json
        from dealflow.cli.playbook_documents import playbook_data

        write_json(playbook_data(book, lang, reasons))
    elif signed:
        from dealflow.cli.files import put_text
        from dealflow.cli.signing import for_signature
        from dealflow.values import as_line

        paper = for_signature(book, lang, reasons)
        put_text("".join(as_line(line) + "\n" for line in paper.splitlines()))
    else:
        from dealflow.cli.playbook import put_playbook
        from dealflow.wording import Wording

        put_playbook(new_page(), Wording(book, lang), reasons)


@playbook.command("diagram")
@click.argument("source", metavar="ID|FILE")
@common
def playbook_diagram(source: str, lang: Language, as_json: bool) -> None:
    """Draw a playbook as a Mermaid state diagram."""
    from dealflow.playbook import mermaid

    book = rules_of(source)
    drawing = mermaid(book, lang)
    if as_json:
        from dealflow.cli.documents import write_json

        write_json({"playbook": book.id, "language": lang, "mermaid": drawing})
    else:
        from dealflow.cli.files import put_text

        put_text(drawing)


@playbook.command("lint")
@click.argument("source", metavar="ID|FILE")
@click.option("--strict", is_flag=True, help="Warnings count as well.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print what is found.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Take N steps for each question."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@speaks
def playbook_lint(
    source: str, strict: bool, form: str, limit: int | None, as_json: bool, lang: Language
) -> None:
    """Look for rules that make no sense, and for questions that nobody asks.

    Exit code 1: there are errors, or with --strict warnings.
    """
    from dealflow.cli.lint import fails, github_lines, lint_data, lint_file, put_findings

    findings = lint_file(source, limit)
    if as_json or form == "json":
        from dealflow.cli.documents import write_json

        write_json(lint_data(source, findings))
    elif form == "github":
        for line in github_lines(source, findings):
            click.echo(line)
    else:
        put_findings(new_page(), lang, source, findings)
    leave(fails(findings, strict=strict))


@playbook.command("prove")
@click.argument("source", metavar="ID|FILE")
@click.option(
    "--never",
    "claims",
    multiple=True,
    metavar="TEXT",
    help="""A claim to prove besides those of the file: '"STEP" unless CONDITION'.""",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Take N steps for each question."
)
@common
def playbook_prove(
    source: str, claims: tuple[str, ...], limit: int | None, lang: Language, as_json: bool
) -> None:
    """Prove that no deal gets past the walk-away policy and the claims of the author.

    What does not hold is shown by a deal, as a test. Exit code 1: not everything is proved.
    """
    from dealflow.cli.prove import proof_data, prove_timed, put_proof

    book = rules_of(source)
    proof = prove_timed(book, claims, limit)
    if as_json:
        from dealflow.cli.documents import write_json

        write_json(proof_data(book, proof))
    else:
        put_proof(new_page(), lang, book, proof)
    leave(not all(each.theorem.proved for each in proof))


@playbook.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--trails",
    multiple=True,
    metavar="FILE|FOLDER",
    help="Judge recorded deals again: a trail, or a folder of trails.",
)
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(["looser", "tighter"]),
    help="Exit with 1 when some move is; a new way counts as looser, one that is gone as tighter.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Take N steps for each question."
)
@common
def playbook_diff(
    old: str,
    new: str,
    trails: tuple[str, ...],
    fail_on: tuple[str, ...],
    limit: int | None,
    lang: Language,
    as_json: bool,
) -> None:
    """Compare two playbooks: which moves are tighter or looser, each shown by a deal.

    What was not decided within the limit counts as found, when --fail-on is given.
    """
    from dealflow.cli.diff import compare, difference_data, put_difference

    found = compare(rules_of(old), rules_of(new), trails, limit)
    if as_json:
        from dealflow.cli.documents import write_json

        write_json(difference_data(found))
    else:
        put_difference(new_page(), lang, found)
    # Given up is not found clean: a build that asks to fail must not pass because the search was
    # too long.
    leave(bool(fail_on) and (found.has(*fail_on) or found.undecided))


@playbook.command("test")
@click.argument("source", metavar="ID|FILE")
@click.argument("scripts", nargs=-1, required=True, metavar="SCRIPT|FOLDER...")
@click.option("--cov", is_flag=True, help="Show what the scripts cover of the playbook.")
@click.option(
    "--cov-fail-under",
    metavar="KIND:PERCENT,...",
    help="Exit with 1 when less is covered, e.g. guards:100,reasons:100.",
)
@common
def playbook_test(
    source: str,
    scripts: tuple[str, ...],
    cov: bool,
    cov_fail_under: str | None,
    lang: Language,
    as_json: bool,
) -> None:
    """Play deal scripts by a playbook, and check what they expect.

    Folders are searched for *.deal.toml. With pytest, see docs, "Testing playbooks".
    """
    from dealflow.cli.script_tests import play_all, put_tests, tests_data

    found = play_all(rules_of(source), scripts, cov, cov_fail_under)
    if as_json:
        from dealflow.cli.documents import write_json

        write_json(tests_data(found))
    else:
        put_tests(new_page(), lang, found)
    leave(found.failed)
