"""A scenario: a setting with a seed, a number of runs and the outcomes to report.

A scenario file may refer to other files (a people CSV, an edge list, scheme files) by relative paths. They are read here, so that a
loaded scenario is self-contained: two scenarios with one content hash give the same numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import rfc8785
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from agents.observe.outcomes import NAMES as OUTCOME_NAMES
from agents.setting.company import Ties
from agents.setting.setting import Arm, Organisation, Phase, Setting
from rewards.document import content_hash, load_document
from rewards.people_file import PersonRow, load_people
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme

Split = Literal[
    "segment",
    "team",
    "arm",
    "desk",
    "hours",
    "contacts",
    "prior",
    "rank",
    "motivation",
    "acts",
    "median",
    "tenure",
]
RUNS_MAX = 100_000
SEED_MAX = 2**63 - 1
# The fields of a phase that are incentives; the others ease, prompt or permit sharing.
INCENTIVES = ("scheme", "reward", "terms", "leaderboard", "norm_message", "contest", "recognition")
RENAMED_OUTCOMES = {"exposures": "viewers"}

_folder: ContextVar[Path | None] = ContextVar("scenario_folder", default=None)


@contextmanager
def _relative_to(folder: Path) -> Iterator[None]:
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def _file(name: str) -> Path:
    return (_folder.get() or Path()) / name


def _scheme_from(value: object) -> object:
    """The scheme of a preset's or a file's name; None for `none`; any other value unchanged, for validation."""
    if value == "none":
        return None
    if not isinstance(value, str):
        return value
    if value in PRESETS:
        return PRESETS[value]
    path = _file(value)
    if not path.is_file():
        known = ", ".join(sorted(PRESETS))
        raise ValueError(
            f"scheme {value!r}; it must be none, a preset ({known}) or a YAML file beside the scenario; "
            f"there is no file {path}"
        )
    return load_document(path, IncentiveScheme)


def _people_from(value: object) -> object:
    return tuple(load_people(_file(value))) if isinstance(value, str) else value


def _network_from(value: object) -> object:
    """The ties of an edge list, with ids read as text."""
    if not isinstance(value, str):
        return value
    path = _file(value)
    if not path.is_file():
        raise ValueError(
            f"network {value!r}; it must be an edge list beside the scenario; there is no file {path}"
        )
    from sims.edge_lists import read_edges

    found = read_edges(path)
    names = [str(name) for name in found.ids.tolist()]
    sources = np.repeat(np.arange(found.graph.n_nodes), found.graph.out_degrees)
    return tuple(
        (names[one], names[other])
        for one, other in zip(sources.tolist(), found.graph.targets.tolist(), strict=True)
    )


def _known_outcome(name: str) -> str:
    if name in RENAMED_OUTCOMES:
        raise ValueError(f"outcome {name!r}; it is called {RENAMED_OUTCOMES[name]!r} now; write that")
    if name not in OUTCOME_NAMES:
        raise ValueError(f"outcome {name!r}; known are {', '.join(OUTCOME_NAMES)}; choose among them")
    return name


class CompanyOrFile(Organisation):
    """The organisation; `people` and `network` may be names of files."""

    people: Annotated[
        tuple[PersonRow, ...] | None,
        BeforeValidator(_people_from, json_schema_input_type=str | tuple[PersonRow, ...] | None),
    ] = None
    """The name of a people CSV in the scenario's folder (header: id, segment, team, timezone, contacts and more), or its rows."""

    network: Annotated[
        Ties | None,
        BeforeValidator(_network_from, json_schema_input_type=str | tuple[tuple[str, str], ...] | None),
    ] = None
    """Ties among employees: the name of an edge list in the scenario's folder, with an edge from who posts to who sees it (a mutual tie is
    two edges), or the pairs. Left out, colleagues are drawn at random."""


class SchemePhase(Phase):
    """A phase whose scheme may be the name of a preset, a YAML file, or an inline scheme."""

    scheme: Annotated[
        IncentiveScheme | None,
        BeforeValidator(_scheme_from, json_schema_input_type=str | IncentiveScheme | None),
    ] = None
    """`none`, the name of a preset (`clicks`, `recognition`, `curator`), a YAML file in the scenario's folder, or an inline scheme."""


Phases = Annotated[tuple[SchemePhase, ...], Field(min_length=1, max_length=500)]


class SchemeArm(Arm):
    """A randomised group with phases of its own."""

    phases: Phases
    """The phases of this arm."""


