# SPDX-License-Identifier: GPL-2.0-or-later
"""The table: certificates that a peer may send and what is to be thought of them."""

import der
from der import (ANY_USAGE, CLIENT_AUTH, CODE_SIGNING, DIRECTORY, DNS, EMAIL, IP, REGISTERED,
                 SERVER_AUTH, URI)
from pki import END, LATER, LONG_AGO, YESTERDAY, Cert, RevocationList

# X509_V_ERR_* that the helper is to give; REFUSED is any error.
OK, REFUSED = "ok", "refused"
CRL_MISSING, CRL_EXPIRED, REVOKED = 3, 12, 23
BAD_SIGNATURE, NOT_YET, EXPIRED, SELF_SIGNED, SELF_SIGNED_IN_CHAIN, NO_ISSUER = 7, 9, 10, 18, 19, 20
TOO_LONG, NOT_CA, PATH_LENGTH, PURPOSE, REJECTED, NO_CERT_SIGN = 22, 24, 25, 26, 28, 32
CRITICAL, CONSTRAINT, HOST, ADDRESS, WEAK_KEY, WEAK_DIGEST = 34, 47, 62, 64, 66, 68

ANCHORS = []
CASES = []


def case(name, expect, *chain, host="web.test", lists=None, check="-"):
    """A peer that is a server; its key is the first certificate's."""
    CASES.append((name, "server", expect, host, chain, lists, check))


def client(name, expect, *chain, lists=None, check="-"):
    CASES.append((name, "client", expect, "-", chain, lists, check))


def root(subject, *extensions, kind="ec", trusted=True, **more):
    extensions = extensions or (der.constraints(True), der.usage(der.CERT_SIGN, der.CRL_SIGN))
    made = Cert(subject, kind, None, extensions, **more)
    if trusted:
        ANCHORS.append(made)
    return made


def authority(subject, issuer, *extensions, length=None, kind="ec-2", **more):
    basic = more.pop("basic", (der.constraints(True, length),
                               der.usage(der.CERT_SIGN, der.CRL_SIGN)))
    return Cert(subject, kind, issuer, [*basic, *extensions], **more)


def leaf(issuer, *names, kind="ec", **more):
    """A server's certificate; names are those of der.alt_names()."""
    extensions = [der.constraints(False), *more.pop("usage", [der.usage(der.SIGNATURE)]),
                  *more.pop("purpose", [der.purposes(SERVER_AUTH)]),
                  der.alt_names(*(names or ["web.test"])), *more.pop("extensions", [])]
    return Cert(more.pop("subject", "leaf"), kind, issuer, extensions, **more)


ROOT = root("root")
CA = authority("authority", ROOT)
OTHER_ROOT = root("unknown root", trusted=False, kind="ec-3")
WEAK_ANCHOR = root("RSA-1024 root", trusted=False, kind="rsa1024")


