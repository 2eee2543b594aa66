"""The incentive scheme as a document: its parts, limits, presets, and its rules in words."""

from rewards.scheme.scheme import IncentiveScheme as IncentiveScheme
