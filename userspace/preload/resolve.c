// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Learns names from the C library's resolver. Programs with a resolver of
 * their own (c-ares, Go) teach nothing: their servers must prove the address.
 */
#include "preload.h"
#include "names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

/* Host names have no ':'; inet_aton() knows all forms that glibc takes */
static bool is_numeric(const char *host)
{
	struct in_addr address;

	return strchr(host, ':') || inet_aton(host, &address);
}

/*
 * An address asked for as a number is a name only where there is no better
 * one: many programs resolve a name to text and look up the text again.
 */
static void learn(const struct sockaddr *address, const char *host)
{
	char text[INET6_ADDRSTRLEN], name[TLSOCK_MAX_NAME + 1];
	const void *bytes;

	if (!is_numeric(host)) {
		tp_names_learn(address, host);
		return;
	}
	if (tp_names_find(address, name))
		return;
	bytes = address->sa_family == AF_INET ?
		(const void *)&((const struct sockaddr_in *)address)->sin_addr :
		(const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
	if (inet_ntop(address->sa_family, bytes, text, sizeof(text)))
		tp_names_learn(address, text);
}

static void learn_entry(const struct hostent *entry, const char *host)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	for (char **address = entry->h_addr_list; *address; address++) {
		if (entry->h_addrtype == AF_INET && entry->h_length == sizeof(in.sin_addr)) {
			memcpy(&in.sin_addr, *address, sizeof(in.sin_addr));
			learn((struct sockaddr *)&in, host);
		} else if (entry->h_addrtype == AF_INET6 &&
			   entry->h_length == sizeof(in6.sin6_addr)) {
			memcpy(&in6.sin6_addr, *address, sizeof(in6.sin6_addr));
			learn((struct sockaddr *)&in6, host);
		}
	}
}

TP_INTERPOSE int getaddrinfo(const char *restrict host, const char *restrict service,
			     const struct addrinfo *restrict hints,
			     struct addrinfo **restrict result)
{
	int err = TP_NEXT(getaddrinfo)(host, service, hints, result);
	int saved = errno;

	if (!err && host)
		for (const struct addrinfo *at = *result; at; at = at->ai_next)
			if (at->ai_family == AF_INET || at->ai_family == AF_INET6)
				learn(at->ai_addr, host);
	errno = saved;
	return err;
}

TP_INTERPOSE struct hostent *gethostbyname(const char *host)
{
	struct hostent *entry = TP_NEXT(gethostbyname)(host);

	if (entry)
		learn_entry(entry, host);
	return entry;
}

TP_INTERPOSE struct hostent *gethostbyname2(const char *host, int family)
{
	struct hostent *entry = TP_NEXT(gethostbyname2)(host, family);

	if (entry)
		learn_entry(entry, host);
	return entry;
}

TP_INTERPOSE int gethostbyname_r(const char *restrict host, struct hostent *restrict entry,
				 char *restrict buffer, size_t size,
				 struct hostent **restrict result, int *restrict error)
{
	int err = TP_NEXT(gethostbyname_r)(host, entry, buffer, size, result, error);

	if (!err && *result)
		learn_entry(*result, host);
	return err;
}

TP_INTERPOSE int gethostbyname2_r(const char *restrict host, int family,
				  struct hostent *restrict entry, char *restrict buffer,
				  size_t size, struct hostent **restrict result,
				  int *restrict error)
{
	int err = TP_NEXT(gethostbyname2_r)(host, family, entry, buffer, size, result, error);

	if (!err && *result)
		learn_entry(*result, host);
	return err;
}
