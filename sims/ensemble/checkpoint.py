"""Checkpoints of a sweep, a file for each finished run: the same request resumes from them.

A file is whole or not there: it is written beside its place and moved there, and its check sum says that all of it arrived. Workers
write them, so that what a killed parent had not yet gathered is kept too. Nothing but the question names a folder: scenarios, seed,
parameters and version; a number cannot come from another question.
"""

import json
import os
import zlib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from sims.ensemble.bridge import Daily

LAYOUT = 2
# Most of it are small whole numbers: this packs them to a tenth in a twentieth of the time that a run takes.
PACKED = 1


def folder_of(root: Path, question: object) -> Path:
    """Where the runs of one question lie; `question` is JSON that names everything its numbers follow from."""
    text = json.dumps([LAYOUT, question], sort_keys=True, ensure_ascii=False)
    return root / sha256(text.encode()).hexdigest()[:32]


def keep(folder: Path, run: int, found: Sequence[Daily]) -> None:
    """Keep one run's daily values in each scenario."""
    rows = [
        (place, split, outcome, values)
        for place, daily in enumerate(found)
        for split, outcomes in daily.items()
        for outcome, values in outcomes.items()
    ]
    head = json.dumps([len(found), [row[:3] for row in rows]], ensure_ascii=False).encode()
    body = np.stack([row[3] for row in rows]).astype("<f8").tobytes()
    packed = zlib.compress(len(head).to_bytes(8, "little") + head + body, PACKED)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{run}.{os.getpid()}"
    with beside.open("wb") as file:
        file.write(sha256(packed).digest() + packed)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / f"{run}.run")


def kept(folder: Path, run: int) -> list[Daily] | None:
    """One run as it was kept, or None where it was not, or not in whole."""
    try:
        raw = (folder / f"{run}.run").read_bytes()
    except FileNotFoundError:
        return None
    digest, packed = raw[:32], raw[32:]
    if sha256(packed).digest() != digest:
        return None
    text = zlib.decompress(packed)
    after = 8 + int.from_bytes(text[:8], "little")
    count, rows = json.loads(text[8:after])
    values = np.frombuffer(text, dtype="<f8", offset=after).reshape(len(rows), -1).astype(np.float64)
    found: list[Daily] = [{} for _ in range(count)]
    for (place, split, outcome), days in zip(rows, values, strict=True):
        found[place].setdefault(split, {})[outcome] = days
    return found