class Scenario(Setting):
    """A setting with a name, a seed, the number of runs, and the outcomes to report (empty: all)."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    """Short name in lower case."""
    title: Annotated[str, Field(max_length=200)] = ""
    """Title shown above the results."""
    organisation: CompanyOrFile
    """The company and its audience."""
    phases: Phases = (SchemePhase(),)
    """Phases with the conditions in force from their day on; the first begins on day 0."""
    arms: Annotated[tuple[SchemeArm, ...], Field(max_length=20)] = ()
    """Randomised groups with phases of their own; everybody else is in the arm `control`."""
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 1
    """Seed of all random numbers: the same seed gives the same result."""
    runs: Annotated[int, Field(ge=1, le=RUNS_MAX)] = 30
    """Number of runs in the ensemble; intervals are over runs."""
    outcomes: tuple[Annotated[str, AfterValidator(_known_outcome)], ...] = ()
    """Outcomes to report; empty: all."""
    splits: tuple[Split, ...] = ("segment", "desk", "hours", "contacts", "tenure")
    """Dimensions by which outcomes are split; with arms, also within each arm."""

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a scenario file. Raises `DocumentError`: one line naming file, line, value, limit and
        remedy."""
        path = Path(path)
        with _relative_to(path.parent):
            return load_document(path, cls)

    @model_validator(mode="after")
    def _one_content_per_scheme_name(self) -> Self:
        self.scheme_hashes()
        return self

    def schemes(self) -> list[IncentiveScheme]:
        """The schemes of all phases, in order of first use."""
        phases = [*self.phases, *(phase for arm in self.arms for phase in arm.phases)]
        used = {content_hash(phase.scheme): phase.scheme for phase in phases if phase.scheme is not None}
        return list(used.values())

    def scheme_hashes(self) -> dict[str, str]:
        """Content hash by scheme name. Raises ValueError when two different schemes share a name."""
        found: dict[str, str] = {}
        for scheme in self.schemes():
            value = content_hash(scheme)
            if found.setdefault(scheme.name, value) != value:
                raise ValueError(
                    f"two different schemes are called {scheme.name!r}; a name means one scheme; rename one"
                )
        return found

    def content_hash(self) -> str:
        """SHA-256 over everything that affects the results of a run, thus without name, title, seed and number of runs."""
        body: dict[str, Any] = self.model_dump(mode="json", include=set(Setting.model_fields))
        if self.organisation.network is None:
            # Scenarios without a network keep the hash that they had before the field existed.
            del body["organisation"]["network"]
        for person in body["organisation"]["people"] or ():
            # So do those whose people have no first day.
            if person["first_day"] is None:
                del person["first_day"]
        for phases in (body["phases"], *(arm["phases"] for arm in body["arms"])):
            for phase in phases:
                if phase["terms"]["publicity"] is None:
                    del phase["terms"]["publicity"]
        return sha256(rfc8785.dumps(body)).hexdigest()

    @property
    def change_days(self) -> tuple[int, ...]:
        """Days within the horizon on which a phase of any group begins, ascending."""
        phases = [*self.phases, *(phase for arm in self.arms for phase in arm.phases)]
        return tuple(sorted({phase.day for phase in phases if phase.day < self.horizon_days}))

    def tool_alone(self) -> Self | None:
        """The scenario with the tool, its reminders and training only: without rewards, leaderboards, recognition and norm messages.

        None where no phase has a tool, since that would be the control.
        """
        phases = tuple(map(_without_incentive, self.phases))
        arms = tuple(
            arm.model_copy(update={"phases": tuple(map(_without_incentive, arm.phases))}) for arm in self.arms
        )
        every = [*phases, *(phase for arm in arms for phase in arm.phases)]
        if all(phase.model_copy(update={"day": 0}) == SchemePhase() for phase in every):
            return None
        update = {
            "name": f"tool-of-{self.name}",
            "title": f"{self.title or self.name}: the tool alone",
            "phases": phases,
            "arms": arms,
        }
        return self.model_copy(update=update)

    def without_schemes(self) -> Self:
        """The control scenario: the same company in one empty phase over the whole horizon, for every arm."""
        alone = (SchemePhase(),)
        arms = tuple(arm.model_copy(update={"phases": alone}) for arm in self.arms)
        update = {"name": "nothing", "title": "Do nothing", "phases": alone, "arms": arms}
        return self.model_copy(update=update)


def _without_incentive(phase: SchemePhase) -> SchemePhase:
    kept = {name: getattr(phase, name) for name in phase.__class__.model_fields if name not in INCENTIVES}
    return SchemePhase(**kept)
