"""Which groups may be shown by name, so that no sum over a small group can be computed from what is shown.

Everything the program shows of groups is a sum over the same people: of all of them, of a segment or of a team. Whoever sees
several sums can add and subtract them. People are in cells (segment, team); a shown segment or team is a node of its own,
all hidden segments are one node and all hidden teams another, and the people of a cell join its segment's node with its team's.
What can be computed from the shown sums, the whole among them, leaves over just the people of some cut of that graph. So a
choice is safe exactly where every cut holds nobody or the minimum, whichever pages, boards and files are laid side by side.

The choice depends on the sizes alone, never on what was done: it is the same everywhere, and hiding tells nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

Cell = tuple[str, str]
"""(segment, team); '' is none."""
Node = tuple[str, str]
_HIDDEN = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The segments and teams that may be shown by name, and whether the whole may."""

    whole: bool
    segments: frozenset[str]
    teams: frozenset[str]


def shown_groups(cells: Mapping[Cell, int], minimum: int, among: Shown | None = None) -> Shown:
    """The largest set of groups that may be shown together with the total; only those of `among` where it is given.

    `cells` counts the people. Groups below the minimum are hidden, those without a name too, and as many more, the smallest
    first, as it takes.
    """
    sizes: dict[Node, int] = {}
    for cell, people in cells.items():
        for node in zip(("segment", "team"), cell, strict=True):
            sizes[node] = sizes.get(node, 0) + people
    allowed = (
        None
        if among is None
        else {("segment", s) for s in among.segments} | {("team", t) for t in among.teams}
    )
    shown = {
        node
        for node, people in sizes.items()
        if people >= minimum and node[1] and (allowed is None or node in allowed)
    }
    total = sum(cells.values())
    while shown:
        side = _small_cut(cells, shown, minimum)
        if side is None:
            break
        crossed = [
            cell
            for cell in cells
            if (_node("segment", cell[0], shown) in side) != (_node("team", cell[1], shown) in side)
        ]
        segments, teams = {segment for segment, _ in crossed}, {team for _, team in crossed}
        near = shown & {
            node
            for cell in cells
            if cell[0] in segments or cell[1] in teams
            for node in zip(("segment", "team"), cell, strict=True)
        }
        # What is beside hidden groups of its kind makes theirs larger; the rest only where that does not help.
        hidden = {
            kind
            for cell in crossed
            for kind, name in zip(("segment", "team"), cell, strict=True)
            if (kind, name) not in shown
        }
        fitting = {node for node in near if node[0] in hidden} or near or shown
        shown.remove(min(fitting, key=lambda node: (sizes[node], node)))
    names = {kind: frozenset(name for of, name in shown if of == kind) for kind in ("segment", "team")}
    return Shown(total >= minimum, names["segment"], names["team"])


def _node(kind: str, name: str, shown: Iterable[Node]) -> Node:
    return (kind, name) if (kind, name) in shown else (kind, _HIDDEN)


def _small_cut(cells: Mapping[Cell, int], shown: set[Node], minimum: int) -> set[Node] | None:
    """One side of a cut that holds somebody, but fewer than the minimum; None where there is none."""
    graph: dict[Node, dict[Node, int]] = {}
    for (segment, team), people in cells.items():
        if people:
            one, other = _node("segment", segment, shown), _node("team", team, shown)
            for near, far in ((one, other), (other, one)):
                row = graph.setdefault(near, {})
                row[far] = row.get(far, 0) + people
    members: dict[Node, set[Node]] = {node: {node} for node in graph}
    while len(graph) > 1:
        # In the order of maximum adjacency no cut below its attachment parts a node from the one before it, and the
        # attachment of the last one is a cut (Nagamochi and Ibaraki 1992).
        order = _by_adjacency(graph)
        last, attachment = order[-1]
        if 0 < attachment < minimum:
            return members[last]
        if attachment == 0:
            del graph[last]
            order.pop()
        for at in range(len(order) - 1, 0, -1):
            if order[at][1] >= minimum:
                _join(graph, members, order[at - 1][0], order[at][0])
    return None


