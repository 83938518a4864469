/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wolfSSL, and all that differs between its versions and builds. Differences
 * are told apart by the macros of the library's own options.h; no other file
 * of the helper has an #ifdef about them.
 */
#ifndef TLSOCKD_WOLF_H
#define TLSOCKD_WOLF_H

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>
#include <wolfssl/error-ssl.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

/* Older ones cannot forget the chains of earlier peers (engine.c). */
#if LIBWOLFSSL_VERSION_HEX < 0x05007002
#error "wolfSSL is older than 5.7.2: build without WOLFSSL=system"
#endif

#if !defined(ATOMIC_USER) || !defined(HAVE_SNI) || !defined(HAVE_ALPN) || \
	!defined(WOLFSSL_TLS13) || !defined(OPENSSL_EXTRA)
#error "this wolfSSL lacks something: ATOMIC_USER, SNI, ALPN, TLS 1.3 or OPENSSL_EXTRA"
#endif

/* OCSP responses. Debian's 5.7.2 takes them from any signer that has a trusted issuer. */
#if LIBWOLFSSL_VERSION_HEX >= 0x05009000 && defined(HAVE_CERTIFICATE_STATUS_REQUEST) && \
	!defined(WOLFSSL_NO_OCSP_ISSUER_CHECK)
#define TD_WOLF_OCSP		1
#define td_wolf_ocsp_ask(ssl) \
	(wolfSSL_UseOCSPStapling(ssl, WOLFSSL_CSR_OCSP, 0) == WOLFSSL_SUCCESS)
#define td_wolf_ocsp_look(ctx, callback) \
	(wolfSSL_CTX_set_ocsp_status_verify_cb(ctx, callback, NULL), \
	 wolfSSL_CTX_EnableOCSPStapling(ctx) == WOLFSSL_SUCCESS)
#define td_wolf_ocsp_answer(ctx, callback) \
	(wolfSSL_CTX_EnableOCSPStapling(ctx) == WOLFSSL_SUCCESS && \
	 wolfSSL_CTX_set_tlsext_status_cb(ctx, callback) == WOLFSSL_SUCCESS)
#else
#define TD_WOLF_OCSP		0
#define td_wolf_ocsp_ask(ssl)			(false)
#define td_wolf_ocsp_look(ctx, callback)	((void)(ctx), (void)(callback), true)
#define td_wolf_ocsp_answer(ctx, callback)	((void)(callback), false)
#ifndef WOLFSSL_OCSP_STATUS_CB_OK
enum { WOLFSSL_OCSP_STATUS_CB_OK, WOLFSSL_OCSP_STATUS_CB_NOACK };
#endif
#endif

/* Hybrid key exchange: the enumerator is there without the code behind it. */
#if defined(WOLFSSL_HAVE_MLKEM) && defined(WOLFSSL_PQC_HYBRIDS)
#define TD_WOLF_HYBRID		1
#else
#define TD_WOLF_HYBRID		0
#endif

/* What it has of TL_LEGACY_* */
#ifdef HAVE_FFDHE_2048
#define TD_WOLF_DHE		TL_LEGACY_DHE
#else
#define TD_WOLF_DHE		0
#endif
#ifdef HAVE_AESCCM
#define TD_WOLF_CCM		TL_LEGACY_CCM
#else
#define TD_WOLF_CCM		0
#endif
#ifdef WOLFSSL_STATIC_RSA
#define TD_WOLF_STATIC_RSA	TL_LEGACY_STATIC_RSA
#else
#define TD_WOLF_STATIC_RSA	0
#endif
#define TD_WOLF_LEGACY		(TD_WOLF_DHE | TD_WOLF_CCM | TD_WOLF_STATIC_RSA)

/* Builds that know TLS 1.1 would accept signatures with SHA-1; "": their own list is good. */
#ifdef NO_OLD_TLS
#define TD_WOLF_SIGNATURES	""
#else
#define TD_WOLF_SIGNATURES	"ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ED25519:" \
	"RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512"
#endif

/* Some builds return the time that it was before, as OpenSSL does. */
#define td_wolf_set_timeout(ctx, seconds)	(wolfSSL_CTX_set_timeout(ctx, seconds) > 0)

/*
 * Without this callback the kernel cannot follow a KeyUpdate of the peer, as on
 * kernels that cannot change keys.
 */
#ifdef HAVE_SECRET_CALLBACK
#define td_wolf_watch_secrets(ssl, callback, arg) \
	(wolfSSL_set_tls13_secret_cb(ssl, callback, arg) == WOLFSSL_SUCCESS)
#else
#define td_wolf_watch_secrets(ssl, callback, arg)	((void)(callback), true)
enum { CLIENT_TRAFFIC_SECRET, SERVER_TRAFFIC_SECRET };
#endif

/* Bytes of the fields of wolfSSL_i2d_SSL_SESSION() that builds differ in (resume.c) */
#ifdef SESSION_CERTS
#define TD_WOLF_FORM_CHAIN	1
#else
#define TD_WOLF_FORM_CHAIN	0
#endif
#ifdef NO_CLIENT_CACHE
#define TD_WOLF_FORM_SERVER	0
#else
#define TD_WOLF_FORM_SERVER	2
#endif
#ifdef WOLFSSL_SESSION_ID_CTX
#define TD_WOLF_FORM_CONTEXT	1
#else
#define TD_WOLF_FORM_CONTEXT	0
#endif
#define TD_WOLF_FORM_VERIFY	1	/* of OPENSSL_EXTRA */
#ifdef WOLFSSL_32BIT_MILLI_TIME
#define TD_WOLF_FORM_TIME	4
#else
#define TD_WOLF_FORM_TIME	8
#endif
#ifdef WOLFSSL_EARLY_DATA
#define TD_WOLF_FORM_EARLY	4
#else
#define TD_WOLF_FORM_EARLY	0
#endif

/*
 * Without the tuned build's generator wolfSSL seeds one for each connection
 * from this file, which a worker must be able to open then; NULL if it need not.
 */
#ifdef CUSTOM_RAND_GENERATE_BLOCK
#define TD_WOLF_SEED_FILE	NULL
#else
#define TD_WOLF_SEED_FILE	"/dev/urandom"
#endif

#endif