def names():
    def named(title, expect, host, *entries, **more):
        case(title, expect, leaf(CA, *entries, **more), CA, host=host)

    named("name", OK, "web.test", "web.test")
    named("name in other case", OK, "WEB.test", "web.TEST")
    named("name asked for with a dot at its end", OK, "web.test.", "web.test")
    named("second name", OK, "b.test", "a.test", "b.test")
    named("400 names, the last", OK, "n399.test", *(f"n{i}.test" for i in range(400)))
    named("other name", HOST, "web.test", "other.test")
    named("name is a prefix", HOST, "web.test", "web.test.evil.test")
    named("name is a suffix", HOST, "web.test", "evilweb.test")
    named("parent's name", HOST, "a.web.test", "web.test")
    named("wildcard", OK, "a.web.test", "*.web.test")
    named("wildcard in other case", OK, "a.WEB.test", "*.web.TEST")
    named("wildcard for two labels", HOST, "a.b.web.test", "*.web.test")
    named("wildcard for no label", HOST, "web.test", "*.web.test")
    named("wildcard for a part of a label", HOST, "www.web.test", "w*.web.test")
    named("wildcard behind a label's part", HOST, "www.web.test", "*w.web.test")
    named("wildcard in the second label", HOST, "a.web.test", "a.*.test")
    named("two wildcards", HOST, "a.web.test", "*.*.test")
    named("wildcard for a top level domain", HOST, "web.test", "*.test")
    named("wildcard alone", HOST, "localhost", "*")
    named("A-label", OK, "xn--bcher-kva.test", "xn--bcher-kva.test")
    named("A-label under a wildcard", OK, "xn--bcher-kva.web.test", "*.web.test")
    named("wildcard in an A-label", HOST, "xn--bcher-kva.test", "xn--b*.test")
    named("U-label instead of A-label", HOST, "xn--bcher-kva.test", "b\u00fccher.test".encode())
    named("NUL in the name", REJECTED, "web.test", b"web.test\0.evil.test")
    named("NUL at the name's end", REJECTED, "web.test", b"web.test\0")
    named("space before the name", HOST, "web.test", " web.test")
    named("empty name", HOST, "web.test", "")
    named("common name beside other names", HOST, "web.test", "other.test", subject="web.test")
    named("common name beside an e-mail address", HOST, "web.test", (EMAIL, "root@web.test"),
          subject="web.test")
    named("URI instead of a name", HOST, "web.test", (URI, "https://web.test/"))
    named("e-mail address instead of a name", HOST, "web.test", (EMAIL, "web.test"))
    plain = [der.constraints(False), der.usage(der.SIGNATURE), der.purposes(SERVER_AUTH)]
    case("common name only", HOST, Cert("web.test", "ec", CA, plain), CA)
    case("no name", REFUSED, Cert("", "ec", CA, plain), CA)
    named("IPv4 address", OK, "127.0.0.1", (IP, "127.0.0.1"))
    named("IPv6 address", OK, "::1", (IP, "::1"))
    named("IPv6 address written long", OK, "0:0:0:0:0:0:0:1", (IP, "::1"))
    named("other IPv4 address", ADDRESS, "127.0.0.1", (IP, "127.0.0.2"))
    named("other IPv6 address", ADDRESS, "::1", (IP, "::2"))
    named("IPv4 address as a DNS name", ADDRESS, "127.0.0.1", "127.0.0.1")
    named("IPv4 address under a wildcard", ADDRESS, "127.0.0.1", "*.0.0.1")
    named("IPv4 address mapped to IPv6", ADDRESS, "127.0.0.1", (IP, "::ffff:127.0.0.1"))
    named("IPv4 address of five bytes", ADDRESS, "127.0.0.1", (IP, b"\x7f\0\0\x01\0"))
    named("IPv4 address as common name", ADDRESS, "127.0.0.1", "a.test", subject="127.0.0.1")
    named("IPv4 address as URI", ADDRESS, "127.0.0.1", (URI, "https://127.0.0.1/"))
    named("name while the address is asked for", ADDRESS, "127.0.0.1", "localhost")
    named("address while the name is asked for", HOST, "localhost", (IP, "127.0.0.1"))


