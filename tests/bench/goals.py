# SPDX-License-Identifier: GPL-2.0-or-later
"""What is compared with what, and how good it should be."""

WIDE = 0.05             # spread of a ratio from which on it proves little

# Who is the measure of the others, by the beginning of a measure's name
REFERENCES = (
    ("call/", "raw kTLS"),
    ("memory/", "raw kTLS"),
    ("consumers/", "tlshd"),
    ("", "OpenSSL"),
)

# What "make check" compares: (measure, contestant, reference)
BASELINE = tuple((f"call/{call}", "tlsock", "raw kTLS") for call in (
    "read-1", "read-would-block", "send-1", "ping-pong-1", "write-read-16k",
    "sendfile-read-64k", "splice-relay-16k", "multishot-read-16k")) + (
        ("handshake/ecdsa/sum", "tlsock", "OpenSSL"),
        ("handshake/resumed/sum", "tlsock", "OpenSSL"),
    )


def reference_of(measure):
    return next(name for start, name in REFERENCES if measure.startswith(start))


def of(measure, reference, limit, text, contestant="tlsock"):
    return text, (measure, contestant, 1), (measure, reference, 1), limit


# (text, what, beside what, most that the ratio should be)
RATIOS = (
    *(of(f"handshake/{shape}/sum", "OpenSSL", 0.6, f"connection, {shape}, both ends")
      for shape in ("ecdsa", "hybrid", "rsa", "resumed", "mutual")),
    of("call/read-1", "raw kTLS", 1.04, "read of 1 byte"),
    of("call/send-1", "raw kTLS", 1.015, "send of 1 byte"),
    of("call/write-read-16k", "raw kTLS", 1 / 0.98, "write of 16 KiB"),
    of("call/write-read-16k", "OpenSSL", 1 / 1.3, "write of 16 KiB"),
    of("call/sendfile-read-64k", "raw kTLS", 1 / 0.98, "sendfile of 64 KiB"),
    of("call/sendfile-read-64k", "OpenSSL", 1 / 1.3, "sendfile of 64 KiB"),
    ("download of 1 MB, server", ("serve/1000000/cpu", "tlsock", 100),
     ("serve/1000000/cpu", "OpenSSL", 100), 1 / 1.3),
    ("accept beside 1,000 silent peers", ("beside-silent/wall", "tlsock", 1000),
     ("beside-silent/wall", "tlsock", 0), 1.2),
    ("handshake beside 10,000 connections", ("beside-live/cpu", "tlsock", 10000),
     ("beside-live/cpu", "tlsock", 10), 1.1),
    of("consumers/nfsd/cpu", "tlshd", 1 / 15, "helper for a handshake of nfsd"),
)

SOCKET_BYTES = 2400     # more than raw kTLS
COMPARED = 300          # connections


def verdict(good):
    return "reached" if good else "MISSED "


def lines(figures):
    """A line for each goal whose figures are there"""
    for text, what, beside, limit in RATIOS:
        ratio = figures.ratio(what, beside)
        if ratio:
            name = beside[1] if beside[1] != what[1] else f"that beside {beside[2]:,}"
            yield (f"{verdict(ratio.median <= limit)} {text:<38} {ratio.median:6.3f} of {name}"
                   f" (at most {limit:.3f})")
    keys = [("memory/socket", name, COMPARED) for name in ("tlsock", "raw kTLS")]
    if all(figures.has(key) for key in keys):
        more = figures.value(*keys[0]).median - figures.value(*keys[1]).median
        yield (f"{verdict(more <= SOCKET_BYTES)} {'memory of a socket':<38} {more:,.0f} bytes more"
               f" than raw kTLS (at most {SOCKET_BYTES:,})")
