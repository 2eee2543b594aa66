"""A question asked of the model: a setting, and how often and from which seed to run it.

A scenario file may name other files (a people CSV, an edge list, scheme files), relative to itself. They are read here,
so that a loaded scenario is complete in itself: two scenarios with one content hash give the same numbers
wherever they lie.
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
# What of a phase is an incentive; the rest of it makes sharing easy, asks for it, or allows it.
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
    """A preset's name or a file's, resolved; `none` is no scheme; anything else is validated as given."""
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
    """The ties of an edge list, its ids read as text."""
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
    """The organisation, whose `people` may name a CSV file."""

    people: Annotated[
        tuple[PersonRow, ...] | None,
        BeforeValidator(_people_from, json_schema_input_type=str | tuple[PersonRow, ...] | None),
    ] = None
    """The name of a people CSV beside the scenario (header: id, segment, team, timezone, contacts and more), or
    its rows."""

    network: Annotated[
        Ties | None,
        BeforeValidator(_network_from, json_schema_input_type=str | tuple[tuple[str, str], ...] | None),
    ] = None
    """Who of the company sees whose posts: the name of an edge list beside the scenario, an edge from who posts to who sees it
    (a tie both ways is two edges), or the pairs. Left out, colleagues are drawn at random."""


class SchemePhase(Phase):
    """A phase whose scheme may be a preset's name, a YAML file, or written out in place."""

    scheme: Annotated[
        IncentiveScheme | None,
        BeforeValidator(_scheme_from, json_schema_input_type=str | IncentiveScheme | None),
    ] = None
    """`none`, a preset's name (`clicks`, `recognition`, `curator`), a YAML file beside the scenario, or a scheme
    written out in place."""


Phases = Annotated[tuple[SchemePhase, ...], Field(min_length=1, max_length=500)]


class SchemeArm(Arm):
    """A randomised group with phases of its own."""

    phases: Phases
    """What this arm lives through."""


class Scenario(Setting):
    """A setting with a name, the seed, the number of runs, and which outcomes to report (none named: all)."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    """Short name, in small letters."""
    title: Annotated[str, Field(max_length=200)] = ""
    """What people read above the results."""
    organisation: CompanyOrFile
    """The company and its audience."""
    phases: Phases = (SchemePhase(),)
    """What is in force from which day; the first begins on day 0."""
    arms: Annotated[tuple[SchemeArm, ...], Field(max_length=20)] = ()
    """Randomised groups with phases of their own; everybody else is in the arm `control`."""
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 1
    """Names every random number: the same seed gives the same result."""
    runs: Annotated[int, Field(ge=1, le=RUNS_MAX)] = 30
    """Runs in the ensemble: intervals are over them."""
    outcomes: tuple[Annotated[str, AfterValidator(_known_outcome)], ...] = ()
    """Which outcomes to report; none named: all."""
    splits: tuple[Split, ...] = ("segment", "desk", "hours", "contacts", "tenure")
    """Groups by which outcomes are split; with arms, each is also split by arm."""

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
        """Every scheme that is in force in some phase, in the order of first use."""
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
        """SHA-256 over everything that moves a run's numbers: not the name, title, seed or number of runs."""
        body: dict[str, Any] = self.model_dump(mode="json", include=set(Setting.model_fields))
        if self.organisation.network is None:
            # Scenarios of before there were networks keep their hash.
            del body["organisation"]["network"]
        for person in body["organisation"]["people"] or ():
            # Those whose people have no first day keep theirs too.
            if person["first_day"] is None:
                del person["first_day"]
        for phases in (body["phases"], *(arm["phases"] for arm in body["arms"])):
            for phase in phases:
                if phase["terms"]["publicity"] is None:
                    del phase["terms"]["publicity"]
        return sha256(rfc8785.dumps(body)).hexdigest()

    @property
    def change_days(self) -> tuple[int, ...]:
        """Days within the horizon on which a phase begins, for anybody, in order."""
        phases = [*self.phases, *(phase for arm in self.arms for phase in arm.phases)]
        return tuple(sorted({phase.day for phase in phases if phase.day < self.horizon_days}))

    def tool_alone(self) -> Self | None:
        """The same company with the tool, its reminders and its training, and without rewards, ranks, thanks and norms.

        None where no phase has a tool, so that it would be doing nothing.
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
        """The same company left alone: one phase and no scheme from the first day to the last, for every arm."""
        alone = (SchemePhase(),)
        arms = tuple(arm.model_copy(update={"phases": alone}) for arm in self.arms)
        update = {"name": "nothing", "title": "Do nothing", "phases": alone, "arms": arms}
        return self.model_copy(update=update)


def _without_incentive(phase: SchemePhase) -> SchemePhase:
    kept = {name: getattr(phase, name) for name in phase.__class__.model_fields if name not in INCENTIVES}
    return SchemePhase(**kept)