def purposes():
    def purposed(title, expect, *kinds, **more):
        case(title, expect, leaf(CA, purpose=[der.purposes(*kinds, **more)] if kinds else []), CA)

    def under(title, expect, *kinds):
        between = authority("purposed authority", ROOT, der.purposes(*kinds))
        case(title, expect, leaf(between), between)

    purposed("purpose absent", OK)
    purposed("purposes server and client", OK, SERVER_AUTH, CLIENT_AUTH)
    purposed("critical purpose server", OK, SERVER_AUTH, critical=True)
    purposed("any purpose", OK, ANY_USAGE)
    purposed("purpose client", PURPOSE, CLIENT_AUTH)
    purposed("purpose code signing", PURPOSE, CODE_SIGNING)
    purposed("unknown purpose", PURPOSE, "1.2.3.4.5")
    under("authority for servers", OK, SERVER_AUTH)
    under("authority for any purpose", OK, ANY_USAGE)
    under("authority for clients", PURPOSE, CLIENT_AUTH)
    under("authority for code signing", PURPOSE, CODE_SIGNING)
    trusted = root("root for clients", der.constraints(True), der.usage(der.CERT_SIGN),
                   der.purposes(CLIENT_AUTH))
    case("trust anchor for clients", PURPOSE, leaf(trusted))

    def used(title, expect, *numbers, kind="ec"):
        case(title, expect, leaf(CA, usage=[der.usage(*numbers)] if numbers else [], kind=kind), CA)

    used("key usage absent", OK)
    used("key usage of key transport", PURPOSE, der.ENCIPHERMENT, kind="rsa")
    used("key usage of key agreement", PURPOSE, der.AGREEMENT)
    used("key usage of authorities", PURPOSE, der.CERT_SIGN)
    used("two key usages", OK, der.SIGNATURE, der.ENCIPHERMENT)


def constraints():
    plain = [der.usage(der.CERT_SIGN)]

    def under(title, expect, issuer):
        case(title, expect, leaf(issuer), issuer)

    under("authority may not sign certificates", NOT_CA, authority(
        "only lists", ROOT, basic=[der.constraints(True), der.usage(der.CRL_SIGN)]))
    under("authority without key usage", OK, authority(
        "no usage", ROOT, basic=[der.constraints(True)]))
    under("issuer is no authority", NOT_CA, authority(
        "no authority", ROOT, basic=[der.constraints(False), *plain]))
    under("issuer without basic constraints", NOT_CA, authority("plain", ROOT, basic=plain))
    under("issuer of version 1", REFUSED, authority("v1", ROOT, basic=[], version=1))
    under("basic constraints not critical", OK, authority(
        "not critical", ROOT, basic=[der.constraints(True, critical=False), *plain]))
    server = leaf(CA, kind="ec-3", subject="server")
    case("a server's certificate as issuer", NOT_CA, leaf(server), server, CA)
    case("trust anchor may not sign certificates", NO_CERT_SIGN, leaf(root(
        "root for lists", der.constraints(True), der.usage(der.CRL_SIGN))))
    case("server's certificate is an authority", OK, Cert("ca leaf", "ec", ROOT, [
        der.constraints(True), der.usage(der.SIGNATURE, der.CERT_SIGN),
        der.alt_names("web.test")]))
    case("server's certificate of version 1", HOST, Cert("web.test", "ec", ROOT, version=1))

    low = authority("length 0", ROOT, length=0)
    below = authority("below", low, kind="ec-3")
    case("path length 0 with none below", OK, leaf(low), low)
    case("path length 0 with one below", PATH_LENGTH, leaf(below), below, low)
    one = authority("length 1", ROOT, length=1)
    first = authority("first", one, kind="ec-3")
    case("path length 1 with one below", OK, leaf(first), first, one)
    second = authority("second", first)
    case("path length 1 with two below", PATH_LENGTH, leaf(second), second, first, one)
    lower = authority("lower", one, length=5, kind="ec-3")
    lowest = authority("lowest", lower)
    case("path length that grows below", PATH_LENGTH, leaf(lowest), lowest, lower, one)
    top = root("root of length 0", der.constraints(True, 0), der.usage(der.CERT_SIGN))
    case("trust anchor of path length 0 with none below", OK, leaf(top))
    under("trust anchor of path length 0 with one below", PATH_LENGTH, authority("deep", top))

    unknown = der.extension("1.2.3.4.5.6", der.der(der.NULL), critical=True)
    known = der.extension("1.2.3.4.5.6", der.der(der.NULL))
    poison = der.extension("1.3.6.1.4.1.11129.2.4.3", der.der(der.NULL), critical=True)
    case("unknown extension", OK, leaf(CA, extensions=[known]), CA)
    case("unknown critical extension", CRITICAL, leaf(CA, extensions=[unknown]), CA)
    under("authority with unknown critical extension", CRITICAL,
          authority("critical", ROOT, unknown))
    case("precertificate", CRITICAL, leaf(CA, extensions=[poison]), CA)


