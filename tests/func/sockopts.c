// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options of the levels below TLS. Whatever number an option has: a TLS
 * socket answers as a TCP socket of the same state does, but for those that
 * are named here.
 */
#include "lib/harness.h"

#include <linux/tcp.h>

/* Larger than every option; more numbers than there are. */
#define ROOM	320
#define NAMES	140

#ifndef SOL_TCP
#define SOL_TCP	IPPROTO_TCP
#endif

enum {
	SAME = -1,	/* as TCP */
	ANY = -2,	/* read: its value is this socket's own */
	MAYBE = -3,	/* read: as TCP, or EOPNOTSUPP, which newer kernels say */
};

/* What differs from TCP: the errno, 0 for success, SAME or ANY. */
static const struct {
	int level;
	int name;
	int set;
	int get;
} differences[] = {
	{ SOL_SOCKET, SO_ATTACH_FILTER, SAME, ANY },
	{ SOL_SOCKET, SO_COOKIE, SAME, ANY },
	{ SOL_SOCKET, SO_INCOMING_CPU, SAME, ANY },
	{ SOL_SOCKET, SO_INCOMING_NAPI_ID, SAME, ANY },
	{ SOL_SOCKET, SO_MEMINFO, SAME, ANY },
	{ SOL_SOCKET, SO_RCVLOWAT, SAME, ANY },	/* TCP bounds it by its buffer */
	{ SOL_SOCKET, 80 /* SO_DEVMEM_DONTNEED */, ENOPROTOOPT, SAME },
	{ SOL_SOCKET, SO_PASSCRED, SAME, ANY },
	{ SOL_SOCKET, 76 /* SO_PASSPIDFD */, SAME, ANY },
	{ SOL_SOCKET, SO_PASSSEC, SAME, ANY },
	{ SOL_SOCKET, SO_PEERNAME, SAME, ANY },
	{ SOL_SOCKET, SO_PROTOCOL, SAME, ANY },
	{ SOL_SOCKET, SO_RCVBUF, SAME, ANY },	/* TCP tunes it, the outer socket does not tell */
	{ SOL_SOCKET, SO_SNDBUF, SAME, ANY },
	{ SOL_SOCKET, SO_PEEK_OFF, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_SOCKET, 82 /* SO_RCVPRIORITY */, SAME, ANY },
	{ SOL_SOCKET, SO_TIMESTAMP, EOPNOTSUPP, SAME },
	{ SOL_SOCKET, 63 /* SO_TIMESTAMP_NEW */, EOPNOTSUPP, SAME },
	{ SOL_SOCKET, SO_TIMESTAMPNS, EOPNOTSUPP, SAME },
	{ SOL_SOCKET, 64 /* SO_TIMESTAMPNS_NEW */, EOPNOTSUPP, SAME },
	{ SOL_SOCKET, SO_TXREHASH, SAME, MAYBE },
	{ SOL_SOCKET, SO_ZEROCOPY, EOPNOTSUPP, SAME },
	{ SOL_TCP, 42 /* TCP_AO_REPAIR */, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_TCP, TCP_CC_INFO, SAME, ANY },
	{ SOL_TCP, TCP_FASTOPEN, EOPNOTSUPP, SAME },
	{ SOL_TCP, TCP_FASTOPEN_CONNECT, EOPNOTSUPP, SAME },
	{ SOL_TCP, TCP_FASTOPEN_KEY, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_TCP, TCP_FASTOPEN_NO_COOKIE, EOPNOTSUPP, SAME },
	{ SOL_TCP, TCP_INFO, SAME, ANY },
	{ SOL_TCP, TCP_QUEUE_SEQ, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_TCP, TCP_QUICKACK, SAME, ANY },
	{ SOL_TCP, TCP_REPAIR, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_TCP, TCP_REPAIR_OPTIONS, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_TCP, TCP_REPAIR_QUEUE, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_TCP, TCP_REPAIR_WINDOW, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_TCP, TCP_TIMESTAMP, SAME, ANY },
	{ SOL_TCP, TCP_ULP, EOPNOTSUPP, ANY },
	{ SOL_TCP, TCP_ZEROCOPY_RECEIVE, EOPNOTSUPP, EOPNOTSUPP },
	{ SOL_IP, 52 /* IP_PROTOCOL, the port */, SAME, ANY },
	{ SOL_IPV6, IPV6_ADDRFORM, EOPNOTSUPP, SAME },
};

#define N_DIFFERENCES (sizeof(differences) / sizeof(differences[0]))

FIXTURE(sockopts) {
	struct t_helper *helper;
};

FIXTURE_VARIANT(sockopts) {
	int family;
	bool connected;
};

FIXTURE_VARIANT_ADD(sockopts, ipv4_fresh) { .family = AF_INET };
FIXTURE_VARIANT_ADD(sockopts, ipv6_fresh) { .family = AF_INET6 };
FIXTURE_VARIANT_ADD(sockopts, ipv4_connected) { .family = AF_INET, .connected = true };
FIXTURE_VARIANT_ADD(sockopts, ipv6_connected) { .family = AF_INET6, .connected = true };

FIXTURE_SETUP(sockopts)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
}

