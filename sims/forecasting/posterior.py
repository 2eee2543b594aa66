"""Posterior files: equally weighted parameter vectors with provenance."""

import json
import math
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import rfc8785
from pydantic import Field, FiniteFloat, model_validator

from rewards.document import DocumentError, parse_data, read_text
from rewards.scheme.quantities import Part

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior

Vector = tuple[FiniteFloat, ...]


class Posterior(Part):
    """A posterior: `values` has a vector a row, in the order of `names`; other parameters are drawn from their priors.

    `calibration`: the diagnostics of `groundswell calibrate` (docs/calibration.md). `seal` covers all other fields, so that changes of a
    calibrated posterior are detected.
    """

    provenance: Annotated[dict[str, Any], Field(default_factory=dict)]
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    values: Annotated[tuple[Vector, ...], Field(min_length=1, max_length=100_000)]
    calibration: dict[str, Any] | None = None
    seal: str | None = None

    @model_validator(mode="after")
    def _of_the_model(self) -> Self:
        from agents.parameters.parameters import DECLARATIONS, Parameters

        unknown = next((name for name in self.names if name not in DECLARATIONS), None)
        if unknown is not None:
            raise ValueError(f"parameter {unknown!r}; no parameter of the model; remove it")
        if len(set(self.names)) < len(self.names):
            raise ValueError("names: a parameter stands twice; a name may stand once; remove one")
        for place, vector in enumerate(self.values):
            if len(vector) != len(self.names):
                raise ValueError(
                    f"vector {place} has {len(vector)} values; one for each of {len(self.names)} names is required; correct it"
                )
            Parameters(**dict(zip(self.names, vector, strict=True)))
        _check_told(self.calibration or {}, len(self.values))
        if self.seal is not None and self.seal != seal_of(self.model_dump(mode="json")):
            raise ValueError(
                f"seal {self.seal[:16]!r}; the posterior was changed since it was calibrated; use the file as `groundswell "
                "calibrate` wrote it"
            )
        return self

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings for users of a calibrated posterior."""
        return tuple(str(one) for one in (self.calibration or {}).get("warnings", ()))

    def hash(self) -> str:
        """SHA-256 over names and values."""
        body: dict[str, Any] = {"names": list(self.names), "values": [list(vector) for vector in self.values]}
        return sha256(rfc8785.dumps(body)).hexdigest()

    def sample(self) -> "DefaultPosterior":
        """The sample from which the model draws."""
        from agents.parameters.default_posterior import DefaultPosterior

        return DefaultPosterior.of(self.model_dump(mode="json"))


def _check_told(told: Mapping[str, Any], vectors: int) -> None:
    """Check the form of the diagnostics, which pages and forecasts read. Raises ValueError."""
    warnings, parameters, rows = (told.get(name) for name in ("warnings", "parameters", "coordinates"))
    fits = {
        "warnings": warnings is None
        or (isinstance(warnings, list) and all(isinstance(one, str) for one in warnings)),
        "parameters": parameters is None
        or (isinstance(parameters, dict) and all(isinstance(one, dict) for one in parameters.values())),
        "coordinates": rows is None or _is_table(rows, vectors),
    }
    wrong = next((name for name, fine in fits.items() if not fine), None)
    if wrong is not None:
        raise ValueError(
            f"calibration.{wrong}; not as `groundswell calibrate` writes it; use its file, or leave `calibration` out"
        )


def _is_table(rows: Any, count: int) -> bool:
    """True for `count` rows of equally many numbers."""
    if not isinstance(rows, list) or len(rows) != count or not all(isinstance(row, list) for row in rows):
        return False
    return len({len(row) for row in rows}) == 1 and all(
        isinstance(one, int | float) and math.isfinite(one) for row in rows for one in row
    )


def seal_of(body: Mapping[str, Any]) -> str:
    """SHA-256 over everything but the seal itself."""
    return sha256(rfc8785.dumps({name: value for name, value in body.items() if name != "seal"})).hexdigest()


def sealed(body: Mapping[str, Any]) -> Posterior:
    """The posterior with its seal, so that changes are detected."""
    unsealed = Posterior.model_validate({**body, "seal": None})
    return Posterior.model_validate({**body, "seal": seal_of(unsealed.model_dump(mode="json"))})


def load_posterior(path: Path | None) -> Posterior:
    """The posterior in a file; the stored posterior for None. Raises DocumentError naming the file."""
    if path is None:
        from agents.parameters.default_posterior import default_posterior

        stored = default_posterior()
        return Posterior(
            provenance=stored.provenance, names=stored.names, values=tuple(map(tuple, stored.values.tolist()))
        )
    return parse_data(read_json_file(path, "posterior"), Posterior, str(path))


def posterior_of_bytes(data: bytes, name: str) -> Posterior:
    """The posterior in uploaded bytes. Raises DocumentError: one line that names it."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise DocumentError(
            "{name}:1: is no JSON; send the file that `groundswell calibrate --out` wrote", name=name
        ) from None
    return parse_data(body, Posterior, name)


def units() -> dict[str, str]:
    """{parameter: unit} of the model's parameters."""
    from agents.parameters.parameters import DECLARATIONS

    return {name: one.unit for name, one in DECLARATIONS.items()}


def posterior_in(spec: Mapping[str, Any]) -> Posterior | None:
    """The company's own posterior that a job uses; None: the stored one. Forecasts of former versions hold the document only."""
    named = spec.get("posterior")
    return None if named is None else Posterior.model_validate(named.get("document", named))


def sample_in(spec: Mapping[str, Any]) -> "DefaultPosterior | None":
    """The sample of that posterior from which runs draw."""
    found = posterior_in(spec)
    return None if found is None else found.sample()


def named_in(spec: Mapping[str, Any]) -> dict[str, Any] | None:
    """The recalibration that a job uses, for display; None: the stored posterior."""
    named = spec.get("posterior")
    if named is None or "recalibration" not in named:
        return None
    return {"number": named["recalibration"], "hash": named["hash"]}


def read_json_file(path: Path, what: str) -> Any:
    """The values of a JSON file. Raises DocumentError naming it."""
    try:
        return json.loads(read_text(path))
    except DocumentError:
        raise
    except (ValueError, RecursionError) as error:
        raise DocumentError(
            "{path}:1: not JSON ({error}); name the file of a {what}", path=path, error=error, what=what
        ) from None
