"""Who sees a broadcast: the contacts that a share may come to, and which of them see it through their feed.

Compiled into the kernels of engine.response.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.geometric import CELLS
from engine.instructions import prefetch
from engine.kernels import inlined
from engine.picking import NODE_STEP, ONE, ZERO, pick_edges
from engine.streams import GOLDEN, bits, mix

TABLE_SIZE = np.uint64(CELLS)
UNIT_24 = np.float32(1.0 / 16777216.0)
SHIFT_40 = np.uint64(40)
# Columns of a share's names and of its own rates.
SOURCE, TOPIC, ORDINAL, GAP_CLASS = range(4)
KEEP, CLICK_RATE, REPOST_RATE, PREMIUM = range(4)


@inlined
def ask_for_share(shares: Any, s: Any, offsets: Any) -> None:
    """Ask for where a share's contacts begin, if there is such a share."""
    if s < np.uint64(shares.shape[0]):
        prefetch(offsets, shares[s, SOURCE])


@inlined
def key_of_tree(shares: Any, s: Any, key: Any, day: Any) -> Any:
    """The key of a share's random numbers."""
    return bits(key, day, shares[s, SOURCE], shares[s, ORDINAL])


@inlined
def pick_contacts(
    shares: Any,
    s: Any,
    key: Any,
    day: Any,
    offsets: Any,
    targets: Any,
    tables: Any,
    picked: Any,
) -> Any:
    """Pick the edges of a share's own broadcast; return how many (none where there is no such share) and the key of its tree."""
    if s >= np.uint64(shares.shape[0]):
        return ZERO, ZERO
    u, base = np.uint64(shares[s, SOURCE]), np.uint64(shares[s, GAP_CLASS]) * TABLE_SIZE
    tree_key = key_of_tree(shares, s, key, day)
    n = pick_edges(
        offsets[u],
        offsets[u + ONE],
        tree_key + u * NODE_STEP,
        tables,
        base,
        targets,
        targets,
        False,
        picked,
        ZERO,
    )
    return n, tree_key


@inlined
def draw_words(
    n_picked: Any, picked: Any, words: Any, targets: Any, feed_load: Any, view_key: Any, near: Any
) -> None:
    """Draw the word of each picked edge, and ask for what `keep_sights` will read unless that is `near`."""
    for i in range(n_picked):
        e = np.uint64(picked[i])
        if not near:
            prefetch(feed_load, targets[e])
        words[i] = mix(view_key ^ (e * GOLDEN))


@inlined
def keep_sights(
    n_picked: Any, picked: Any, words: Any, targets: Any, loads: Any, first: Any, near: Any, load_scale: Any, keep: Any
) -> Any:  # fmt: skip
    """Thin the picked edges to those whose target sees the post through its feed; return how many.

    loads  by person, and by edge from `first` on, which is read where `near`
    """
    feed_load, edge_load = loads
    kept = ZERO
    for i in range(n_picked):
        e = np.uint64(picked[i])
        word = words[i]
        chance = np.float32(word >> SHIFT_40) * UNIT_24
        picked[kept] = e
        words[kept] = word
        load = edge_load[e - first] if near else feed_load[np.uint64(targets[e])]
        kept += np.uint64(chance * (np.float32(1.0) + load * load_scale) < keep)
    return kept