def name_constraints():
    def under(title, expect, *entries, host="web.test", subject="leaf", **limits):
        limited = authority(f"limited {title}", ROOT, der.name_constraints(**limits))
        case(title, expect, leaf(limited, *(entries or [host]), subject=subject), limited,
             host=host)

    person = (("2.5.4.10", "Web"), ("2.5.4.3", "web"))
    under("DNS permitted", OK, permitted=[(DNS, "web.test")])
    under("DNS permitted, subdomain", OK, host="a.web.test", permitted=[(DNS, "web.test")])
    under("DNS permitted in other case", OK, permitted=[(DNS, "WEB.Test")])
    under("DNS permitted, everything", OK, permitted=[(DNS, "")])
    under("DNS not permitted", CONSTRAINT, permitted=[(DNS, "other.test")])
    under("DNS not permitted, a suffix only", CONSTRAINT, host="evilweb.test",
          permitted=[(DNS, "web.test")])
    under("DNS not permitted, second name", CONSTRAINT, "web.test", "other.org",
          permitted=[(DNS, "test")])
    under("DNS excluded", CONSTRAINT, excluded=[(DNS, "web.test")])
    under("DNS excluded, subdomain", CONSTRAINT, excluded=[(DNS, "test")])
    under("DNS excluded in other case", CONSTRAINT, excluded=[(DNS, "WEB.TEST")])
    under("DNS excluded, everything", CONSTRAINT, excluded=[(DNS, "")])
    under("DNS excluded, other", OK, excluded=[(DNS, "other.test")])
    under("DNS permitted and excluded", CONSTRAINT, permitted=[(DNS, "test")],
          excluded=[(DNS, "web.test")])
    under("DNS excluded below a wildcard", CONSTRAINT, "*.web.test", host="a.web.test",
          excluded=[(DNS, "a.web.test")])
    under("DNS permitted, not critical", CONSTRAINT, permitted=[(DNS, "other.test")],
          critical=False)
    under("IPv4 permitted", OK, (IP, "127.0.0.1"), host="127.0.0.1",
          permitted=[(IP, "127.0.0.0/8")])
    under("IPv4 not permitted", CONSTRAINT, (IP, "127.0.0.1"), host="127.0.0.1",
          permitted=[(IP, "10.0.0.0/8")])
    under("IPv4 excluded", CONSTRAINT, (IP, "127.0.0.1"), host="127.0.0.1",
          excluded=[(IP, "127.0.0.0/24")])
    under("IPv6 permitted", OK, (IP, "::1"), host="::1", permitted=[(IP, "::/64")])
    under("IPv6 not permitted", CONSTRAINT, (IP, "::1"), host="::1",
          permitted=[(IP, "fd00::/8")])
    under("e-mail not permitted", CONSTRAINT, "web.test", (EMAIL, "a@evil.test"),
          permitted=[(EMAIL, "web.test")])
    under("e-mail excluded", CONSTRAINT, "web.test", (EMAIL, "a@evil.test"),
          excluded=[(EMAIL, "evil.test")])
    under("e-mail permitted, no such name", OK, permitted=[(EMAIL, "web.test")])
    under("URI excluded", CONSTRAINT, "web.test", (URI, "https://evil.test/a"),
          excluded=[(URI, "evil.test")])
    under("URI not permitted", CONSTRAINT, "web.test", (URI, "https://evil.test/a"),
          permitted=[(URI, "web.test")])
    under("directory name permitted", OK, subject=der.name(*person),
          permitted=[(DIRECTORY, ("2.5.4.10", "Web"))])
    under("directory name not permitted", CONSTRAINT, subject=der.name(*person),
          permitted=[(DIRECTORY, ("2.5.4.10", "Other"))])
    under("directory name excluded", CONSTRAINT, subject=der.name(*person),
          excluded=[(DIRECTORY, ("2.5.4.10", "Web"))])
    under("constraint of an unknown kind", REFUSED, "web.test", (REGISTERED, "1.2.3.4"),
          permitted=[(REGISTERED, "1.2.3")])
    far = authority("far", ROOT, der.name_constraints([(DNS, "other.test")]))
    near = authority("near", far, kind="ec-3")
    case("DNS not permitted two levels up", CONSTRAINT, leaf(near), near, far)
    far = authority("far, permitted", ROOT, der.name_constraints([(DNS, "web.test")]))
    near = authority("near, permitted", far, kind="ec-3")
    case("DNS permitted two levels up", OK, leaf(near), near, far)
    far = authority("far, excluded", ROOT, der.name_constraints(excluded=[(DNS, "web.test")]))
    near = authority("near, excluded", far, kind="ec-3")
    case("DNS excluded two levels up", CONSTRAINT, leaf(near), near, far)
    far = authority("far, two", ROOT, der.name_constraints([(DNS, "other.test")]))
    near = authority("near, two", far, der.name_constraints([(DNS, "web.test")]), kind="ec-3")
    case("DNS permitted one and not permitted two levels up", CONSTRAINT, leaf(near), near, far)
    top = root("limited root", der.constraints(True), der.usage(der.CERT_SIGN),
               der.name_constraints([(DNS, "other.test")]))
    case("DNS not permitted by the trust anchor", CONSTRAINT, leaf(top))


