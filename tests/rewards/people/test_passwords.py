"""What a stolen table of passwords is worth: the tests' own hashes are cheap, a company's are not."""

import re

from tests.conftest import OWN_HASHER


def test_a_hash_takes_time_and_memory() -> None:
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", OWN_HASHER.hash("a long enough phrase"))
    assert found is not None
    memory_kib, passes = map(int, found.groups())
    # At least what OWASP's cheat sheet on storing passwords asks for.
    assert memory_kib >= 19_456
    assert passes >= 2
