"""Disclosure control: the groups that may be shown, so that no sum over a small group can be computed from those shown.

Every group measure shown is a sum over the same people: over all of them, a segment or a team. Readers can add and subtract
these sums. People are in cells (segment, team); each shown segment or team is a node of a graph, all hidden segments are one
node and all hidden teams another, and the people of a cell are the weight of the edge between its segment's and its team's nodes.
The sums that can be computed, with the total among them, are exactly those over the cuts of that graph. A
selection is therefore safe exactly where every cut has no people or at least the minimum, whichever pages, boards and files are combined.

The selection depends on group sizes alone, never on activity: it is the same everywhere, and suppression discloses nothing.
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
    """The segments and teams that may be shown by name; `whole`: the total may be shown."""

    whole: bool
    segments: frozenset[str]
    teams: frozenset[str]


def shown_groups(cells: Mapping[Cell, int], minimum: int, among: Shown | None = None) -> Shown:
    """The largest set of groups that may be shown together with the total; only those of `among` where it is given.

    `cells`: number of people by (segment, team). Hidden are groups below the minimum, those without a name, and as many more,
    smallest first, as necessary.
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
        # Hiding a group beside hidden ones of its kind enlarges their node; groups of the other kind follow only if that does not help.
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
    """One side of a cut with more than zero people, but fewer than the minimum; None without one."""
    graph: dict[Node, dict[Node, int]] = {}
    for (segment, team), people in cells.items():
        if people:
            one, other = _node("segment", segment, shown), _node("team", team, shown)
            for near, far in ((one, other), (other, one)):
                row = graph.setdefault(near, {})
                row[far] = row.get(far, 0) + people
    members: dict[Node, set[Node]] = {node: {node} for node in graph}
    while len(graph) > 1:
        # In the order of maximum adjacency no cut below its attachment separates a node from the one before it, and the
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
    """The nodes, each the one with the most people in common with those before it, and these numbers."""
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
    """The count, or words where it, or its complement, is so small that it would identify people.

    In a group so small that every count is suppressed, the choice between the two wordings would disclose too much.
    """
    if people < 2 * minimum - 1:
        return NOT_SHOWN
    if count < minimum:
        return f"fewer than {minimum}"
    return NEARLY_ALL if people - count < minimum else str(count)


def counts_told(
    groups: Iterable[tuple[str, int, int]], people: int, count: int, minimum: int
) -> tuple[Count, ...]:
    """(group, its people, its count) as they may be shown beside the total's `people` and `count`, by group.

    A suppressed count must not be computable from the total and the other counts: where it is, more counts are
    suppressed, smallest first.
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
