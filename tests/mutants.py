"""Mutation testing: how many small faults, put into a file one at a time, do the tests find?

    .venv/bin/python tests/mutants.py [--seed 12] [--most 30] [FILE[:LINE,LINE] ...]

Of each FILE (all of `TESTS` by default) a random sample of mutants is drawn that `--seed` and the file's name decide alone; with lines,
only those of the sample that change one of them are tried, to see whether what survived is found by now. Each is
written into a copy of the checkout and meets the tests that `TESTS` names, until one of them fails. A line is printed for every mutant:
`killed`, or `SURVIVED`, with its place and the change. What survives is a missing test, or equivalent to the code: judge it by hand.

A process for each mutant is forked from one that has imported the libraries, but nothing of the product. Kernels run as
Python, without those tests that need the compiler; databases are SQLite alone.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("engine", "rewards", "agents", "sims", "web", "tests", "benchmarks", "examples", "docs")
LIBRARIES = (
    "alembic.command",
    "fastapi.testclient",
    "hypothesis",
    "numba",
    "pandas",
    "psycopg",
    "pydantic",
    "scipy.stats",
    "typer",
)
QUICKLY = (
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-k",
    "not postgresql and not replayed",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)
OUTPUT = "output.txt"
CAPS, FOLDS, RULES = (f"tests/engine/test_scoring_{name}.py" for name in ("caps", "folds", "rules"))
LEDGER, CASES = "tests/rewards/ledger", "tests/conformance"
OUTSIDE, SCHEME = "tests/rewards/outside", "tests/rewards/scheme"
RISKS, TURNING = "tests/sims/comparison/test_risks.py", "tests/sims/comparison/test_turning.py"
TESTS: dict[str, tuple[str, ...]] = {
    "agents/program/redemption.py": ("tests/agents/program/test_redemption.py",),
    "engine/scoring_folds.py": (FOLDS,),
    "engine/scoring_kernel.py": (FOLDS, RULES, CAPS),
    "engine/scoring_rules.py": (RULES, CAPS),
    "engine/scoring_terms.py": (RULES, FOLDS, CAPS),
    "rewards/ledger/differences.py": (
        f"{LEDGER}/test_differences.py",
        f"{CASES}/test_versions.py",
        f"{CASES}/test_undo.py",
        f"{LEDGER}/test_late_events.py",
        f"{LEDGER}/test_fair_play.py",
        f"{LEDGER}/test_award_budget.py",
    ),
    "rewards/ledger/expiry.py": (f"{LEDGER}/test_expiry.py",),
    "rewards/ledger/fold.py": (
        f"{CASES}/test_versions.py",
        f"{LEDGER}/test_late_events.py",
        f"{LEDGER}/test_fair_play.py",
        f"{CASES}/test_undo.py",
        f"{CASES}/test_owners_and_losses.py",
    ),
    "rewards/ledger/intake.py": (
        f"{LEDGER}/test_intake.py",
        f"{LEDGER}/test_quarantine.py",
        f"{CASES}/test_owners_and_losses.py",
        f"{LEDGER}/test_fair_play.py",
        f"{CASES}/test_idempotency.py",
    ),
    "rewards/ledger/lots.py": (f"{LEDGER}/test_lots.py", f"{LEDGER}/test_expiry.py"),
    "rewards/ledger/periods.py": (f"{LEDGER}/test_periods.py", f"{CASES}/test_undo.py"),
    "rewards/ledger/places.py": (f"{LEDGER}/test_places.py", f"{CASES}/test_time_live.py"),
    "rewards/ledger/pool.py": (f"{LEDGER}/test_award_budget.py",),
    "rewards/ledger/posting.py": (
        f"{LEDGER}/test_posting.py",
        f"{LEDGER}/test_award_budget.py",
        f"{CASES}/test_undo.py",
        f"{LEDGER}/test_expiry.py",
    ),
    "rewards/ledger/undo.py": (f"{LEDGER}/test_periods.py", f"{CASES}/test_undo.py"),
    "rewards/ledger/velocity.py": (f"{LEDGER}/test_velocity.py",),
    "rewards/ledger/versions.py": (f"{LEDGER}/test_schemes.py", f"{CASES}/test_versions.py"),
    "rewards/outside/addresses.py": ("tests/attacks/test_addresses.py",),
    "rewards/outside/delivery.py": (f"{OUTSIDE}/test_delivery.py", f"{OUTSIDE}/test_webhooks.py"),
    "rewards/outside/logout_token.py": (f"{OUTSIDE}/test_logout_token.py",),
    "rewards/outside/pauses.py": (f"{OUTSIDE}/test_pauses.py",),
    "rewards/outside/single_sign_on.py": (
        f"{OUTSIDE}/test_sign_on_limits.py",
        f"{OUTSIDE}/test_single_sign_on.py",
    ),
    "rewards/scheme/earning.py": (f"{SCHEME}/test_parts.py", f"{SCHEME}/test_scheme.py"),
    "rewards/scheme/limits.py": (f"{SCHEME}/test_limits.py",),
    "rewards/scheme/predicates.py": (f"{SCHEME}/test_parts.py", f"{SCHEME}/test_scheme.py"),
    "rewards/scheme/quantities.py": (f"{SCHEME}/test_parts.py", f"{SCHEME}/test_scheme.py"),
    "sims/history/of_events.py": ("tests/sims/history/test_of_events.py",),
    "web/security.py": ("tests/web/test_security.py",),
    "sims/comparison/choice.py": ("tests/sims/comparison/test_choice.py",),
    # Those that simulate are left out: kernels run as Python here.
    "sims/comparison/risks.py": (
        f"{RISKS}::test_points_of_all_runs_count_and_not_one_noisy_ratio",
        f"{RISKS}::test_the_part_has_the_90_percent_interval_of_its_error",
        f"{RISKS}::test_a_run_without_which_nobody_is_paid_moves_no_part",
        f"{RISKS}::test_nobody_is_paid_least_where_nobody_is_paid_or_one_group_is_alone",
        f"{RISKS}::test_what_is_owed_is_told_as_expected_and_at_worst",
    ),
    "sims/comparison/turning.py": (
        f"{TURNING}::test_an_effect_turns_where_its_line_crosses_zero",
        f"{TURNING}::test_one_more_brings_less_beyond_the_top_of_a_parabola",
        f"{TURNING}::test_a_lever_is_there_where_the_scenario_has_it",
        f"{TURNING}::test_a_tool_in_one_phase_alone_is_a_lever",
        f"{TURNING}::test_every_lever_begins_with_nothing_and_rises",
        f"{TURNING}::test_one_more_reminder_turns_at_the_top_and_not_where_all_of_them_do",
        f"{TURNING}::test_publicity_is_held_against_no_points_and_not_against_privacy",
        f"{TURNING}::test_pulled_levers_change_what_they_say_and_nothing_else",
        f"{TURNING}::test_runs_of_one_sign_turn_where_the_mean_does",
        f"{TURNING}::test_what_never_turns_is_said_to_never_turn",
    ),
}
"""Files and the tests that mirror them."""
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt,), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt,), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
Change = tuple[ast.expr | ast.stmt, ast.AST]


def changes(tree: ast.Module) -> list[Change]:
    """Every place where a fault is put, with what then stands there: not in annotations, decorators, errors and f-strings."""
    spared = {id(inner) for node in ast.walk(tree) for part in _spared(node) for inner in ast.walk(part)}
    return [(node, new) for node in ast.walk(tree) if id(node) not in spared for new in _instead(node)]


def _spared(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        yield from (one.annotation for one in arguments if one.annotation)
        yield from node.decorator_list
        if node.returns:
            yield node.returns
    elif isinstance(node, ast.ClassDef):
        yield from node.decorator_list
    elif isinstance(node, ast.AnnAssign):
        # Limits in `Annotated` are rules, types are not.
        yield from () if "Annotated" in ast.unparse(node.annotation) else (node.annotation,)
    elif isinstance(node, ast.Raise | ast.JoinedStr):
        # Python 3.11 does not know where the parts of an f-string are.
        yield node


def _instead(node: ast.AST) -> Iterator[ast.AST]:
    new: ast.AST
    match node:
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                for other in COMPARED[type(operator)]:
                    new = copy.deepcopy(node)
                    new.ops[at] = other()
                    yield new
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            for at in range(len(node.values)):
                left = node.values[:at] + node.values[at + 1 :]
                yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
        case ast.BinOp() if type(node.op) in RECKONED:
            yield ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Call(func=ast.Name(id=name)) if name in CALLED:
            # A list in the order it comes in has no key to be sorted by.
            yield ast.Call(ast.Name(CALLED[name]), node.args, [] if name == "sorted" else node.keywords)
        case ast.If(body=[ast.Raise() | ast.Return() | ast.Continue() | ast.Break()], orelse=[]):
            yield ast.Pass()
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()


def written(source: str, change: Change) -> str:
    """The source with one change."""
    old, new = change
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    assert old.end_lineno is not None
    assert old.end_col_offset is not None
    begin, end = starts[old.lineno - 1] + old.col_offset, starts[old.end_lineno - 1] + old.end_col_offset
    text = ast.unparse(ast.fix_missing_locations(new))
    text = text if isinstance(new, ast.Pass | ast.Constant) else f"({text})"
    return (source.encode()[:begin] + text.encode() + source.encode()[end:]).decode()


def fails(folder: Path, tests: Sequence[str], limit_s: float) -> bool:
    """True where a test fails, or does not end in time."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(folder)
        out = os.open(folder.parent / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        # Where this script lies are folders called as the packages are.
        sys.path[0] = str(folder)
        os._exit(int(pytest.main([*QUICKLY, *tests])))
    give_up = time.monotonic() + limit_s
    while time.monotonic() < give_up:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def examine(
    folder: Path, name: str, tests: Sequence[str], *, seed: int, most: int, lines: Collection[int]
) -> tuple[int, int]:
    """(mutants tried, killed) of one file; of `lines` alone where there are any."""
    path = folder / name
    source = path.read_text("utf-8")
    found = changes(ast.parse(source))
    chosen = random.Random(f"{seed}:{name}").sample(found, min(most, len(found)))
    chosen = [one for one in chosen if not lines or one[0].lineno in lines]
    began = time.monotonic()
    if fails(folder, tests, 900.0):
        raise SystemExit(
            f"{name}: its tests fail without a fault\n{(folder.parent / OUTPUT).read_text()[-2000:]}"
        )
    limit_s = 5 * (time.monotonic() - began) + 60
    killed = 0
    for change in sorted(chosen, key=lambda one: (one[0].lineno, one[0].col_offset)):
        old, new = change
        path.write_text(written(source, change), "utf-8")
        found_out = fails(folder, tests, limit_s)
        killed += found_out
        was = " ".join((ast.get_source_segment(source, old) or "").split())
        print(
            f"{'killed  ' if found_out else 'SURVIVED'} {name}:{old.lineno}  {was[:90]}  ->  {ast.unparse(new)[:90]}"
        )
    path.write_text(source, "utf-8")
    print(
        f"## {name}: {len(found)} places, {len(chosen)} tried, {killed} killed, {time.monotonic() - began:.0f} s"
    )
    return len(chosen), killed


def copied(into: Path) -> Path:
    """A copy of the checkout to put faults into, beside what the checkout has beside it."""
    folder = into / "checkout"
    folder.mkdir()
    for package in FOLDERS:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / name)
    (into / "shared").symlink_to((ROOT / ".." / "shared").resolve())
    return folder


