# SPDX-License-Identifier: GPL-2.0-or-later
"""The second table: OCSP responses that a server may staple to its certificate."""

import cases
import der
import pki
from der import OCSP_SIGNING, SERVER_AUTH
from pki import DAY, END, LONG_AGO, NOW, YESTERDAY, OcspResponse

# X509_V_ERR_* that a client is to give
OK = "ok"
REVOKED, UNKNOWN = 23, 75
INVALID, SIGNATURE, MISSING = 96, 97, 100

CASES = []


def case(title, expect, leaf, response):
    """@response: an OcspResponse, bytes, or None."""
    data = response.der if isinstance(response, OcspResponse) else response
    CASES.append((title, expect, (leaf, leaf.issuer), data))


def delegate(issuer, purpose=OCSP_SIGNING, kind="ec-3", **more):
    return pki.Cert("responder", kind, issuer,
                    [der.constraints(False), der.usage(der.SIGNATURE), der.purposes(purpose)],
                    **more)


def who_signs(leaf, other):
    good = {"issuer": cases.CA}
    case("signed by the authority", OK, leaf, OcspResponse(leaf, **good))
    case("named by its key", OK, leaf, OcspResponse(leaf, by_key=True, **good))
    case("certificate named with SHA-256", OK, leaf, OcspResponse(leaf, digest="sha256", **good))
    for title, expect, signer in (
            ("signed by a responder of the authority", OK, delegate(cases.CA)),
            ("responder of another purpose", SIGNATURE, delegate(cases.CA, SERVER_AUTH)),
            ("responder of any purpose", SIGNATURE, delegate(cases.CA, der.ANY_USAGE)),
            ("responder of the root", SIGNATURE, delegate(cases.ROOT)),
            ("responder of an unknown root", SIGNATURE, delegate(cases.OTHER_ROOT)),
            ("responder whose certificate has expired", SIGNATURE,
             delegate(cases.CA, start=LONG_AGO, end=YESTERDAY)),
            ("responder whose certificate has a wrong signature", SIGNATURE,
             delegate(cases.CA, spoil=True)),
            ("signed by the certificate itself", SIGNATURE, leaf),
            ("signed by another certificate of the authority", SIGNATURE, other)):
        case(title, expect, leaf, OcspResponse(leaf, signer=signer, **good))
    for kind, digest in (("ed25519", "sha256"), ("rsa", "sha256-pss")):
        case(f"{kind} responder", OK, leaf, OcspResponse(
            leaf, signer=delegate(cases.CA, kind=kind), algorithm=digest, **good))
        forged = delegate(cases.CA, kind=kind, spoil=True)
        case(f"{kind} responder whose certificate has a wrong signature", SIGNATURE, leaf,
             OcspResponse(leaf, signer=forged, algorithm=digest, **good))
        case(f"the same before a good one, {kind}", SIGNATURE, leaf,
             OcspResponse(leaf, signer=forged, algorithm=digest, more_certs=[delegate(cases.CA)],
                          **good))
    case("signed by the root", SIGNATURE, leaf, OcspResponse(leaf, signer=cases.ROOT, **good))
    case("wrong signature", SIGNATURE, leaf, OcspResponse(leaf, spoil=True, **good))
    case("wrong signature of a responder", SIGNATURE, leaf,
         OcspResponse(leaf, signer=delegate(cases.CA), spoil=True, **good))


def what_is_said(leaf, other):
    good = {"issuer": cases.CA}
    case("revoked", REVOKED, leaf, OcspResponse(leaf, status="revoked", **good))
    case("revoked, wrong signature", SIGNATURE, leaf,
         OcspResponse(leaf, status="revoked", spoil=True, **good))
    case("unknown", UNKNOWN, leaf, OcspResponse(leaf, status="unknown", **good))
    case("without an end", OK, leaf, OcspResponse(leaf, end=None, **good))
    case("expired", INVALID, leaf, OcspResponse(leaf, start=LONG_AGO, end=YESTERDAY, **good))
    case("not valid yet", INVALID, leaf, OcspResponse(leaf, start=NOW + DAY, end=END, **good))
    case("of another certificate", INVALID, leaf, OcspResponse(other, **good))
    case("of another authority's certificate", INVALID, leaf,
         OcspResponse(leaf, issuer=cases.ROOT, signer=cases.ROOT))
    case("of several certificates", OK, leaf, OcspResponse(other, leaf, **good))


def none_at_all(leaf, strict):
    case("none", OK, leaf, None)
    case("none, where the certificate asks for one", MISSING, strict, None)
    case("one, where the certificate asks for it", OK, strict,
         OcspResponse(strict, issuer=cases.CA))
    case("no answer of the responder", INVALID, leaf,
         der.sequence(der.der(der.ENUMERATED, b"\3")))
    case("no DER", INVALID, leaf, b"no DER")
    case("nothing in it", INVALID, leaf, der.sequence())


def how_it_is_signed():
    for kind, digest, expect in (
            ("p384", "sha384", OK), ("rsa", "sha256", OK), ("rsa", "sha512", OK),
            ("rsa", "sha256-pss", OK), ("ed25519", "sha256", OK),
            ("rsa", "sha1", SIGNATURE), ("ec-2", "sha1", SIGNATURE)):
        authority = cases.authority(f"{kind} {digest} authority", cases.ROOT, kind=kind)
        leaf = cases.leaf(authority)
        case(f"signed with {kind} and {digest}", expect, leaf,
             OcspResponse(leaf, issuer=authority, algorithm=digest))
        if kind in ("rsa", "ed25519"):
            case(f"signed with {kind} and {digest}, wrongly", SIGNATURE, leaf,
                 OcspResponse(leaf, issuer=authority, algorithm=digest, spoil=True))


def build():
    leaf, other = cases.leaf(cases.CA), cases.leaf(cases.CA)
    who_signs(leaf, other)
    how_it_is_signed()
    what_is_said(leaf, other)
    none_at_all(leaf, cases.leaf(cases.CA, extensions=[der.must_staple()]))
