"""A day of the model as one would write it in plain Mesa, an agent an employee: decisions, sights, clicks and reposts of every contact,
learning, habit, motivation and fear. For scale only: it is no second source of numbers.
"""

from __future__ import annotations

import math

from agents.model import AdvocacyModel
from benchmarks.model import PlainEmployee, PlainModel

VISIBILITY = 0.06


class PlainCompany(PlainModel):
    """The decision step of `benchmarks.model`, and what a day brings after it."""

    def __init__(self, like: AdvocacyModel) -> None:
        super().__init__(like)
        graph = like.network.graph
        self.contacts = [
            graph.targets[graph.offsets[node] : graph.offsets[node + 1]].tolist()
            for node in range(graph.n_nodes)
        ]
        self.trust: list[dict[int, list[float]]] = [{} for _ in self.contacts]
        self.load = like.networks.feed_load.tolist()

    def broadcast(self, sharer: int) -> tuple[int, int]:
        """One share, with all its reposts; clicks and reposts."""
        p, draws, met, queue, clicks = self.parameters, self.source, {sharer}, [sharer], 0
        for node in queue:
            felt = self.trust[node]
            for contact in self.contacts[node]:
                if draws.random() >= VISIBILITY / (1.0 + self.load[contact] / p.feed_load_scale):
                    continue
                edge = felt.setdefault(contact, [p.peer_trust, 0.0])
                edge[0] += p.trust_rate * (p.trust_useful * 0.5 - p.trust_polish * 0.3)
                edge[1] += p.fatigue_per_exposure
                if contact in met:
                    continue
                met.add(contact)
                lift = math.exp(
                    p.trust_weight * edge[0] + p.affinity_weight * 0.3 - p.fatigue_weight * edge[1]
                )
                clicks += draws.random() < p.click_base * lift
                if draws.random() < p.repost_base * lift:
                    queue.append(contact)
        return clicks, len(queue) - 1

    def step(self) -> None:
        """One working day."""
        before = [len(one.shared) for one in self.agents]
        super().step()
        for row, (one, shared) in enumerate(zip(self.agents, before, strict=True)):
            self.learn(one, row, len(one.shared) - shared)

    def learn(self, one: PlainEmployee, row: int, shares: int) -> None:
        """What the day has done to somebody."""
        p = self.parameters
        for _ in range(shares):
            clicks, reposts = self.broadcast(row)
            reactions = clicks + reposts
            one.feedback += p.feedback_rate * (reactions / (reactions + p.feedback_scale) - one.feedback)
            one.traits["clicks_belief"] += p.clicks_learning_rate * (clicks - one.traits["clicks_belief"])
            one.motivation -= p.tangible_erosion * one.motivation
            one.fear *= 1.0 - p.fear_safe_share
        one.habit += p.habit_rate * (float(shares > 0) - one.habit)
        one.motivation += (one.traits["motivation"] - one.motivation) * p.motivation_recovered
        one.recognition *= p.recognition_kept
        one.streak, one.broken = (one.streak + 1, False) if shares else (0, one.streak >= 2)
        if self.steps % 7 == 0:
            one.own_rate += (float(sum(one.recent) > 0) - one.own_rate) / p.rate_weeks
