"""Common parts of all commands: one line for bad input, the exit codes, `--json`.

Exit codes: 0 success, 1 a finding (sound input, bad news), 2 bad input, 130 interrupted.
"""

import gc
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rewards.faults import Unavailable
from rewards.outputs import check_place, write_text
from rewards.people.operator import of_system, operating
from rewards.traces import lines_of
from sims.doctor import package_clashes
from sims.ensemble.executors import ExecutorError

FINDING = 1
BAD_INPUT = 2
INTERRUPTED = 130
STDOUT = Path("-")
MANY = 5000
"""Number of people from which a command shows its progress."""
ALLOCATIONS_BETWEEN_COLLECTIONS = 20_000

JsonOut = Annotated[
    Path | None, typer.Option("--json", metavar="OUT", help="Write JSON to this file; - is standard output.")
]
ActingAs = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PERSON",
        envvar="GROUNDSWELL_AS",
        help="Whom the audit log names for what a command changes; else the user of this machine.",
    ),
]


class InputError(ValueError):
    """Raised for bad input found by a command itself; the message names the value, the limit and the remedy."""


class CommandGroup(TyperGroup):
    """A group whose every command ends in an exit code, and turns bad input into one line on standard error.

    ValueError and OSError are how every layer below reports bad input (their messages name value, limit and
    remedy); anything else is a defect of ours: it is reported by its places, without a value of any variable.
    """

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run one command line and leave the process with its exit code."""
        sys.exit(self._exit_code(args, extra))

    def _exit_code(self, args: Sequence[str] | None, extra: Mapping[str, Any]) -> int:
        clashes = package_clashes()
        if clashes:
            return fail("; ".join(map(str, clashes)))
        try:
            code = super().main(args, **{**extra, "standalone_mode": False})
        except typer.Abort:
            return fail("interrupted", INTERRUPTED)
        except typer.TyperException as error:
            return fail(f"{error.format_message()} (groundswell --help shows what there is)", error.exit_code)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            return fail(os_error_line(error))
        except ExecutorError as error:
            return fail(str(error), FINDING)
        except (ValueError, Unavailable) as error:
            return fail(str(error))
        except Exception as error:
            fail("a fault of Groundswell's own, not of what it was given; report the lines below")
            print("\n".join(lines_of(error)), file=sys.stderr)
            return FINDING
        return code if isinstance(code, int) else 0


def collect_seldom() -> None:
    """Run Python's cyclic garbage collection less often: commands and requests create few cycles, and each pass visits all live objects.

    It took a tenth of the start-up time.
    """
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])


def fail(message: str, code: int = BAD_INPUT) -> int:
    """Print `message` as one line on standard error and give back the exit code."""
    print("groundswell: " + " ".join(message.split()), file=sys.stderr)
    return code


def os_error_line(error: OSError) -> str:
    """A file or network error as `file: what; remedy`."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{(error.strerror or str(error)).lower()}; check the name and that it can be opened"


def check_out(*outs: Path | None) -> None:
    """Refuse an output file that cannot be written, or that is named twice, before the work is done, and not after it."""
    named = [out for out in outs if out is not None]
    for out in named:
        if out == STDOUT:
            continue
        if out.is_dir() or not out.parent.is_dir():
            raise InputError(
                f"{out}: a file in an existing folder is needed; create the folder or name another"
            )
        check_place(out)
    for before, out in combinations(named, 2):
        if before.resolve() == out.resolve():
            raise InputError(
                f"{out}: named for two outputs, of which the second would replace the first; name two files"
            )


def check_file(option: str, out: Path | None) -> None:
    """Refuse standard output, where the command tells what it found; and as `check_out` does."""
    if out == STDOUT:
        raise InputError(
            f"{option}: got -; standard output has what the command tells already; name a file, or /dev/stderr"
        )
    check_out(out)


def check_folder(option: str, folder: Path | None) -> None:
    """Refuse a folder in which nothing can be kept, before the work is done; one that is not there is made."""
    if folder is None:
        return
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{option}: {folder} is a file; a folder is needed; name another")
    folder.mkdir(parents=True, exist_ok=True)
    check_place(folder / "kept")


def check_new(option: str, out: Path, what: str) -> None:
    """Refuse to write over `out`, before the work is done; and as `check_out` does."""
    check_out(out)
    if out != STDOUT and out.exists():
        raise InputError(f"{option}: {out} is there already; {what} is never written over; name another file")


def write_json(out: Path | None, body: Mapping[str, object], new: bool = False) -> None:
    """Write `body` to `out` (`-` is standard output, None is nowhere); the same body gives the same bytes.

    Where it is `new`, a file that is there is never written over.
    """
    if out is None:
        return
    text = json.dumps(body, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    if str(out) == "-":
        sys.stdout.write(text)
    else:
        write_text(out, text, new)


def say(text: str, json_out: Path | None = None) -> None:
    """Print for a human, unless standard output was asked for as JSON."""
    if json_out is None or str(json_out) != "-":
        print(text)


@contextmanager
def acting_as(person: str) -> Iterator[None]:
    """A context that attributes changes to this person, or to the user of this machine."""
    named = person.strip()
    if person and not named:
        raise InputError("--as: got a blank; name somebody's id, or leave it out")
    with operating(named or of_system(_user())):
        yield


def _user() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return ""
    return "".join(letter for letter in name if letter.isprintable())[:64]


@contextmanager
def how_far(what: str, count: int) -> Iterator[Callable[[int, int], None]]:
    """A context with a progress line on standard error, for long files."""
    shown = count >= MANY

    def told(done: int, total: int) -> None:
        if shown:
            end = "\r" if sys.stderr.isatty() else "\n"
            sys.stderr.write(f"{what}: {done:,} of {total:,} people{end}")
            sys.stderr.flush()

    yield told
    if shown and sys.stderr.isatty():
        sys.stderr.write("\n")
