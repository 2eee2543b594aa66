"""Two people edit one draft: nothing that either typed is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.document import DocumentError
from rewards.faults import BadValue, Conflict
from rewards.publishing.drafts import discard_draft, edit_draft
from rewards.publishing.texts import revisions, save_text, start_draft, text_of
from rewards.publishing.weaving import woven
from rewards.scheme.presets import PRESETS
from tests.conftest import World

TEXT = """\
# a draft
name: s
title: S
rules:
  - {id: share, title: Share, on: share, points: 1}  # little
  - {id: click, title: Click, on: click, points: 2}
levels:
  - {id: one, title: One, points: 10}
"""
MINE = TEXT.replace("points: 1}", "points: 3}")
THEIRS = TEXT.replace("One, points: 10", "One, points: 20")


def start(world: World) -> int:
    with world.db.begin() as tx:
        return start_draft(tx, world.organisation, TEXT, "hal", world.now).id


def test_a_text_is_kept_with_its_comments(world: World) -> None:
    draft = start(world)
    with world.db.begin() as tx:
        saved = save_text(tx, world.organisation, draft, MINE, revision=1, actor="hal", now=world.now)
        assert (saved.clash, saved.draft.revision) == (False, 2)
        assert text_of(tx, world.organisation, saved.draft) == MINE
        assert [(one.revision, one.text) for one in revisions(tx, world.organisation, draft)] == [
            (2, MINE),
            (1, TEXT),
        ]


def test_two_edits_of_different_lines_are_brought_together_and_looked_at(world: World) -> None:
    draft = start(world)
    with world.db.begin() as tx:
        save_text(tx, world.organisation, draft, MINE, revision=1, actor="hal", now=world.now)
        late = save_text(tx, world.organisation, draft, THEIRS, revision=1, actor="eve", now=world.now)
        assert (late.clash, late.together, late.draft.revision) == (True, True, 2)
        assert late.text == MINE.replace("One, points: 10", "One, points: 20")
        assert text_of(tx, world.organisation, late.draft) == MINE, "nothing was saved"
        again = save_text(
            tx, world.organisation, draft, late.text, revision=late.draft.revision, actor="eve", now=world.now
        )
        assert (again.clash, again.draft.revision) == (False, 3)


def test_two_edits_of_one_line_stay_apart(world: World) -> None:
    draft = start(world)
    other = TEXT.replace("points: 1}", "points: 4}")
    with world.db.begin() as tx:
        save_text(tx, world.organisation, draft, MINE, revision=1, actor="hal", now=world.now)
        late = save_text(tx, world.organisation, draft, other, revision=1, actor="eve", now=world.now)
        assert (late.clash, late.together, late.text) == (True, False, other)
        assert text_of(tx, world.organisation, late.draft) == MINE


def test_an_edit_by_a_program_is_shown_as_the_program_writes_it(world: World) -> None:
    draft = start(world)
    with world.db.begin() as tx:
        found = edit_draft(tx, world.organisation, draft, PRESETS["clicks"], "api", now=world.now, revision=1)
        assert "name: clicks" in text_of(tx, world.organisation, found)
        late = save_text(tx, world.organisation, draft, MINE, revision=1, actor="hal", now=world.now)
        assert (late.clash, late.together, late.text) == (True, False, MINE)


def test_what_cannot_be_kept_is_refused(world: World) -> None:
    draft = start(world)
    with world.db.begin() as tx:
        with pytest.raises(DocumentError):
            save_text(tx, world.organisation, draft, "name: s\n", revision=1, actor="hal", now=world.now)
        with pytest.raises(BadValue):
            save_text(tx, world.organisation, draft, "#" * 300_000, revision=1, actor="hal", now=world.now)
        discard_draft(tx, world.organisation, draft, "hal", "", now=world.now)
        with pytest.raises(Conflict):
            save_text(tx, world.organisation, draft, MINE, revision=1, actor="hal", now=world.now)


@given(st.lists(st.sampled_from("abc"), max_size=8), st.data())
def test_weaving_takes_both_or_says_no(lines: list[str], data: st.DataObject) -> None:
    base = "".join(f"{line}\n" for line in lines)
    mine = "".join(f"{line}\n" for line in data.draw(st.lists(st.sampled_from("abcX"), max_size=8)))
    assert woven(base, mine, base) == mine
    assert woven(base, base, mine) == mine
    assert woven(base, mine, mine) == mine
    theirs = "".join(f"{line}\n" for line in data.draw(st.lists(st.sampled_from("abcY"), max_size=8)))
    both = woven(base, mine, theirs)
    assert both == woven(base, theirs, mine)
    if both is not None:
        assert ("X" in mine) <= ("X" in both)
        assert ("Y" in theirs) <= ("Y" in both)
