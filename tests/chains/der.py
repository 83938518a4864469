# SPDX-License-Identifier: GPL-2.0-or-later
"""DER for certificates, right and wrong ones: nothing is checked here."""

import ipaddress

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
ENUMERATED, UTF8, PRINTABLE, IA5, UTC_TIME, TIME = 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31

# GeneralName (RFC 5280 section 4.2.1.6)
EMAIL, DNS, DIRECTORY, URI, IP, REGISTERED = 0x81, 0x82, 0xa4, 0x86, 0x87, 0x88

# KeyUsage, the bits' numbers
SIGNATURE, ENCIPHERMENT, AGREEMENT, CERT_SIGN, CRL_SIGN = 0, 2, 4, 5, 6

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
ANY_USAGE = "2.5.29.37.0"


def der(tag, *parts):
    body = b"".join(parts)
    length = len(body)
    if length < 128:
        head = bytes([length])
    else:
        size = (length.bit_length() + 7) // 8
        head = bytes([0x80 | size]) + length.to_bytes(size, "big")
    return bytes([tag]) + head + body


def sequence(*parts):
    return der(SEQUENCE, *parts)


def integer(value):
    return der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    numbers = [int(part) for part in text.split(".")]
    body = b""
    for number in [numbers[0] * 40 + numbers[1], *numbers[2:]]:
        group = [number & 127]
        while number > 127:
            number >>= 7
            group.insert(0, 128 | number & 127)
        body += bytes(group)
    return der(OID, body)


def bits(*numbers):
    value = sum(0x80 >> number for number in numbers)
    unused = 7 - max(numbers) if numbers else 0
    return der(BIT_STRING, bytes([unused, value]))


def name(*parts):
    """Distinguished name of ("2.5.4.3", "text") pairs; one text is a common name."""
    if len(parts) == 1 and isinstance(parts[0], str):
        parts = [("2.5.4.3", parts[0])]
    return sequence(*(der(SET, sequence(oid(kind), der(UTF8, text.encode())))
                      for kind, text in parts))


def time(moment):
    """Time of RFC 5280 section 4.1.2.5: two digits for the year until 2049."""
    if moment.year < 2050:
        return der(UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return der(TIME, moment.strftime("%Y%m%d%H%M%SZ").encode())


def general(kind, value):
    if kind == DIRECTORY:
        return der(DIRECTORY, name(value))
    if kind == IP and isinstance(value, str):
        value = ipaddress.ip_address(value).packed
    if kind == REGISTERED:
        value = oid(value)[2:]
    return der(kind, value.encode() if isinstance(value, str) else value)


def extension(kind, value, critical=False):
    flag = der(BOOLEAN, b"\xff") if critical else b""
    return sequence(oid(kind), flag, der(OCTET_STRING, value))


def alt_names(*names, critical=False):
    """subjectAltName; a text without kind is a DNS name."""
    pairs = [(DNS, one) if isinstance(one, (str, bytes)) else one for one in names]
    return extension("2.5.29.17", sequence(*(general(*pair) for pair in pairs)), critical)


def constraints(ca, length=None, critical=True):
    parts = [der(BOOLEAN, b"\xff")] if ca else []
    if length is not None:
        parts.append(integer(length))
    return extension("2.5.29.19", sequence(*parts), critical)


def usage(*numbers, critical=True):
    return extension("2.5.29.15", bits(*numbers), critical)


def purposes(*kinds, critical=False):
    return extension("2.5.29.37", sequence(*map(oid, kinds)), critical)


def subtree(kind, value):
    if kind == IP:
        network = ipaddress.ip_network(value)
        value = network.network_address.packed + network.netmask.packed
    return sequence(general(kind, value))


def name_constraints(permitted=(), excluded=(), critical=True):
    parts = []
    for tag, trees in ((0xa0, permitted), (0xa1, excluded)):
        if trees:
            parts.append(der(tag, *(subtree(*tree) for tree in trees)))
    return extension("2.5.29.30", sequence(*parts), critical)


def must_staple():
    return extension("1.3.6.1.5.5.7.1.24", sequence(integer(5)))
