"""Every kind of long work says where a person finds it."""

from sims.jobs.kinds import KINDS, WHOLE
from web.jobs import PAGES


def test_every_kind_of_job_has_its_page() -> None:
    assert set(PAGES) == set(KINDS) | set(WHOLE)