def dates():
    old = {"start": LONG_AGO, "end": YESTERDAY}
    young = {"start": LATER, "end": END}
    case("expired", EXPIRED, leaf(CA, **old), CA)
    case("not yet valid", NOT_YET, leaf(CA, **young), CA)
    past, future = authority("past", ROOT, **old), authority("future", ROOT, **young)
    case("authority expired", EXPIRED, leaf(past), past)
    case("authority not yet valid", NOT_YET, leaf(future), future)
    case("trust anchor expired", EXPIRED, leaf(root("old root", **old)))
    case("trust anchor not yet valid", NOT_YET, leaf(root("young root", **young)))
    case("valid until 2060", OK, leaf(CA, end=END.replace(year=2060)), CA)
    case("dates are no dates", REFUSED, leaf(CA, validity=der.sequence(
        der.der(der.UTC_TIME, b"yesterday"), der.der(der.UTC_TIME, b"tomorrow"))), CA)
    case("expired with another name", REFUSED, leaf(CA, "other.test", **old), CA)


def signatures():
    case("wrong signature", BAD_SIGNATURE, leaf(CA, spoil=True), CA)
    forged = authority("forged", ROOT, spoil=True)
    case("authority with wrong signature", REFUSED, leaf(forged), forged)
    case("signed by another key", BAD_SIGNATURE, leaf(CA, signed_by="ec-3"), CA)
    case("two signature algorithms", REFUSED, leaf(CA, digest="sha256", claimed="sha384"), CA)
    case("signed with SHA-384", OK, leaf(CA, digest="sha384"), CA)
    case("signed with SHA-1", WEAK_DIGEST, leaf(CA, digest="sha1"), CA)
    rsa = root("RSA root", kind="rsa")
    case("signed with MD5", REFUSED, leaf(rsa, digest="md5"))
    case("signed with SHA-1 and RSA", WEAK_DIGEST, leaf(rsa, digest="sha1"))
    weak = authority("SHA-1 authority", ROOT, digest="sha1")
    case("authority signed with SHA-1", WEAK_DIGEST, leaf(weak), weak)
    case("trust anchor signed with SHA-1", OK, leaf(root("SHA-1 root", digest="sha1")))


