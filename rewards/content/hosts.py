"""Hosts of web addresses in ASCII, as browsers ask for them (UTS 46, IDNA 2008)."""

from __future__ import annotations

import idna

from rewards.faults import BadValue

MOST_OF_LABEL, MOST_OF_HOST = 63, 253


def host_in_ascii(netloc: str) -> str:
    """The authority of an address with its host in ASCII: a redirect's header holds nothing else, and not every client encodes a host.

    Capitals, width and composition are mapped first, and ß stays a letter of its own. A host that is ASCII already stays as it is
    written. Raises BadValue for a host that no name server can be asked for.
    """
    user, at, rest = netloc.rpartition("@")
    if rest.startswith("["):
        return netloc
    host, colon, port = rest.partition(":")
    try:
        mapped = host if host.isascii() else idna.uts46_remap(host, std3_rules=False, transitional=False)
        labels = [label if label.isascii() else idna.alabel(label).decode() for label in mapped.split(".")]
    except idna.IDNAError as error:
        if any(len(label) > MOST_OF_LABEL for label in host.split(".")) or "too long" in str(error):
            raise _too_long(host) from None
        raise BadValue(
            "host {host!r}: has a sign that no host may have, or in the wrong place; write it as a browser's address bar shows it, "
            "or in its form with xn--",
            host=host[:80],
        ) from None
    if not all(labels[:-1]) or labels == [""]:
        raise BadValue("host {host!r}: nothing stands between two of its dots; take one out", host=host[:80])
    made = ".".join(labels)
    if max(map(len, labels)) > MOST_OF_LABEL or len(made.rstrip(".")) > MOST_OF_HOST:
        raise _too_long(host)
    return user + at + made + colon + port


def _too_long(host: str) -> BadValue:
    return BadValue(
        "host {host!r}: limit {label} characters between two dots and {most} in all, as it is sent (xn--…); write the right one",
        host=host[:80],
        label=MOST_OF_LABEL,
        most=MOST_OF_HOST,
    )
