"""The command line: ``python -m mutants``, with ``tools`` on the path."""

import argparse
import json
import os
import re
import shutil
import sys
from pathlib import Path

from .project import ROOT, copy, digest, judge, record
from .report import compare, read, report
from .sample import sample

KEY = re.compile(r"^[0-9a-f]{16}(?:-\d+)?\b", re.MULTILINE)
SURVIVORS = ROOT / "build/survivors.txt"


def main() -> int:
    """Do what the command line says."""
    given = arguments()
    if given.compare:
        return min(compare(*given.compare), 1)
    if given.report:
        report(read(given.report).values(), SURVIVORS)
        return 0
    only = None
    if given.only:
        only = set(KEY.findall(given.only.read_text(encoding="utf-8")))
    folder = ROOT / "build/mutants" / digest(given.tests)
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / ("every-test.jsonl" if given.every_test else "results.jsonl")
    if given.results:
        results = given.results.absolute()
    os.chdir(ROOT)
    copy(folder)
    chosen = folder / f"sample-{given.sample}-{given.seed}.jsonl"
    if only is not None or not chosen.exists():
        chosen = folder / "only.jsonl" if only is not None else chosen
        rows = sample(given.sample, given.seed, given.jobs, only)
        chosen.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    shutil.copy(chosen, folder / "sample.jsonl")
    record(folder, given.jobs, given.tests)
    judge(folder, results, given.jobs, given.tests, every_test=given.every_test)
    found = read(results)
    report([found[key] for key in read(chosen)], SURVIVORS)
    if unfit := json.loads((folder / "unfit.json").read_text(encoding="utf-8")):
        print("not asked, as they fail without any change:", *unfit)
    print(f"results: {results}")
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="mutants", description=sys.modules["mutants"].__doc__)
    parser.add_argument("--sample", type=int, default=1500, help="how many mutants")
    parser.add_argument("--seed", default="1", help="what the order of mutants depends on")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    parser.add_argument("--only", type=Path, help="a file with keys, such as build/survivors.txt")
    parser.add_argument("--tests", nargs="*", default=[], help="files of tests, for all")
    parser.add_argument("--every-test", action="store_true", help="be it that it runs no such line")
    parser.add_argument("--results", type=Path, help="where results go; those in it are kept")
    parser.add_argument("--report", type=Path, help="only report on a file of results")
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
