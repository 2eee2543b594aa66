"""A kept path: operators' scripts import `rewards.accounts`, which is `rewards.people.accounts` (decision 118)."""

import sys

from rewards.people import accounts

sys.modules[__name__] = accounts
