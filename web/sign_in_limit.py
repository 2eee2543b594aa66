"""Rate limits of failed sign-ins by person, by address, and by both; only failures count, in bounded memory.

An address may be a whole office: beyond its limit a wrong password is answered by a wait, a right one is accepted. A person's limit
over all addresses stops attackers who change their address, and never an address from which the person signed in before.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

SIGN_IN_PER_MINUTE = 10
SIGN_IN_PER_MINUTE_AND_PERSON = 30
SIGN_IN_PER_MINUTE_AND_ADDRESS = 60
MOST_PER_MINUTE_AND_ADDRESS = 300
SECONDS = 60.0
MOST_KEPT = 20_000


class _Window:
    """Failures of the last minute by key, of the MOST_KEPT most recent keys."""

    def __init__(self) -> None:
        self._failures: OrderedDict[object, deque[float]] = OrderedDict()

    def count(self, key: object, now: float) -> int:
        found = self._failures.get(key)
        if found is None:
            return 0
        while found and found[0] <= now - SECONDS:
            found.popleft()
        return len(found)

    def add(self, key: object, now: float) -> None:
        found = self._failures.setdefault(key, deque(maxlen=MOST_PER_MINUTE_AND_ADDRESS))
        found.append(now)
        self._failures.move_to_end(key)
        while len(self._failures) > MOST_KEPT:
            self._failures.popitem(last=False)


class SignInLimit:
    """Call `allows` before a password is checked, then `failed` or `succeeded`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._both, self._person, self._address = _Window(), _Window(), _Window()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def allows(self, address: str, person: str) -> bool:
        """True where a password may be checked now."""
        address, now = block_of(address), self._clock()
        with self._lock:
            if self._both.count((address, person), now) >= SIGN_IN_PER_MINUTE:
                return False
            if (address, person) in self._known:
                return True
            return (
                self._person.count(person, now) < SIGN_IN_PER_MINUTE_AND_PERSON
                and self._address.count(address, now) < MOST_PER_MINUTE_AND_ADDRESS
            )

    def failed(self, address: str, person: str) -> bool:
        """Count a failure; True where the address has exceeded its limit, which the response then says."""
        address, now = block_of(address), self._clock()
        with self._lock:
            beyond = self._address.count(address, now) >= SIGN_IN_PER_MINUTE_AND_ADDRESS
            self._both.add((address, person), now)
            self._person.add(person, now)
            self._address.add(address, now)
            return beyond

    def succeeded(self, address: str, person: str) -> None:
        """Remember the person's successful address."""
        key = (block_of(address), person)
        with self._lock:
            self._known[key] = None
            self._known.move_to_end(key)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)


def block_of(address: str, of_four: int = 32, of_six: int = 64) -> str:
    """The network that an address is counted as: itself, or an IPv6 address's /64, which one household has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, of_four if found.version == 4 else of_six), strict=False))
