"""A posterior as a file: equally likely vectors of parameters, and how they were come by."""

import json
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
    """`values` has a vector a row, in the order of `names`; parameters that are not named are drawn from their priors.

    `calibration`: what `groundswell calibrate` says of it (docs/calibration.md). `seal` is over all the rest: a calibrated posterior that
    was changed says so.
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
        if self.seal is not None and self.seal != seal_of(self.model_dump(mode="json")):
            raise ValueError(
                f"seal {self.seal[:16]!r}; the posterior was changed since it was calibrated; use the file as `groundswell "
                "calibrate` wrote it"
            )
        return self

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever uses a calibrated posterior is to know of it."""
        return tuple(str(one) for one in (self.calibration or {}).get("warnings", ()))

    def hash(self) -> str:
        """SHA-256 over names and values."""
        body: dict[str, Any] = {"names": list(self.names), "values": [list(vector) for vector in self.values]}
        return sha256(rfc8785.dumps(body)).hexdigest()

    def sample(self) -> "DefaultPosterior":
        """As the model draws from it."""
        from agents.parameters.default_posterior import DefaultPosterior

        return DefaultPosterior.of(self.model_dump(mode="json"))


def seal_of(body: Mapping[str, Any]) -> str:
    """SHA-256 over everything but the seal itself."""
    return sha256(rfc8785.dumps({name: value for name, value in body.items() if name != "seal"})).hexdigest()


def sealed(body: Mapping[str, Any]) -> Posterior:
    """A posterior that can be shown from one that was changed."""
    unsealed = Posterior.model_validate({**body, "seal": None})
    return Posterior.model_validate({**body, "seal": seal_of(unsealed.model_dump(mode="json"))})


def load_posterior(path: Path | None) -> Posterior:
    """A posterior's file; the stored posterior without one. Raises DocumentError naming the file."""
    if path is None:
        from agents.parameters.default_posterior import default_posterior

        stored = default_posterior()
        return Posterior(
            provenance=stored.provenance, names=stored.names, values=tuple(map(tuple, stored.values.tolist()))
        )
    return parse_data(read_json_file(path, "posterior"), Posterior, str(path))


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
