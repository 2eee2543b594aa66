"""Calibration targets: the band of an experiment's result, and its required sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.parameters.parameters import Parameters

Experiment = Callable[[Parameters, int, int], dict[int, float]]


@dataclass(frozen=True)
class Target:
    """One part of a calibration target: its band, and the side of `neutral` on which the result must lie (0: any).

    `key` is the target's number, or ten times it plus an index for further parts; a target passes when all its parts do. A side of the band
    without a published bound is set where no result can lie.
    """

    key: int
    title: str
    unit: str
    low: float
    high: float
    experiment: Experiment
    neutral: float = 0.0
    sign: int = 0
