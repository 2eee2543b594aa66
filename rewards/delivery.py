"""A kept path: operators' scripts import `rewards.delivery`, which is `rewards.outside.delivery` (decision 118)."""

import sys

from rewards.outside import delivery

sys.modules[__name__] = delivery