def _asked(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, lines = text.partition(":")
    if name not in TESTS:
        raise argparse.ArgumentTypeError(f"{name!r}: not in TESTS; add it with the tests that mirror it")
    return name, tuple(int(line) for line in lines.split(",") if line)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=_asked, metavar="FILE[:LINE,LINE]")
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--most", type=int, default=30, help="mutants of a file at most")
    asked = parser.parse_args()
    # Kernels run as Python, so that no mutant waits for the compiler; no bytecode of a mutant is kept.
    os.environ |= {"NUMBA_DISABLE_JIT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    for library in LIBRARIES:
        importlib.import_module(library)
    tried = killed = 0
    with tempfile.TemporaryDirectory(prefix="groundswell-mutants-") as folder:
        os.environ |= {
            "PYTHONPATH": f"{folder}/checkout",
            "HYPOTHESIS_STORAGE_DIRECTORY": f"{folder}/examples",
        }
        place = copied(Path(folder))
        for name, lines in asked.files or [(name, ()) for name in TESTS]:
            of_file = examine(place, name, TESTS[name], seed=asked.seed, most=asked.most, lines=lines)
            tried, killed = tried + of_file[0], killed + of_file[1]
    print(f"{tried} tried, {killed} killed")


if __name__ == "__main__":
    main()
