"""The text of an experiment: a scenario, variants as changes in the same notation, and optionally a sweep of one lever.

Used by pages and workers: importing it is light, and scenario definitions are loaded when a text is parsed. No file is ever opened:
people are the company's (`live`) or generated, and schemes are presets, drafts, the one in force, or inline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rewards.document import DocumentFault, document_faults, faults_of, line_at, load_yaml
from rewards.forecasts.recalibrations import Belief
from rewards.language import said
from rewards.scheme.scheme import IncentiveScheme
from sims.lab.levers import LEVERS, Lever
from sims.lab.merging import filled, laid_over

if TYPE_CHECKING:
    from sims.scenario.scenario import Scenario

MOST_VARIANTS, MOST_STEPS, MOST_RUNS, MOST_WEEKS = 8, 21, 1000, 104
MOST_PEOPLE, MOST_AUDIENCE, MOST_FOLLOWERS = 20_000, 1_000_000, 2_000_000
LIVE = "live"
NOTHING, BASE = "nothing", "as-it-is"
CHANGED = ("organisation", "content", "policy", "phases", "parameters")
"""Fields that a variant may change; the others are common to all, so that variants can be compared."""
TAKEN = (*CHANGED, "start_date", "horizon_days", "burn_in_days", "seed", "runs")
Place = tuple[int | str, ...]
Schemes = Callable[[str], IncentiveScheme | None]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Variant(_Part):
    """A variant: changes to the scenario."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    title: Annotated[str, Field(max_length=120)] = ""
    changes: dict[str, Any] = {}


class Swept(_Part):
    """A sweep of one lever from `least` to `most` in `steps` steps, of the scenario or of one variant (`of`)."""

    lever: str
    of: Annotated[str, Field(max_length=40)] = ""
    least: Annotated[float, Field(allow_inf_nan=False)] | None = None
    most: Annotated[float, Field(allow_inf_nan=False)] | None = None
    steps: Annotated[int, Field(ge=3, le=MOST_STEPS)] = 7

    @model_validator(mode="after")
    def _in_range(self) -> Swept:
        lever = LEVERS.get(self.lever)
        if lever is None:
            raise ValueError(
                said("lever {name!r}; known are {names}; choose among them", name=self.lever, names=", ".join(LEVERS))
            )  # fmt: skip
        low, high = self.ends(lever)
        if not lever.least <= low < high <= lever.most:
            raise ValueError(
                said(
                    "from {low:g} to {high:g}; limit {least:g} to {most:g}, the first below the last; correct least or most",
                    low=low, high=high, least=lever.least, most=lever.most,
                )
            )  # fmt: skip
        return self

    def ends(self, lever: Lever) -> tuple[float, float]:
        """The first and last setting of the sweep."""
        return (
            lever.usual[0] if self.least is None else self.least,
            lever.usual[1] if self.most is None else self.most,
        )


