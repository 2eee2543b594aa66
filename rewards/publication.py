"""A kept path: operators' scripts import `rewards.publication`, which is `rewards.publishing.publication` (decision 118)."""

import sys

from rewards.publishing import publication

sys.modules[__name__] = publication
