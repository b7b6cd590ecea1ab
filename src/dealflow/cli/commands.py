"""The command line: ``dealflow``, on click and rich, each command loading only what it needs.

Exit codes: 0 is clean, 1 means findings (a script's expectation that is not met, a tampered trail,
a deal that is not ready when ``--exit-code`` asks for it), 2 is a usage or an input that is wrong.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from dealflow import __version__
from dealflow.cli.ending import INTERRUPTED, check_output, complain, unwritable
from dealflow.cli.language import asked_for, in_words, speaking
from dealflow.cli.options import common, leave, new_page, spoken_before
from dealflow.cli.playbook_commands import playbook
from dealflow.cli.program import Group, Program
from dealflow.message import message
from dealflow.typing import Language

if TYPE_CHECKING:
    from dealflow.cli.input import Source
    from dealflow.cli.output import Page
    from dealflow.scripts import Run

__all__ = ["cli", "main"]

_rules = click.option(
    "--playbook",
    metavar="ID|FILE",
    help="Other rules: a shipped playbook, or a file. Needed for a trail made under a file.",
)
_when = click.option(
    "--at",
    metavar="WHEN",
    help="The deal as it was on a day or at an instant, or 'now' (default: its last entry).",
)
_head = click.option(
    "--head", metavar="HASH", help="The hash of the last entry, as known from elsewhere."
)
_force = click.option("--force", is_flag=True, help="Overwrite the file if there is one.")


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean, 1 findings, 2 wrong usage or unusable input.",
)
@click.version_option(__version__, message="dealflow %(version)s")
@spoken_before
def cli() -> None:
    """Qualify B2B deals: who said what, when, and what may be concluded from it.

    Start with `dealflow demo`.
    """


@cli.command()
@click.option("--only", type=click.IntRange(min=1), metavar="N", help="Only the N-th of the deals.")
@click.option("--svg", metavar="FILE", help="Write what would be printed as a picture.")
@_force
@common
def demo(only: int | None, svg: str | None, force: bool, lang: Language, as_json: bool) -> None:
    """See the deals that come with dealflow go through their steps.

    Exit code 1: a deal did not go as its script expects.
    """
    from dealflow.cli.input import run_script
    from dealflow.scripts import shipped_scripts

    ids = shipped_scripts()
    if only is not None:
        if only > len(ids):
            raise click.BadParameter(
                in_words(message("there are {n} deals", n=len(ids))), param_hint="'--only'"
            )
        ids = ids[only - 1 : only]
    runs = [run_script(id, None, lang) for id in ids]
    if as_json:
        if svg is not None:
            raise click.UsageError(in_words(message("--svg and --json do not go together")))
        from dealflow.cli.documents import run_data, write_json

        write_json({"runs": [run_data(run, lang) for run in runs]})
    else:
        page = new_page(record=svg is not None)
        _play(page, runs, lang, full=False)
        if svg is not None:
            from dealflow.cli.files import write_new

            write_new(svg, page.svg("dealflow demo"), force=force)
    leave(any(run.failures for run in runs))


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--brief", is_flag=True, help="Only what is said, changed and refused.")
@click.option("--trail", metavar="FILE", help="Write the deal's trail (JSON Lines).")
@_force
@_rules
@common
def run(
    file: str,
    brief: bool,
    trail: str | None,
    force: bool,
    playbook: str | None,
    lang: Language,
    as_json: bool,
) -> None:
    """Play a deal script: FILE.deal.toml, or the id of a deal of the demo.

    With - for FILE, the script is read from the standard input.

    Exit code 1: an expectation of the script is not met.
    """
    from dealflow.cli.input import open_playbook, run_script

    played = run_script(file, open_playbook(playbook) if playbook else None, lang)
    if trail is not None:
        from dealflow.cli.files import keep_inputs, write_new
        from dealflow.trail import dumps

        keep_inputs(trail, file, playbook)
        write_new(trail, dumps(played.deal.trail), force=force)
    if as_json:
        from dealflow.cli.documents import run_data, write_json

        write_json(run_data(played, lang))
    else:
        _play(new_page(), [played], lang, full=not brief)
    leave(bool(played.failures))


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--exit-code", is_flag=True, help="Exit with 1 unless the deal is ready, or closed.")
@click.option("--to", metavar="STEP", help="Look at the way to this step only.")
@_when
@_rules
@common
def coach(
    file: str,
    exit_code: bool,
    to: str | None,
    at: str | None,
    playbook: str | None,
    lang: Language,
    as_json: bool,
) -> None:
    """Say where a deal stands and what to ask next: from a script or from a trail.

    Where a step has several ways forward, each is judged; the rest is about the one that the deal
    goes when none is named.

    With - for FILE, the standard input is read: a script (TOML) or a trail (JSON Lines), by what it
    begins with.
    """
    from dealflow.assessment import Verdict
    from dealflow.cli.ways import ways_of

    source = _open(file, playbook, at, lang)
    ways = ways_of(source.deal, source.at, to)
    now = source.deal.assess(at=source.at, to=to)
    if as_json:
        from dealflow.cli.documents import coach_data, write_json

        write_json(coach_data(source.deal, now, lang, ways))
    else:
        from dealflow.cli.coach import put_coach
        from dealflow.wording import Wording

        put_coach(new_page(), Wording.of(source.deal, lang), source.deal, now, ways)
    ready = source.deal.outcome is not None or now.verdict is Verdict.READY
    leave(exit_code and not ready)


@cli.command()
@click.argument("file", metavar="FILE")
@_when
@_rules
@common
def show(file: str, at: str | None, playbook: str | None, lang: Language, as_json: bool) -> None:
    """Show what is known of a deal, who said it and when: from a script or from a trail.

    With - for FILE, the standard input is read: a script (TOML) or a trail (JSON Lines), by what it
    begins with.
    """
    source = _open(file, playbook, at, lang)
    if as_json:
        from dealflow.cli.documents import write_json
        from dealflow.cli.show import show_data

        write_json(show_data(source.deal, source.at))
    else:
        from dealflow.cli.show import put_show
        from dealflow.wording import Wording

        put_show(new_page(), Wording.of(source.deal, lang), source.deal, source.at)


cli.add_command(playbook)


@cli.group(cls=Group)
@spoken_before
def trail() -> None:
    """Look at the trail of a deal."""


@trail.command("show")
@click.argument("file", metavar="FILE")
@_rules
@common
def trail_show(file: str, playbook: str | None, lang: Language, as_json: bool) -> None:
    """Tell everything that happened to a deal, entry by entry."""
    source = _open(file, playbook, None, lang)
    if as_json:
        from dealflow.cli.documents import trail_data, write_json

        write_json(trail_data(source.deal.trail))
    else:
        from dealflow.cli.trail import put_trail

        put_trail(new_page(), source.deal.playbook, lang, source.deal.trail)


@trail.command("verify")
@click.argument("file", metavar="FILE")
@_head
@common
def trail_verify(file: str, head: str | None, lang: Language, as_json: bool) -> None:
    """Check that nobody has changed, dropped or added an entry.

    Without --head a cut tail cannot be noticed; and whether the entries make sense, and moves were
    judged rightly, is for `dealflow trail audit`.

    Exit code 1: the trail was tampered with; 2: the file is no trail, or has no entries.
    """
    from dealflow.cli.trail import check, put_check

    checked = check(file, head)
    if as_json:
        from dealflow.cli.documents import write_json

        write_json(checked.to_data())
    else:
        put_check(new_page(), lang, checked)
    click.get_current_context().exit(checked.exit_code)


@trail.command("audit")
@click.argument("file", metavar="FILE")
@_head
@_rules
@common
def trail_audit(
    file: str, head: str | None, playbook: str | None, lang: Language, as_json: bool
) -> None:
    """Judge every move on record again, on the evidence before it.

    First the hashes are checked, then whether each entry can follow from those before it, and then
    whether every move, refusal, rejection and walking away was judged rightly.

    Exit code 1: one of these is not so; 2: the file is no trail, has no entries, or was made under
    other rules.
    """
    from dealflow.cli.audit import audit_file, put_audit

    audited = audit_file(file, head, playbook)
    if as_json:
        from dealflow.cli.documents import write_json

        write_json(audited.to_data())
    else:
        put_audit(new_page(), lang, audited)
    click.get_current_context().exit(audited.exit_code)


@cli.command()
@click.argument("deals", metavar="DEALS.csv")
@click.option("--mapping", required=True, metavar="FILE", help="What the columns say of a deal.")
@common
def backtest(deals: str, mapping: str, lang: Language, as_json: bool) -> None:
    """See what a playbook would have done to deals that are closed."""
    from dealflow.cli.backtest import judge, put_report

    report, book = judge(deals, mapping, lang, quiet=as_json)
    if as_json:
        from dealflow.cli.documents import write_json

        write_json(report.to_data())
    else:
        from dealflow.wording import Wording

        put_report(new_page(), Wording(book, lang), report)


def _play(page: Page, runs: list[Run], lang: Language, *, full: bool) -> None:
    from dealflow.cli.run import put_run

    for number, played in enumerate(runs):
        if number:
            page.blank()
            page.blank()
        put_run(page, lang, played, full=full)


def _open(file: str, playbook: str | None, at: str | None, lang: Language) -> Source:
    from dealflow.cli.input import open_deal

    return open_deal(file, playbook, at, lang)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; gives the exit code and never a traceback for a wrong input."""
    language = asked_for(sys.argv[1:] if arguments is None else arguments, os.environ)
    output = sys.stdout
    try:
        check_output()
        # Not standalone: click would end the process itself. The flush belongs to what may fail: at
        # the exit of the interpreter, a closed pipe could only be complained about.
        code = cli.main(arguments, prog_name="dealflow", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        with speaking(language):
            return complain(error)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SystemExit:
        # click ends the process all the same when it meets a pipe without a reader, and by then has
        # put something else in the place of the output.
        if sys.stdout is output:
            raise
        sys.stdout = output
        return unwritable(BrokenPipeError(), language)
    except OSError as error:
        return unwritable(error, language)
    return code if isinstance(code, int) else 0
