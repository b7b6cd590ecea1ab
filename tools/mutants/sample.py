"""Which mutants there are, and which of them are tried. mutmut says how code can be changed."""

import ast
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace

Row = dict[str, Any]

# mutmut passes over functions with a decorator. Verbs of a deal have one, and matter most.
DECORATOR = "    @observed\n"
HIDDEN = "    # @observed\n"


def sample(size: int, seed: str, jobs: int, only: set[str] | None) -> list[Row]:
    """The first mutants in the order of a seed, or those with some keys; with their texts."""
    paths = sorted(Path("src/dealflow").rglob("*.py"))
    with ProcessPoolExecutor(jobs) as pool:
        rows = drawn([row for rows in pool.map(mutants_of, paths) for row in rows], seed)
        print(f"{len(rows)} mutants in {len(paths)} files")
        if only is None:
            rows = rows[:size]
        else:
            rows = [row for row in rows if row["key"] in only]
            if missing := only - {row["key"] for row in rows}:
                print("no such mutants any more:", *sorted(missing))
        by_path: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_path[row["path"]].append(row)
        whole = [row for rows in pool.map(with_texts, by_path, by_path.values()) for row in rows]
    return sorted(whole, key=lambda row: str(row["key"]))


def drawn(mutants: Sequence[Row], seed: str) -> list[Row]:
    """Mutants in an order in which the names of files and modules have no part."""
    for row in mutants:
        what = "\0".join([seed, row["function"], row["diff"], str(row["copy"])])
        row["key"] = hashlib.sha256(what.encode()).hexdigest()[:16]
    ordered = sorted(mutants, key=lambda row: (row["key"], row["module"]))
    twins: Counter[str] = Counter()
    for row in ordered:  # functions of one name, with the same line
        twins[row["key"]] += 1
        if twins[row["key"]] > 1:
            row["key"] += f"-{twins[row['key']]}"
    return ordered


def mutants_of(path: Path) -> list[Row]:
    """Every mutant of a file; `nth` finds it again when its text is wanted."""
    text = path.read_text(encoding="utf-8")
    module, mutations = _mutations(path, text)
    places = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    names = dict(_names(module))
    before = {function: module.code_for_node(function) for function in names}
    statements = Statements(text)
    found: list[Row] = []
    copies: Counter[tuple[str, str]] = Counter()
    for nth, mutation in enumerate(mutations):
        function = mutation.contained_by_top_level_function
        if function not in names:
            continue
        changed = deep_replace(function, mutation.original_node, mutation.mutated_node)
        if not isinstance(changed, cst.FunctionDef):
            continue
        diff = differing(before[function], module.code_for_node(changed))
        place = places[mutation.original_node]
        copies[names[function], diff] += 1
        found.append(
            {
                "module": _module(path),
                "function": names[function],
                "diff": diff,
                "copy": copies[names[function], diff],
                "path": str(path),
                "nth": nth,
                "starts": places[function].start.line,
                **statements.around(place.start.line, place.end.line),
            }
        )
    return found


def with_texts(path: str, rows: Sequence[Row]) -> list[Row]:
    """The same mutants, with the text of the whole file as each changes it."""
    module, mutations = _mutations(Path(path), Path(path).read_text(encoding="utf-8"))
    holder: dict[cst.CSTNode | None, cst.CSTNode] = {
        inner: one for one in module.body for inner in (one, *_inside(one))
    }
    for row in rows:
        mutation = mutations[row["nth"]]
        statement = holder[mutation.contained_by_top_level_function]
        changed = deep_replace(statement, mutation.original_node, mutation.mutated_node)
        body = [changed if one is statement else one for one in module.body]
        row["text"] = module.with_changes(body=body).code.replace(HIDDEN, DECORATOR)
    return list(rows)


def differing(before: str, after: str) -> str:
    """The lines that differ, with nothing around them that may change for another reason."""
    old, new = before.splitlines(), after.splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return "\n".join([*(f"-{line}" for line in old), *(f"+{line}" for line in new)])


class Statements:
    """Finds the lines of which one has to run for a change to matter."""

    def __init__(self, text: str) -> None:
        self.all = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]

    def around(self, first: int, last: int) -> Row:
        """The smallest statement around some lines; of a block, its head."""
        holding = [s for s in self.all if s.lineno <= first and last <= (s.end_lineno or s.lineno)]
        inner = min(holding, key=lambda s: ((s.end_lineno or s.lineno) - s.lineno, -s.col_offset))
        end = inner.end_lineno or inner.lineno
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            begin = inner.body[0].lineno
            return {"lines": [begin, end], "head": last < begin}
        body: list[ast.stmt] = getattr(inner, "body", [])
        if body and last < body[0].lineno:
            end = max(last, body[0].lineno - 1)
        return {"lines": [inner.lineno, end], "head": False}


def _module(path: Path) -> str:
    parts = path.relative_to("src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _mutations(path: Path, text: str) -> tuple[cst.Module, Sequence[Mutation]]:
    module, mutations, _, _ = create_mutations(str(path), text.replace(DECORATOR, HIDDEN))
    return module, mutations


def _names(module: cst.Module) -> Iterator[tuple[cst.CSTNode, str]]:
    """Functions and methods, with their qualified names."""
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            yield statement, statement.name.value
        for inner in _inside(statement):
            if isinstance(inner, cst.FunctionDef) and isinstance(statement, cst.ClassDef):
                yield inner, f"{statement.name.value}.{inner.name.value}"


def _inside(statement: cst.CSTNode) -> Iterable[cst.CSTNode]:
    return statement.body.body if isinstance(statement, cst.ClassDef) else ()
