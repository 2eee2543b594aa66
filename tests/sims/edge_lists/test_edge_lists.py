"""Edge lists of every kind become the same graph; a bad one is refused with its line."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.cascade import spread
from sims.edge_lists.reading import EdgeList, EdgeListError, read_edges

ROOT = Path(__file__).resolve().parents[3]
LAW_FIRM = next(
    (found for base in ROOT.parents if (found := base / "shared" / "data" / "graph_law_firm").exists()),
    ROOT / "nowhere",
)
EDGES = [("ana", "ben", 0.5), ("cleo", "ana", 0.25), ("ana", "dan", 1.0), ("ben", "dan", 0.0)]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def named(read: EdgeList) -> list[tuple[str, str]]:
    sources = np.repeat(np.arange(read.graph.n_nodes), read.graph.out_degrees)
    return sorted(
        (str(read.ids[u]), str(read.ids[v])) for u, v in zip(sources, read.graph.targets, strict=True)
    )


def files(folder: Path) -> dict[str, Path]:
    lines = [f"{a}{{0}}{b}{{0}}{p}" for a, b, p in EDGES]
    columns = [list(column) for column in zip(*EDGES, strict=True)]
    table = pa.table({"p": columns[2], "target": columns[1], "source": columns[0]})
    pq.write_table(table, folder / "e.parquet")
    swapped = [f"{p},{b},{a},note" for a, b, p in EDGES]
    return {
        "csv": written(folder / "e.csv", "\n".join(["p,target,source,more", *swapped]) + "\n"),
        "tsv": written(folder / "e.tsv", "\n".join(["source{0}target{0}p", *lines]).format("\t")),
        "txt": written(folder / "e.txt", "\n".join(["# a comment", "% another", *lines]).format(" ")),
        "tabs": written(folder / "e.edges", "\n".join(lines).format("\t")),
        "parquet": folder / "e.parquet",
    }


@pytest.mark.parametrize("kind", ["csv", "tsv", "txt", "tabs", "parquet"])
def test_every_kind_gives_the_same_graph(kind: str, tmp_path: Path) -> None:
    read = read_edges(files(tmp_path)[kind], value="p")
    assert named(read) == sorted((a, b) for a, b, _ in EDGES)
    assert read.ids.tolist() == ["ana", "cleo", "ben", "dan"]
    assert read.values is not None
    assert read.values.tolist() == [0.5, 0.25, 1.0, 0.0]
    # The values belong to the edges as given: ana always reaches dan, ben never does.
    sizes = spread(read.graph, [0], read.values, 4000, 1).sizes
    assert sizes.min() == 2
    assert abs((sizes == 3).mean() - 0.5) < 0.04


def test_both_ways_and_without_values(tmp_path: Path) -> None:
    read = read_edges(files(tmp_path)["csv"], both_ways=True)
    assert read.values is None
    assert named(read) == sorted([(a, b) for a, b, _ in EDGES] + [(b, a) for a, b, _ in EDGES])


def test_ids_keep_their_writing(tmp_path: Path) -> None:
    text = read_edges(written(tmp_path / "e.csv", 'source,target\n007,7\n"a, b",NA\n'))
    assert text.ids.tolist() == ["007", "a, b", "7", "NA"]
    pq.write_table(pa.table({"source": [10**12, 5], "target": [5, -3]}), tmp_path / "n.parquet")
    whole = read_edges(tmp_path / "n.parquet")
    assert whole.ids.tolist() == [10**12, 5, -3]
    assert whole.ids.dtype == np.int64


def test_a_large_list(tmp_path: Path) -> None:
    ends = np.random.default_rng(1).integers(0, 50_000, (300_000, 2))
    pq.write_table(
        pa.table({"source": ends[:, 0], "target": ends[:, 1]}), tmp_path / "n.parquet", row_group_size=9000
    )
    np.savetxt(tmp_path / "n.txt", ends, fmt="%d")
    one, other = read_edges(tmp_path / "n.parquet"), read_edges(tmp_path / "n.txt")
    assert np.array_equal(one.graph.targets, other.graph.targets)
    assert np.array_equal(one.graph.offsets, other.graph.offsets)
    assert one.ids.tolist() == [int(name) for name in other.ids]


BAD: list[tuple[str, str, dict[str, Any], str]] = [
    ("e.csv", "", {}, "e.csv: is empty"),
    ("e.csv", "source,target\n", {}, "holds no edge"),
    ("e.csv", "from,to\na,b\n", {}, "e.csv:1: has columns from, to; 'source' is needed once"),
    ("e.csv", "source,source,target\na,b,c\n", {}, "'source' is needed once"),
    ("e.csv", "source,target\na,b\nc\n", {}, "e.csv:3: got 1 fields; every line has 2"),
    ("e.csv", "source,target\n\na,b\n\nc,\n", {}, "e.csv:5: target is blank"),
    (
        "e.csv",
        "source,target,p\na,b,0.5\nc,d,high\n",
        {"value": "p"},
        "e.csv:3: p is 'high'; a finite number",
    ),
    ("e.csv", "source,target,p\na,b,0.5\nc,d,\n", {"value": "p"}, "e.csv:3: p is ''"),
    ("e.csv", "source,target,p\na,b,nan\n", {"value": "p"}, "e.csv:2: p is 'nan'"),
    ("e.csv", "source,target,p\na,b,inf\n", {"value": "p"}, "e.csv:2: p is 'inf'"),
    ("e.txt", "# only\n", {}, "is empty"),
    ("e.txt", "# c\nalone\n", {}, "e.txt:2: got 'alone'; 2 fields are needed"),
    ("e.txt", "a b\nc d e\n", {}, "e.txt:2: got 3 fields; every line has 2"),
    ("e.txt", "a b 0.5\nc d x\n", {"value": "p"}, "e.txt:2: p is 'x'"),
    ("e.parquet", "not parquet at all", {}, "is no Parquet file"),
]


@pytest.mark.parametrize(("name", "text", "options", "message"), BAD, ids=[message for *_, message in BAD])
def test_a_bad_file_is_named_with_its_line(
    name: str, text: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(EdgeListError) as caught:
        read_edges(written(tmp_path / name, text), **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


BAD_TABLES: list[tuple[dict[str, Any], str]] = [
    ({"source": [1.5], "target": [2.5]}, "source is double"),
    ({"source": [1], "target": ["a"]}, "both are text or whole numbers"),
    ({"source": [1, None], "target": [2, 3]}, "row 1: source is missing"),
    ({"source": [1], "target": [2], "p": ["x"]}, "p is string; numbers are needed"),
    ({"source": [1, 1], "target": [2, 3], "p": [0.5, float("nan")]}, "row 1: p is nan"),
    ({"source": [1], "target": [2]}, "'p' is needed once"),
]


@pytest.mark.parametrize(("columns", "message"), BAD_TABLES, ids=[message for _, message in BAD_TABLES])
def test_a_bad_table_is_named(columns: dict[str, Any], message: str, tmp_path: Path) -> None:
    pq.write_table(pa.table(columns), tmp_path / "e.parquet")
    value = "p" if "p" in message else None
    with pytest.raises(EdgeListError, match=message):
        read_edges(tmp_path / "e.parquet", value=value if "p" in columns or "'p'" in message else None)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(EdgeListError, match="no such file"):
        read_edges(tmp_path / "none.csv")
    (tmp_path / "e.csv").write_bytes(b"source,target\n\xff\xfe,b\n")
    with pytest.raises(EdgeListError, match=r"UTF-?8"):
        read_edges(tmp_path / "e.csv")


@pytest.mark.skipif(not LAW_FIRM.exists(), reason="shared/data/graph_law_firm is not here")
def test_the_relations_of_a_real_law_firm() -> None:
    with (LAW_FIRM / "law_friends_nodes.csv").open(encoding="utf-8", newline="") as file:
        office = {row["id"]: row["office"] for row in csv.DictReader(file)}
    friends = read_edges(LAW_FIRM / "law_friends_edges.csv", "src", "dst")
    pairs = named(friends)
    assert len(pairs) == len(set(pairs)) == friends.graph.n_edges == 575
    same = np.mean([office[u] == office[v] for u, v in pairs])
    chance = np.mean([office[u] == office[v] for u in office for v in office if u != v])
    # As Lazega (2001) has it by way of the folder's README.
    assert (round(float(same), 2), round(float(chance), 2)) == (0.86, 0.53)
    # Certain shares reach everybody that friendship leads to: the same set that a walk finds.
    (seed,) = np.flatnonzero(friends.ids == pairs[0][0])
    walked, fresh = {pairs[0][0]}, {pairs[0][0]}
    while fresh:
        fresh = {v for u, v in pairs if u in fresh} - walked
        walked |= fresh
    assert spread(friends.graph, [int(seed)], 1.0, 3, 1).sizes.tolist() == [len(walked)] * 3