def keys():
    for kind in ("rsa", "p384", "p521", "ed25519"):
        top = root(f"{kind} root", kind=kind)
        case(f"key {kind}", OK, leaf(CA, kind=kind), CA)
        case(f"authority's key {kind}", OK, leaf(top))
    case("signed with RSA-PSS", OK, leaf(root("PSS signing root", kind="rsa"),
                                         digest="sha256-pss"))
    case("RSA-1024", WEAK_KEY, leaf(CA, kind="rsa1024"), CA)
    short = authority("RSA-1024 authority", ROOT, kind="rsa1024")
    case("authority with RSA-1024", WEAK_KEY, leaf(short), short)
    for kind in ("p224", "p192"):
        short = authority(f"{kind} authority", ROOT, kind=kind)
        case(f"authority with {kind}", REFUSED, leaf(short), short)


def paths():
    mine = root("own issuer", der.constraints(False), der.usage(der.SIGNATURE),
                der.alt_names("web.test"), trusted=False)
    case("self-signed", SELF_SIGNED, mine)
    trusted = root("trusted own issuer", der.constraints(False), der.usage(der.SIGNATURE),
                   der.alt_names("web.test"))
    case("self-signed and a trust anchor", OK, trusted)
    case("issuer missing", NO_ISSUER, leaf(CA))
    unknown = authority("unknown authority", OTHER_ROOT)
    case("unknown trust anchor", NO_ISSUER, leaf(unknown), unknown)
    case("unknown trust anchor, sent too", SELF_SIGNED_IN_CHAIN, leaf(unknown), unknown,
         OTHER_ROOT)
    impostor = root("root", trusted=False, kind="ec-3")
    case("unknown trust anchor of a trusted name", REFUSED, leaf(impostor), impostor)
    below = authority("lower authority", CA, kind="ec-3")
    case("two authorities", OK, leaf(below), below, CA)
    case("trust anchor sent too", OK, leaf(below), below, CA, ROOT)
    case("in wrong order", OK, leaf(below), CA, below)
    case("in wrong order with the trust anchor", OK, leaf(below), ROOT, CA, below)
    case("with a certificate that is not needed", OK, leaf(CA), unknown, CA)
    case("with an expired certificate that is not needed", OK, leaf(CA), CA,
         authority("old", OTHER_ROOT, start=LONG_AGO, end=YESTERDAY))
    case("a certificate twice", OK, leaf(below), below, below, CA, CA)
    crossed = authority("authority", OTHER_ROOT)
    case("cross-signed, unknown first", OK, leaf(CA), crossed, CA)
    case("cross-signed, unknown last", OK, leaf(CA), CA, crossed)
    case("cross-signed by an unknown one only", NO_ISSUER, leaf(CA), crossed)
    one, two = (Cert(f"ring {i}", "ec-2", None, [der.constraints(True)]) for i in (1, 2))
    first = authority("ring 1", two, kind="ec-2")
    case("ring of authorities", NO_ISSUER, leaf(first), first, authority("ring 2", one))
    steps = [CA]
    for i in range(11):
        steps.insert(0, authority(f"step {i}", steps[0], kind="ec-3" if i % 2 else "ec-2"))
    case("seven authorities", OK, leaf(steps[5]), *steps[5:])
    case("twelve authorities", TOO_LONG, leaf(steps[0]), *steps)
    anchor = authority("trusted authority", OTHER_ROOT)
    ANCHORS.append(anchor)
    case("authority is a trust anchor", OK, leaf(anchor))
    long = [f"a-name-that-is-long-enough-{i}.test" for i in range(1500)]
    case("certificate of 60 KB", REFUSED, leaf(CA, "web.test", *long), CA)


