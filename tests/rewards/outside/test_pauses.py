from datetime import timedelta

from rewards.outside import delivery, mail
from rewards.outside.pauses import grown

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_pauses_grow_four_times_up_to_the_longest() -> None:
    found = [grown(SECOND, failures, timedelta(seconds=300)) for failures in range(1, 8)]
    assert [one.total_seconds() for one in found] == [1, 4, 16, 64, 256, 300, 300]
    assert grown(SECOND, 10_000, timedelta(days=1)) == timedelta(days=1)


def test_receivers_and_mail_servers_are_asked_in_their_own_time() -> None:
    assert [delivery.pause_after(n) for n in (1, 2, 9)] == [5 * SECOND, 20 * SECOND, timedelta(days=1)]
    assert [mail.pause_after(n) for n in (1, 2, 9)] == [MINUTE, 4 * MINUTE, timedelta(hours=8)]