def _by_adjacency(graph: Mapping[Node, Mapping[Node, int]]) -> list[tuple[Node, int]]:
    """The nodes, each the one with the most people in common with those before it, and how many these are."""
    attached = dict.fromkeys(graph, 0)
    waiting = [(0, node) for node in sorted(graph)]
    found: list[tuple[Node, int]] = []
    while waiting:
        weight, node = heappop(waiting)
        if attached.get(node) != -weight:
            continue
        found.append((node, attached.pop(node)))
        for near, people in graph[node].items():
            if near in attached:
                attached[near] += people
                heappush(waiting, (-attached[near], near))
    return found


def _join(graph: dict[Node, dict[Node, int]], members: dict[Node, set[Node]], kept: Node, gone: Node) -> None:
    members[kept] |= members.pop(gone)
    for near, people in graph.pop(gone).items():
        del graph[near][gone]
        if near != kept:
            graph[kept][near] = graph[kept].get(near, 0) + people
            graph[near][kept] = graph[near].get(kept, 0) + people


@dataclass(frozen=True, slots=True)
class Count:
    """A count of people in a group; `told` is the form in which it may be disclosed."""

    group: str
    people: int
    told: str


NOT_SHOWN, NEARLY_ALL = "not shown", "nearly all"


def told(people: int, count: int, minimum: int) -> str:
    """The count, or words where it is so small, or leaves out so few, that it would point at persons.

    Of so few people that every count is one or the other, which of the words it is would tell too much.
    """
    if people < 2 * minimum - 1:
        return NOT_SHOWN
    if count < minimum:
        return f"fewer than {minimum}"
    return NEARLY_ALL if people - count < minimum else str(count)


def counts_told(
    groups: Iterable[tuple[str, int, int]], people: int, count: int, minimum: int
) -> tuple[Count, ...]:
    """(group, its people, its count) with what may be said beside the whole's `people` and `count`, by group.

    Words never stand where the whole and the numbers beside them say which of the small counts it is: then as many more numbers as it
    takes are not shown, the smallest first.
    """
    rows = sorted(groups)
    words = {name: told(size, done, minimum) for name, size, done in rows}
    rest = people - sum(size for _, size, _ in rows), count - sum(done for _, _, done in rows)
    if told(people, count, minimum).isdecimal():
        while _tells_more(rows, words, rest, minimum):
            open_ones = [row for row in rows if words[row[0]].isdecimal()] or [
                row for row in rows if words[row[0]] != NOT_SHOWN
            ]
            if not open_ones:
                break
            words[min(open_ones, key=lambda row: (row[2], row[0]))[0]] = NOT_SHOWN
    return tuple(Count(name, size, words[name]) for name, size, _ in rows)


def _tells_more(
    rows: Iterable[tuple[str, int, int]], words: Mapping[str, str], rest: tuple[int, int], minimum: int
) -> bool:
    """True where the sum of the suppressed counts narrows a small count, or its complement, to less than half of its verbal range."""
    enough = minimum // 2 + 1
    unknown = [
        (size, done, *_range(words[name], size, minimum))
        for name, size, done in rows
        if not words[name].isdecimal()
    ]
    if rest[0]:
        unknown.append((*rest, 0, rest[0]))
    total = sum(done for _, done, _, _ in unknown)
    least, most = sum(low for *_, low, _ in unknown), sum(high for *_, high in unknown)
    for size, done, low, high in unknown:
        low, high = max(low, total - (most - high)), min(high, total - (least - low))
        small = max(0, min(high, size, minimum - 1) - low + 1)
        large = max(0, high - max(low, size - minimum + 1, 0) + 1)
        if (done < minimum and small < enough) or (size - done < minimum and large < enough):
            return True
    return False


def _range(word: str, size: int, minimum: int) -> tuple[int, int]:
    if word == NOT_SHOWN:
        return 0, size
    return (max(0, size - minimum + 1), size) if word == NEARLY_ALL else (0, min(size, minimum - 1))
