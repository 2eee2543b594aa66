"""Every kind of long work says where a person finds it."""

from sims.jobs.kinds import KINDS, WHOLE
from sims.loop.calibrating import KIND as CALIBRATION
from web.jobs import PAGES


def test_every_kind_of_job_has_its_page() -> None:
    # The waves of a calibration follow from each other: it is no list of pieces.
    assert set(PAGES) == {*KINDS, *WHOLE, CALIBRATION}
