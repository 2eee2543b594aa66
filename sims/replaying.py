"""`groundswell replay`: recorded events scored offline by one scheme, every entry with its reason."""

from collections import Counter
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from rewards.document import content_hash, load_document
from rewards.people_file import load_people
from rewards.replay import replay
from rewards.scheme import IncentiveScheme
from rewards.tables import compile_scheme
from sims.doctor import version
from sims.events_file import read_events
from sims.render import number, table