def clients():
    def sent(title, expect, *kinds, issuer=CA, **more):
        purpose = [der.purposes(*kinds)] if kinds else []
        client(title, expect, leaf(issuer, purpose=purpose, **more), issuer)

    sent("client", OK, CLIENT_AUTH)
    sent("client without purpose", OK)
    sent("client for any purpose", OK, ANY_USAGE)
    sent("client with a server's certificate", PURPOSE, SERVER_AUTH)
    sent("client expired", EXPIRED, CLIENT_AUTH, start=LONG_AGO, end=YESTERDAY)
    sent("client not yet valid", NOT_YET, CLIENT_AUTH, start=LATER, end=END)
    sent("client under an authority for servers", PURPOSE, CLIENT_AUTH,
         issuer=authority("for servers", ROOT, der.purposes(SERVER_AUTH)))
    sent("client under an unknown trust anchor", NO_ISSUER, CLIENT_AUTH,
         issuer=authority("unknown for clients", OTHER_ROOT))
    sent("client with RSA-1024", WEAK_KEY, CLIENT_AUTH, kind="rsa1024")
    sent("client with SHA-1", WEAK_DIGEST, CLIENT_AUTH, digest="sha1")
    sent("client without digital signature", PURPOSE, CLIENT_AUTH,
         usage=[der.usage(der.AGREEMENT)])
    sent("client's name not permitted", CONSTRAINT, CLIENT_AUTH,
         issuer=authority("limited", ROOT, der.name_constraints([(DNS, "other.test")])))


def revocation():
    mine, other = leaf(CA), leaf(CA)
    of_root, of_ca = RevocationList(ROOT), RevocationList(CA, [other])
    old = {"start": LONG_AGO, "end": YESTERDAY}
    unknown = der.extension("1.2.3.4.5.6", der.der(der.NULL), critical=True)

    def listed(title, expect, *lists, check="required", chain=(mine, CA)):
        case(title, expect, *chain, lists=lists, check=check)

    listed("another revoked", OK, of_root, of_ca)
    listed("revoked", REVOKED, of_root, RevocationList(CA, [other, mine]))
    listed("authority revoked", REVOKED, RevocationList(ROOT, [CA]), of_ca)
    listed("authority revoked, in wrong order", REVOKED, RevocationList(ROOT, [CA]), of_ca,
           chain=(mine, ROOT, CA))
    listed("revoked, under the trust anchor", REVOKED, RevocationList(ROOT, [other, CA]))
    listed("list missing", CRL_MISSING, of_root)
    listed("authority's list missing", CRL_MISSING, of_ca)
    listed("list expired", CRL_EXPIRED, of_root, RevocationList(CA, **old))
    listed("list expired and a current one", OK, of_root, RevocationList(CA, [mine], **old), of_ca)
    listed("list with wrong signature", CRL_MISSING, of_root, RevocationList(CA, signed_by="ec-3"))
    listed("list with an unknown critical extension", CRL_MISSING, of_root,
           RevocationList(CA, extensions=[unknown]))
    no_lists = authority("no lists", ROOT, basic=[der.constraints(True),
                                                  der.usage(der.CERT_SIGN)])
    listed("list of an authority that may sign none", CRL_MISSING, of_root,
           RevocationList(no_lists), chain=(leaf(no_lists), no_lists))
    listed("list missing, not required", OK, of_root, check="available")
    listed("list expired, not required", OK, of_root, RevocationList(CA, **old),
           check="available")
    listed("revoked, list not required", REVOKED, RevocationList(CA, [mine]), check="available")
    someone = leaf(CA, purpose=[der.purposes(CLIENT_AUTH)])
    client("client revoked", REVOKED, someone, CA,
           lists=[of_root, RevocationList(CA, [someone])], check="required")
    client("client not revoked", OK, someone, CA, lists=[of_root, of_ca], check="required")


def build():
    for part in (names, purposes, constraints, name_constraints, dates, signatures, keys, paths,
                 clients, revocation):
        part()
