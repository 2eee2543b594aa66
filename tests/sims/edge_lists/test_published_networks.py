"""Edge lists as networks are really published: every edge is read, or the file is refused by name or with its line."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.edge_lists.reading import EdgeListError, read_edges
from tests.sims.edge_lists.test_edge_lists import named

CASES = Path(__file__).parents[4] / "shared" / "cases"
RING = [("ana", "ben"), ("ben", "cleo"), ("cleo", "ana")]
NUMBERS = [("1", "2"), ("2", "3")]
PATH = [("ana", "ben"), ("ben", "cleo")]

READ: list[tuple[str, str, str, list[tuple[str, str]]]] = [
    ("a space after each comma", "e.txt", "ana, ben\nben, cleo\ncleo, ana\n", RING),
    ("the same in a csv", "e.csv", "source, target\nana, ben\nben , cleo\n cleo, ana\n", RING),
    ("columns of spaces", "e.txt", "  ana   ben\n  ben   cleo \n\n cleo   ana\n", RING),
    ("tabs and spaces", "e.txt", "ana \t ben\nben\t cleo\ncleo \tana\n", RING),
    ("semicolons", "e.txt", "ana;ben\nben;cleo\ncleo;ana\n", RING),
    ("semicolons in a csv", "e.csv", "Source;Target\nana;ben\nben;cleo\ncleo;ana\n", RING),
    ("bars", "e.txt", "ana|ben\nben|cleo\ncleo|ana", RING),
    ("a header in words of its own", "e.txt", "source target\nana ben\nben cleo\n", PATH),
    ("a header in capitals", "E.CSV", "SOURCE,Target\nana,ben\nben,cleo\n", PATH),
    ("a header before numbers", "e.edges", "person contact\n1 2\n2 3\n", NUMBERS),
    ("a header that others use", "e.txt", "FromNodeId\tToNodeId\nana\tben\nben\tcleo\n", PATH),
    ("columns in another order", "e.txt", "weight target source\n1 ben ana\n2 cleo ben\n", PATH),
    ("a csv of numbers without a header", "e.csv", "1,2\n2,3\n", NUMBERS),
    ("SNAP", "e.txt", "# Directed graph: ego.txt\n# Nodes: 3 Edges: 2\n# FromNodeId\tToNodeId\n1\t2\n2\t3\n", NUMBERS),
    ("KONECT", "out.ego", "% asym unweighted\n% 2 3 3\n1 2 1 1082008561\n2 3 1 1082008562\n", NUMBERS),
    ("KONECT with tabs", "out.ego", "% asym weighted\n1 2\t1\t1082008561\n2 3\t1\t1082008562\n", NUMBERS),
    ("carriage returns", "e.txt", "1 2\r\n2 3\r\n", NUMBERS),
    ("carriage returns alone", "e.txt", "1 2\r2 3\r", NUMBERS),
    ("rows cleared in a spreadsheet", "e.csv", "source,target\n1,2\n,\n2,3\n , \n", NUMBERS),
    ("blank lines at the top", "e.csv", "\n\nsource,target\n1,2\n2,3\n", NUMBERS),
    ("a line that names the separator is none", "e.csv", "source,target,type\nana,ben,Directed\nben,cleo,Directed\n", PATH),
    ("fields in quotes", "e.txt", '"ana" "ben"\n"ben" "cleo"\n', PATH),
    ("quotes after comma and space", "e.csv", '"source", "target"\n"ana", "ben"\n"ben", "cleo"\n', PATH),
    ("quotes within ids", "e.txt", '5" b\nb "c\nd e\n', [('5"', "b"), ("b", '"c'), ("d", "e")]),
    ("quotes within ids, in tabs", "e.txt", '5"\tb\nb\t"c\nd\te\n', [('5"', "b"), ("b", '"c'), ("d", "e")]),
    ("quotes within ids, in a tsv", "e.tsv", 'source\ttarget\na"x\tb\nb\tc\n', [('a"x', "b"), ("b", "c")]),
    ("a self loop and an edge twice", "e.txt", "1 1\n1 2\n1 2\n", [("1", "1"), ("1", "2"), ("1", "2")]),
    ("a single edge", "e.txt", "ana ben", [("ana", "ben")]),
    ("any language", "e.txt", "Zoë Łukasz\nŁukasz 李\n", [("Zoë", "Łukasz"), ("Łukasz", "李")]),
    ("ids with spaces", "e.txt", "Ana Ruiz\tBo Lind\nBo Lind\tCy\n", [("Ana Ruiz", "Bo Lind"), ("Bo Lind", "Cy")]),
    ("ids with a mark for comments", "e.txt", "ana #ben\n#ben ana\n", [("ana", "#ben"), ("#ben", "ana")]),
    ("MatrixMarket", "e.mtx", "%%MatrixMarket matrix coordinate real general\n% three\n\n3 3 2\n1 2 0.5\n2  3  0.25\n", NUMBERS),
    ("MatrixMarket by its first line", "e.txt", "%%matrixmarket MATRIX coordinate pattern General\n3 3 2\n1 2\n2 3\n", NUMBERS),
    (
        "a symmetric matrix", "e.mtx", "%%MatrixMarket matrix coordinate integer symmetric\n3 3 3\n1 1 4\n2 1 5\n3 2 6\n",
        [("1", "1"), ("2", "1"), ("3", "2"), ("1", "2"), ("2", "3")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "edges"), [row[1:] for row in READ], ids=[row[0] for row in READ])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_is_published_is_read(
    name: str, text: str, edges: list[tuple[str, str]], encoding: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert named(read_edges(tmp_path / name)) == sorted(edges)


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), ("", gzip.compress)],
)
def test_packed_files_are_unpacked(suffix: str, pack: Any, tmp_path: Path) -> None:
    file = tmp_path / f"e.csv{suffix}"
    file.write_bytes(pack(b"source,target\nana,ben\nben,cleo\n"))
    assert named(read_edges(file)) == PATH


def test_a_packed_file_that_ends_too_soon_is_told(tmp_path: Path) -> None:
    file = tmp_path / "e.txt.gz"
    file.write_bytes(gzip.compress(b"1 2\n2 3\n" * 100)[:-9])
    with pytest.raises(EdgeListError, match="cannot be unpacked"):
        read_edges(file)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("e.txt", "source target p\nana ben 0.5\nben cleo 0.25\n"),
        ("e.txt", "ana ben weight\nana ben 0.5\nben cleo 0.25\n"),
        ("e.txt", "ana, ben, 0.5\nben, cleo, 0.25\n"),
        ("e.csv", "Source,Target,P\nana,ben, 0.5\nben,cleo,0.25 \n"),
        ("e.txt", "ana   ben  0.5\nben   cleo  25e-2"),
    ],
)
def test_values_are_read_with_them(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    read = read_edges(tmp_path / name, value="p")
    assert named(read) == PATH
    assert read.values is not None
    assert read.values.tolist() == [0.5, 0.25]


def test_a_symmetric_matrix_has_its_values_both_ways(tmp_path: Path) -> None:
    file = tmp_path / "e.mtx"
    file.write_text("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 0.5\n2 1 0.25\n")
    for both_ways in (False, True):
        read = read_edges(file, value="p", both_ways=both_ways)
        assert read.values is not None
        assert read.values.tolist() == ([0.5, 0.25, 0.5, 0.25] if both_ways else [0.5, 0.25, 0.25])


HEAD = "%%MatrixMarket matrix coordinate real general\n"
REFUSED: list[tuple[str, str, str]] = [
    ("e.net", '*Vertices 2\n1 "ana"\n2 "ben"\n*Arcs\n1 2\n', r"e\.net:1: is Pajek"),
    ("e.gml", 'Creator "x"\ngraph [\n node [ id 1 ]\n]\n', r"e\.gml:1: is GML"),
    ("e.gml", "graph\n[\n directed 1\n", r"is GML"),
    ("e.graphml", "<?xml version='1.0'?>\n<graphml/>", r"is GraphML"),
    ("e.dot", "digraph g {\n a -> b\n}\n", r"is DOT"),
    ("e.txt", "dl n=3 format=edgelist1\nlabels:\n", r"is UCINET"),
    ("e.gdf", "nodedef> name\n", r"is GDF"),
    ("e.col", "p edge 3 2\ne 1 2\n", r"is DIMACS"),
    ("e.gr", "c one two three\nc\np sp 3 2\na 1 2 3\na 2 3 1\n", r"e\.gr:1: is DIMACS"),
    ("e.txt", "ana -> ben\nben -> cleo\n", r"e\.txt:1: got 'ana -> ben'; arrows"),
    ("e.mmd", "ana --> ben\nben --> cleo\n", r"e\.mmd:1: .*arrows"),
    ("e.txt", "1 2\n2\0 3\n", r"e\.txt:2: got a zero byte"),
    ("e.json", '{"nodes": []}', r"is JSON"),
    ("e.json", "[[1, 2]]", r"is JSON"),
    ("e.txt", "1 2 {}\n2 3 {}\n", r"e\.txt:1: .*data in braces"),
    ("e.mtx", "%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4\n", r"e\.mtx:1: is MatrixMarket of another kind"),
    ("e.mtx", "%%MatrixMarket matrix coordinate complex hermitian\n", r"another kind"),
    ("e.mtx", HEAD + "3 2 1\n1 2 1\n", r"e\.mtx:2: has 3 rows and 2 columns"),
    ("e.mtx", HEAD + "3 3 2\n1 2 1\n", r"e\.mtx:2: says 2 entries, and 1 follow"),
    ("e.mtx", HEAD + "3 3 1\n1 4 1\n", r"outside 1 to 3"),
    ("e.mtx", HEAD + "3 3 1\n0 1 1\n", r"outside 1 to 3"),
    ("e.mtx", HEAD + "% nothing\n", r"got no size"),
    ("e.mtx", HEAD + "3 3 2\n1 2 1\n2 3\n", r"e\.mtx:4: got 2 fields"),
    ("e.csv", 'source,target\n"a,b\nc,d\n"e,f\n', r"e\.csv:[24]: .*quotation mark"),
    ("e.txt", 'a,"b\nc,d\ne,"f\n', r"e\.txt:[13]: .*quotation mark"),
    ("e.txt", "ana  ben\ncleo\n", r"e\.txt:2: got 1 fields"),
    ("e.txt", "ana\t\nben\tcleo\n", r"e\.txt:1: "),
    ("e.txt", "# c\nana\tben\n\nben\t\n", r"e\.txt:4: target is blank"),
    ("e.csv", "ana,ben\nben,cleo\n", r"e\.csv:1: has columns ana, ben; 'source' is needed once"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "told"), REFUSED)
def test_what_is_not_read_is_refused_by_name_or_line(name: str, text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(EdgeListError, match=told) as caught:
        read_edges(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"PK\x03\x04x", b"\x89HDF\r\n", b"\x93NUMPY", bz2.compress(b"\0" * 257 + b"ustar" + b"\0" * 300)]
)
def test_what_is_no_text_is_refused_by_name(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_bytes(body)
    with pytest.raises(EdgeListError, match=r"is (a zip|HDF5|a NumPy|a tar)"):
        read_edges(tmp_path / "e.csv")


def test_parquet_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    pq.write_table(pa.table({"source": ["ana"], "target": ["ben"]}), tmp_path / "E.PARQUET")
    (tmp_path / "E.PARQUET").rename(tmp_path / "e.dat")
    assert named(read_edges(tmp_path / "e.dat")) == [("ana", "ben")]


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "e.txt").write_bytes("ana ben\nben Zoë\n".encode("latin-1"))
    with pytest.raises(EdgeListError, match=r"e\.txt:2: got the byte 0xEB"):
        read_edges(tmp_path / "e.txt")


_IDS = st.text(
    st.characters(categories=("L", "N", "P", "S"), exclude_characters='#%"{[<*,;|'), min_size=1, max_size=6
)


@given(
    st.lists(st.tuples(_IDS, _IDS), min_size=2, max_size=20),
    st.sampled_from([" ", "\t", ",", ";", "|", ", ", "  "]),
)
def test_no_edge_is_lost_whatever_the_ids(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], mark: str
) -> None:
    file = tmp_path_factory.mktemp("edges") / "e.txt"
    # A first line of its own, so that none of the ids is taken for a header.
    file.write_text("\n".join(mark.join(pair) for pair in [("x1", "x2"), *pairs]) + "\n", encoding="utf-8")
    assert named(read_edges(file)) == sorted([("x1", "x2"), *pairs])


@pytest.mark.parametrize(
    ("case", "nodes", "edges"),
    [("EDGES.CSV", 3, 2), ("edges-with-header.txt", 3, 2), ("edges-comma-space.txt", 3, 3), ("edges-matrix-market.mtx", 3, 2),
        ("edges-quote-swallows.txt", 5, 3)],
)  # fmt: skip
def test_the_cases(case: str, nodes: int, edges: int) -> None:
    read = read_edges(CASES / case)
    assert (read.graph.n_nodes, read.graph.n_edges) == (nodes, edges)