FIXTURE_TEARDOWN(sockopts)
{
	t_helper_stop(self->helper);
}

static void expected(int level, int name, int *set, int *get)
{
	size_t i;

	*set = SAME;
	*get = SAME;
	for (i = 0; i < N_DIFFERENCES; i++) {
		if (differences[i].level == level && differences[i].name == name) {
			*set = differences[i].set;
			*get = differences[i].get;
		}
	}
}

/* A TLS and a TCP socket in the same state. */
struct both {
	struct t_pair tls;
	struct t_pair tcp;
};

static int both_open(struct both *both, int family, bool connected)
{
	if (connected)
		return t_pair_open(&both->tls, family) ?: t_pair_tcp(&both->tcp, family);
	both->tls = (struct t_pair){ t_socket(family, IPPROTO_TLS, 0), -1 };
	both->tcp = (struct t_pair){ t_socket(family, IPPROTO_TCP, 0), -1 };
	return both->tls.client < 0 || both->tcp.client < 0 ? -errno : 0;
}

static void both_close(struct both *both)
{
	t_pair_close(&both->tls);
	t_pair_close(&both->tcp);
}

/* What a program sees of one option: what set and get answer. */
struct answer {
	int set;
	int get;
	socklen_t len;
	unsigned char value[ROOM];
};

static void ask(int fd, int level, int name, const void *value, socklen_t len, struct answer *to)
{
	memset(to, 0, sizeof(*to));
	if (value)
		to->set = T_ERRNO(setsockopt(fd, level, name, value, len));
	to->len = sizeof(int);
	to->get = T_ERRNO(getsockopt(fd, level, name, to->value, &to->len));
	if (to->get)
		to->len = 0;
}

static bool same(const struct answer *tls, const struct answer *tcp, int set, int get)
{
	if (tls->set != (set == SAME ? tcp->set : set))
		return false;
	if (get >= 0 || (get == MAYBE && tls->get))
		return tls->get == (get == MAYBE ? EOPNOTSUPP : get);
	if (tls->get != tcp->get)
		return false;
	return get == ANY || (tls->len == tcp->len && !memcmp(tls->value, tcp->value, tls->len));
}

TEST_F(sockopts, every_number)
{
	static const int levels[] = { SOL_SOCKET, SOL_TCP, SOL_IP, SOL_IPV6 };
	static const int values[] = { 0, 1, 3, -1 };
	struct answer tls, tcp;
	struct both both;
	int i, name, set, get;
	size_t v;

	for (i = 0; i < 4; i++) {
		/* Options may depend on one another: each level has its own sockets. */
		for (v = 0; v < 4; v++) {
			ASSERT_EQ(0, both_open(&both, variant->family, variant->connected));
			for (name = 0; name < NAMES; name++) {
				expected(levels[i], name, &set, &get);
				ask(both.tls.client, levels[i], name, &values[v], 4, &tls);
				ask(both.tcp.client, levels[i], name,
				    set == SAME ? &values[v] : NULL, 4, &tcp);
				EXPECT_TRUE(same(&tls, &tcp, set, get)) {
					TH_LOG("level %d option %d value %d: set %d get %d, "
					       "TCP: set %d get %d", levels[i], name, values[v],
					       tls.set, tls.get, tcp.set, tcp.get);
				}
			}
			both_close(&both);
		}
	}
}

/* The same value of any type is set and read again. */
static void round_trip(struct __test_metadata *_metadata, const struct both *both, int level,
		       int name, const void *value, socklen_t len)
{
	struct answer tls, tcp;

	ask(both->tls.client, level, name, value, len, &tls);
	ask(both->tcp.client, level, name, value, len, &tcp);
	EXPECT_EQ(tcp.set, tls.set);
	tls.len = ROOM;
	tcp.len = ROOM;
	EXPECT_EQ(T_ERRNO(getsockopt(both->tcp.client, level, name, tcp.value, &tcp.len)),
		  T_ERRNO(getsockopt(both->tls.client, level, name, tls.value, &tls.len)));
	EXPECT_EQ(tcp.len, tls.len);
	EXPECT_EQ(0, memcmp(tls.value, tcp.value, ROOM)) {
		TH_LOG("level %d option %d differs", level, name);
	}
}

TEST_F(sockopts, values_of_other_types)
{
	struct timeval tv = { .tv_sec = 3, .tv_usec = 500000 };
	struct linger linger = { 1, 9 };
	unsigned long rate = 1000000;
	struct both both;

	ASSERT_EQ(0, both_open(&both, variant->family, variant->connected));
	round_trip(_metadata, &both, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	round_trip(_metadata, &both, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	round_trip(_metadata, &both, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	round_trip(_metadata, &both, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate));
	round_trip(_metadata, &both, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
	round_trip(_metadata, &both, SOL_SOCKET, SO_BINDTODEVICE, "none", 5);
	round_trip(_metadata, &both, SOL_TCP, TCP_CONGESTION, "reno", 4);
	round_trip(_metadata, &both, SOL_TCP, TCP_CONGESTION, "none", 4);
	both_close(&both);
}

TEST_HARNESS_MAIN
