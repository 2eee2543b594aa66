"""A kept path: operators' scripts import `rewards.organisations`, which is `rewards.people.organisations` (decision 118)."""

import sys

from rewards.people import organisations

sys.modules[__name__] = organisations
