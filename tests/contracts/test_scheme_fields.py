"""Every field of a scheme acts where `scheme_fields.py` says, in the simulation, in a replay, live and in the explanation."""

from __future__ import annotations

import ast
import typing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from rewards.document import DocumentError, load_document, parse_data
from rewards.scheme import promises
from rewards.scheme.explain import explain_scheme
from rewards.scheme.promises import refuse_unkept
from rewards.scheme.quantities import SchemeError
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.tables import CompiledScheme, compile_scheme
from tests.contracts.scheme_fields import ROWS, WHY_NOT
from tests.rewards.scheme.test_scheme import FIELDS, leaves, mutated
from tests.rewards.whole_scheme import WHOLE

ROOT = Path(__file__).parents[2]
KERNEL = (
    "rewards.scoring.tables",
    "rewards.scoring.vocabulary",
    "rewards.scheme.achievements",
    "rewards.scheme.scheme",
)


def models(kind: Any, seen: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """Every model that a document can hold, by name."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind.__name__ not in seen:
            seen[kind.__name__] = kind
            for field in kind.model_fields.values():
                models(field.annotation, seen)
    else:
        for part in (*typing.get_args(kind), *([kind.__value__] if hasattr(kind, "__value__") else [])):
            models(part, seen)
    return seen


MODELS = models(IncentiveScheme, {})


@cache
def read_by(module: str) -> frozenset[str]:
    """Names of the attributes that a module reads, those that it matches in patterns included; every word of a template."""
    path = ROOT / (module if "/" in module else module.replace(".", "/") + ".py")
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return frozenset(text.replace(".", " ").split())
    nodes = list(ast.walk(ast.parse(text)))
    read = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return frozenset(read.union(*(node.kwd_attrs for node in nodes if isinstance(node, ast.MatchClass))))


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    declared = {f"{name}.{field}" for name, model in MODELS.items() for field in model.model_fields}
    assert declared - set(ROWS) == set(), "say in tests/contracts/scheme_fields.py where these act"
    assert set(ROWS) - declared == set()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_modules_of_a_row_read_the_field(name: str) -> None:
    field = name.rpartition(".")[2]
    for cell in ROWS[name]:
        if cell.startswith("-"):
            assert cell in WHY_NOT
            continue
        for module in cell.split():
            places = KERNEL if module == "rewards.scoring.tables" else (module,)
            if module == "rewards.scheme.explain":
                places = (module, "rewards.scheme.explain_achievements", "rewards.scheme.phrases")
            assert any(field in read_by(place) for place in places), f"{module} does not read {field}"


def same_tables(one: CompiledScheme, other: CompiledScheme) -> bool:
    """Whether the kernel is told the same."""
    pairs = zip(one.tables, other.tables, strict=True)
    known = [
        (found.vocabulary, [badge.id for badge in found.badges], [rule.id for rule in found.scheme.rules])
        for found in (one, other)
    ]
    return known[0] == known[1] and all(np.array_equal(a, b) for a, b in pairs)


def at(path: tuple[Any, ...]) -> str:
    """The row of a leaf of the whole scheme: the model that holds it, found from the document itself."""
    part: Any = load_document(WHOLE, IncentiveScheme, "whole")
    for step in path[:-1]:
        found = part[step] if isinstance(step, int) else getattr(part, _named(part, step))
        if not isinstance(found, BaseModel | tuple):
            return f"{type(part).__name__}.{_named(part, step)}"
        part = found
    if isinstance(part, tuple):
        return at(path[:-1])
    return f"{type(part).__name__}.{_named(part, path[-1])}"


def _named(part: BaseModel, step: str) -> str:
    return next(
        (name for name, field in type(part).model_fields.items() if step in (name, field.alias)), str(step)
    )


def test_leaving_a_field_out_changes_just_what_its_row_says() -> None:
    """Each field of the whole scheme in turn: the kernel's tables and the explanation differ where the row says so."""
    whole = load_document(WHOLE, IncentiveScheme, "whole")
    compiled, said = compile_scheme(whole), explain_scheme(whole, "hr")
    seen = set()
    for path in leaves(FIELDS):
        try:
            other = parse_data(mutated(path), IncentiveScheme, "whole")
        except DocumentError:
            continue
        if other == whole:
            continue
        name = at(path)
        seen.add(name)
        row = ROWS[name]
        in_kernel = "rewards.scoring.tables" in row.live.split()
        assert same_tables(compiled, compile_scheme(other)) != in_kernel, path
        assert (
            in_kernel
            == ("rewards.scoring.tables" in row.simulation)
            == ("rewards.scoring.tables" in row.replay)
        )
        assert (explain_scheme(other, "hr") != said) == (row.explanation == "rewards.scheme.explain"), path
    assert len(seen) > 60


def test_what_acts_nowhere_live_is_refused_at_publication() -> None:
    assert {name for name, row in ROWS.items() if row.live == "-refused"} == set(promises.UNKEPT)
    refuse_unkept(load_document(WHOLE, IncentiveScheme, "whole"))
    for name in promises.UNKEPT:
        model, field = name.split(".")
        for where, part, at_field in promises.fields_of(load_document(WHOLE, IncentiveScheme, "whole"), ""):
            if (type(part).__name__, at_field) == (model, field):
                data = load_document(WHOLE, IncentiveScheme, "whole").model_dump(mode="json", by_alias=True)
                place = data
                *steps, last = where.split(".")
                for step in steps:
                    place = place[step]
                place[last] = not place[last]
                with pytest.raises(SchemeError, match=where.replace(".", r"\.")):
                    refuse_unkept(parse_data(data, IncentiveScheme, "whole"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("leaderboards: [{id: b, title: B, per_head: true}]", "only teams are compared by their members"),
        ("recognition: {highlights: [{title: A, share: 1/9}, {title: A, share: 1/8}]}", "stands twice"),
    ],
)
def test_what_would_be_promised_in_vain_is_refused(text: str, why: str) -> None:
    scheme = load_document(f"name: s\ntitle: S\n{text}\n", IncentiveScheme, "s")
    with pytest.raises(SchemeError, match=why):
        refuse_unkept(scheme)
