// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Turns the TCP sockets of a program into TLS sockets and tells them, before
 * they connect, which name the server must prove. Never gives a TCP socket
 * instead: a program that cannot have TLS gets the error.
 */
#include "preload.h"
#include "names.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <linux/tlsock.h>

/* Protocols that carry a stream in clear text, and where they are defined */
#ifndef IPPROTO_SMC
#define IPPROTO_SMC	256	/* linux/smc.h */
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262	/* linux/in.h */
#endif

static bool is_tcp(int domain, int type, int protocol)
{
	if (domain != AF_INET && domain != AF_INET6)
		return false;
	if ((type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != SOCK_STREAM)
		return false;
	return !protocol || protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP ||
	       protocol == IPPROTO_SMC;
}

/* One sentence for the whole process; the program reports each failure itself */
static void say_once(const char *what, const char *why)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set(&said))
		tp_say(what, why, NULL);
}

static int open_tls(int domain, int type)
{
	const char *profile = tp_settings()->profile;
	int fd = TP_NEXT(socket)(domain, type, IPPROTO_TLS);
	int err;

	if (fd < 0) {
		if (errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)
			say_once("the kernel has no TLS sockets, so there is no connection: ",
				 "load its module with 'modprobe tlsock'");
		return -1;
	}
	if (profile[0] &&
	    setsockopt(fd, SOL_TLSOCK, TLSOCK_PROFILE, profile, (socklen_t)strlen(profile))) {
		err = errno;
		say_once("the kernel refuses this profile to the program: ", profile);
		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

TP_INTERPOSE int socket(int domain, int type, int protocol)
{
	if (is_tcp(domain, type, protocol))
		return open_tls(domain, type);
	return TP_NEXT(socket)(domain, type, protocol);
}

static bool is_whole(const struct sockaddr *address, socklen_t length)
{
	if (!address || length < sizeof(address->sa_family))
		return false;
	if (address->sa_family == AF_INET)
		return length >= sizeof(struct sockaddr_in);
	return address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6);
}

/*
 * A name that the program gave to the socket itself stays; one that was
 * learnt may be of an earlier attempt to another address. Errors are left to
 * connect(): without a name the server must prove its address, so that
 * nothing is lost but the connection.
 */
static void tell_name(int fd, const struct sockaddr *address)
{
	char name[TLSOCK_MAX_NAME + 1], old[TLSOCK_MAX_NAME + 1] = "";
	socklen_t length = sizeof(old);

	if (!tp_names_find(address, name))
		return;
	if (!getsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, old, &length) && length && old[0] &&
	    !tp_names_known(old))
		return;
	setsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, name, (socklen_t)strlen(name));
}

TP_INTERPOSE int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	int saved = errno;

	if (is_whole(address, length)) {
		tell_name(fd, address);
		errno = saved;
	}
	return TP_NEXT(connect)(fd, address, length);
}
