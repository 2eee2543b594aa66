"""What an experiment on the model is judged by: a band, and the side on which it must lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.parameters.parameters import Parameters

Experiment = Callable[[Parameters, int, int], dict[int, float]]


@dataclass(frozen=True)
class Target:
    """One number of a calibration target: its band, and the side of `neutral` on which it must lie (0: any).

    `key` is the target's number, or ten times it and more for its further parts; a target passes when all
    its parts do. A side of the band that nothing published bounds is set where no result can lie.
    """

    key: int
    title: str
    unit: str
    low: float
    high: float
    experiment: Experiment
    neutral: float = 0.0
    sign: int = 0
