"""The reproduction number of reposts in closed form, computed before anything is simulated.

At one or above a cascade is supercritical and its results are meaningless. This is the mean of the branching process that
`engine.response` simulates: on one channel, with trust at its initial level, no fatigue, and no person reached twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import size_factor
from agents.employees.decision import effort
from agents.parameters.parameters import Parameters
from agents.setting.setting import Channel, Setting
from agents.world.network import ties_of
from agents.world.population import Staff, build_staff

Floats = NDArray[np.float64]

NODES = 60


class Spreading(NamedTuple):
    """Of one channel: mean reposts caused by a repost, and mean reposts caused by any adoption, share or repost (R)."""

    channel: str
    visibility: float
    reposts: float
    per_adoption: float


def spreadings(setting: Setting, parameters: Iterable[Parameters]) -> list[Spreading]:
    """For each parameter set, the channel with the largest reproduction number."""
    staff = build_staff(setting.organisation, 0, 0, 0, 1)
    known = _colleagues(setting, staff)
    return [
        max(
            (_on(channel, setting, p, staff, colleagues=known) for channel in setting.content.channels),
            key=lambda each: each.reposts,
        )
        for p in parameters
    ]


def _on(channel: Channel, setting: Setting, p: Parameters, staff: Staff, *, colleagues: Floats) -> Spreading:
    visibility = p.visibility if channel.visibility is None else channel.visibility
    shown = visibility * p.active_share * _part_left_by_feeds(p)
    own, passed_on = _by_size(staff, p)
    care = effort(np.array([p.motivation_mean]), np.zeros(1), np.zeros(1), p)[0]
    rate = p.repost_base * float(np.exp(p.quality_weight * (care - 0.5) + p.trust_weight * p.peer_trust))
    passing, lasting = _outside(setting, staff.segments, rate, p)
    by_staff, coworkers = _staff(colleagues, rate, p, staff)
    # A repost by a colleague is broadcast to a whole network, a repost by an outsider to the ties among outsiders.
    average = shown * passed_on * max(lasting, coworkers * by_staff + (1.0 - coworkers) * passing)
    reposts = shown * own * by_staff * (1.0 + average + average**2)
    return Spreading(channel.name, visibility, average, reposts / (1.0 + reposts))


def _part_left_by_feeds(p: Parameters) -> float:
    # Mean of 1 / (1 + L / L0) over lognormal loads.
    points, weights = _nodes()
    loads = p.feed_load_mean * np.exp(p.feed_load_spread * points)
    return float(weights @ (1.0 / (1.0 + loads / p.feed_load_scale)) / weights.sum())


@cache
def _nodes() -> tuple[Floats, Floats]:
    # Nodes and weights of the Gauss-Hermite quadrature.
    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return points, weights


def _by_size(staff: Staff, p: Parameters) -> tuple[float, float]:
    # Visibility relative to the usual one, by the size of the sharer's network: averaged over contacts, and over viewers, since a repost
    # is as visible as the original.
    contacts = staff.contacts.astype(np.float64)
    left = size_factor(contacts, p)
    seen = contacts * left
    return float(seen.sum() / max(contacts.sum(), 1e-300)), float(
        (seen * left).sum() / max(seen.sum(), 1e-300)
    )


def _chance(level: float, rate: float, p: Parameters) -> float:
    # Mean chance that an exposed person of that interest reposts.
    steps = (np.arange(NODES) + 0.5) / NODES - 0.5
    interest = np.clip(level + p.interest_spread * steps, 0.0, 1.0)
    return float(np.minimum(1.0, rate * np.exp(p.affinity_weight * interest)).mean())


def _outside(setting: Setting, names: tuple[str, ...], rate: float, p: Parameters) -> tuple[float, float]:
    # Reposts that follow an outsider's repost if every contact saw it: in the first generation, and asymptotically. Outsiders are of two
    # types, those interested in the topic and others; the asymptotic number is the larger eigenvalue of the next-generation matrix.
    audience = setting.organisation.audience
    onward = min(audience.onward_contacts, audience.size - 1.0)
    part, near = 1.0 / len(names), audience.homophily
    levels = (p.interest_own, p.interest_other)
    chance = np.array([_chance(level, rate, p) for level in levels])
    own = np.array([near + (1.0 - near) * part, (1.0 - near) * part])
    passed_on = onward * np.column_stack([own * chance[0], (1.0 - own) * chance[1]])
    first = np.array([part, 1.0 - part]) * chance
    by_first = float(first @ passed_on.sum(axis=1) / max(first.sum(), 1e-300))
    of_nobody = onward * float(chance[1])
    kinds = setting.content.kinds
    ours = [kind.topic is None or kind.topic in names for kind in kinds]
    found = [(by_first, _eigenvalue(passed_on)) if one else (of_nobody, of_nobody) for one in ours]
    passing, lasting = np.average(found, axis=0, weights=[kind.share for kind in kinds])
    return float(passing), float(lasting)


def _eigenvalue(matrix: Floats) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _colleagues(setting: Setting, staff: Staff) -> Floats:
    # Number of colleagues among each employee's ties.
    colleagues = np.minimum(staff.contacts * setting.organisation.audience.coworkers, staff.size - 1.0)
    ties = ties_of(setting.organisation, staff)
    if ties is not None:
        colleagues[: ties.counts.size] = ties.counts
    return np.asarray(colleagues)


def _staff(colleagues: Floats, rate: float, p: Parameters, staff: Staff) -> tuple[float, float]:
    # Reposts that a sight everywhere of an employee's post would bring, and the part of an employee's ties that are colleagues.
    contacts = max(float(staff.contacts.mean()), 1e-300)
    part = 1.0 / len(staff.segments)
    own, other = (_chance(level, rate, p) for level in (p.interest_own, p.interest_other))
    return contacts * (part * own + (1.0 - part) * other), float(colleagues.mean()) / contacts