class Written(_Part):
    """An experiment as written; `scenario` and the changes of variants are in the notation of scenario files.

    `posterior`: whether runs use the company's last accepted posterior or the published one.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    note: Annotated[str, Field(max_length=4000)] = ""
    precision_percent: Annotated[float, Field(ge=0.5, le=50.0)] = 10.0
    posterior: Belief = "accepted"
    scenario: dict[str, Any]
    variants: Annotated[tuple[Variant, ...], Field(max_length=MOST_VARIANTS)] = ()
    sweep: Swept | None = None

    @model_validator(mode="after")
    def _names(self) -> Written:
        names = [one.name for one in self.variants]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(
                said("variants: {name!r} twice; each has a name of its own; rename one", name=twice)
            )
        taken = next((name for name in names if name in (NOTHING, BASE)), None)
        if taken is not None:
            raise ValueError(
                said("variants: {name!r} is the name of what stands beside them; rename it", name=taken)
            )
        if self.sweep is not None and self.sweep.of and self.sweep.of not in names:
            raise ValueError(
                said("sweep: of {name!r}; there is no such variant; name one, or leave it out", name=self.sweep.of)
            )  # fmt: skip
        return self


@dataclass(frozen=True)
class Read:
    """The result of parsing a text: the experiment and its scenarios by name (`as-it-is` first), or all its faults."""

    written: Written | None
    scenarios: Mapping[str, Scenario]
    faults: Sequence[DocumentFault]


def read(text: str, schemes: Schemes, segments: Sequence[str] = ("company",)) -> Read:
    """Parse a text. `schemes` resolves names of schemes; `segments` are those of the live people. Never raises."""
    written, faults = document_faults(text, Written)
    if written is None:
        return Read(None, {}, faults)
    node, _data = load_yaml(text, "yaml")
    people = [_stand_in(number, segment) for number, segment in enumerate(segments, start=1)]
    found: dict[str, Scenario] = {}
    base, wrong = _scenario(written, None, schemes, people, node=node)
    if base is None:
        return Read(None, {}, wrong)
    found[BASE] = base
    for at in range(len(written.variants)):
        one, wrong = _scenario(written, at, schemes, people, node=node)
        faults += wrong
        if one is not None:
            found[written.variants[at].name] = one
    if faults:
        return Read(None, {}, faults)
    faults = _unfit(written, found, node)
    return Read(None if faults else written, {} if faults else found, faults)


def scenario_of(
    written: Written, variant: int | None, schemes: Schemes, people: Sequence[Mapping[str, Any]]
) -> Scenario:
    """The scenario (`variant` None) or a variant by index. Raises ValueError, which cannot happen for a text without faults."""
    from sims.scenario.scenario import Scenario

    data, fault = _data_of(written, variant, schemes, people)
    if fault is not None:
        raise ValueError(fault[1])
    return Scenario.model_validate(data)


def _scenario(
    written: Written,
    variant: int | None,
    schemes: Schemes,
    people: Sequence[Mapping[str, Any]],
    *,
    node: Any,
) -> tuple[Scenario | None, list[DocumentFault]]:
    """The scenario, or its faults with their positions in the text."""
    from sims.scenario.scenario import Scenario

    under: Place = ("scenario",) if variant is None else ("variants", variant, "changes")
    data, fault = _data_of(written, variant, schemes, people)
    if fault is not None:
        place = (*under, *fault[0])
        return None, [DocumentFault(line_at(node, place), place, fault[1])]
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        # Lists of a variant are merged with those of the scenario, so that only names lead back to positions in its text.
        same = variant is None and len(data.get("phases", ())) == len(written.scenario.get("phases", ()))
        return None, [
            DocumentFault(line_at(node, place), place, one.message)
            for one in faults_of(error, data, None)
            for place in [(*under, *(one.place if same else _names_of(one.place)))]
        ]
    too_large = _too_large(scenario)
    if too_large:
        return None, [DocumentFault(line_at(node, under), under, too_large)]
    return scenario, []


def _names_of(place: Place) -> Place:
    found: list[int | str] = []
    for part in place:
        if not isinstance(part, str):
            break
        found.append(part)
    return tuple(found)


def _data_of(
    written: Written, variant: int | None, schemes: Schemes, people: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], tuple[Place, str] | None]:
    """The data of a scenario with people and schemes resolved, or the position and message of what cannot be resolved."""
    given = written.scenario if variant is None else written.variants[variant].changes
    allowed = TAKEN if variant is None else CHANGED
    strange = next((key for key in given if key not in allowed), None)
    if strange is not None:
        text = said(
            "{field}: not taken here; an experiment's scenario may say {names}; remove it",
            field=strange, names=", ".join(allowed),
        )  # fmt: skip
        return {}, ((strange,), text)
    data = filled(written.scenario)
    name, title = BASE, ""
    if variant is not None:
        data = filled(laid_over(data, given))
        name, title = written.variants[variant].name, written.variants[variant].title
    fault = _put_people(data, people) or _put_schemes(data, schemes)
    return {**data, "name": name, "title": title, "splits": ()}, fault


def _put_people(data: dict[str, Any], people: Sequence[Mapping[str, Any]]) -> tuple[Place, str] | None:
    company = data.get("organisation")
    if not isinstance(company, dict):
        return None
    company = data["organisation"] = dict(company)
    if isinstance(company.get("network"), str):
        text = said("network: files are not read here; write the pairs out, or leave it out")
        return ("organisation", "network"), text
    if not isinstance(company.get("people"), str):
        return None
    if company["people"] != LIVE:
        text = said(
            "people: got {value!r}; files are not read here; write {live} for the company's own people, or a headcount",
            value=company["people"][:60], live=LIVE,
        )  # fmt: skip
        return ("organisation", "people"), text
    company.pop("headcount", None)
    company["people"] = list(people)
    return None


def _put_schemes(data: dict[str, Any], schemes: Schemes) -> tuple[Place, str] | None:
    phases = data.get("phases")
    if not isinstance(phases, list):
        return None
    data["phases"] = []
    for at, phase in enumerate(phases):
        named = phase.get("scheme") if isinstance(phase, dict) else None
        if isinstance(named, str) and named != "none":
            found = schemes(named)
            if found is None:
                text = said(
                    "scheme: got {value!r}; it is none, a preset, in-force, the id of a draft such as draft-3, or written out; choose one",
                    value=named[:60],
                )  # fmt: skip
                return ("phases", at, "scheme"), text
            phase = {**phase, "scheme": found}
        data["phases"].append(phase)
    return None


def _too_large(scenario: Scenario) -> str:
    company = scenario.organisation
    followers = sum(one.followers for one in company.corporate_accounts)
    people = company.headcount or len(company.people or ())
    limits = (
        ("people", people, MOST_PEOPLE),
        ("audience", company.audience.size, MOST_AUDIENCE),
        ("followers", followers, MOST_FOLLOWERS),
        ("weeks", scenario.horizon_days / 7, MOST_WEEKS),
        ("burn-in weeks", scenario.burn_in_days / 7, MOST_WEEKS),
        ("runs", scenario.runs, MOST_RUNS),
    )
    for name, value, most in limits:
        if value > most:
            return said(
                "{name}: got {value:g}; limit {most} in the lab; make it smaller, or use the command line",
                name=name, value=value, most=most,
            )  # fmt: skip
    return ""


def _unfit(written: Written, found: Mapping[str, Scenario], node: Any) -> list[DocumentFault]:
    """The fault of a sweep whose lever does not apply to its scenario."""
    if written.sweep is None:
        return []
    lever = LEVERS[written.sweep.lever]
    if lever.fits(found[written.sweep.of or BASE]):
        return []
    place: Place = ("sweep", "lever")
    return [DocumentFault(line_at(node, place), place,
        said("lever {name}: {remedy}", name=lever.name, remedy=lever.told_remedy()))]  # fmt: skip


def _stand_in(number: int, segment: str) -> dict[str, Any]:
    """A placeholder for the live people, who are read when the run starts."""
    desk: Literal["desk"] = "desk"
    return {"id": f"n{number}", "segment": segment, "team": segment, "timezone": "UTC", "contacts": 100, "desk": desk}  # fmt: skip
