// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tlscat: a netcat over TLS sockets for the shell tests. It connects or
 * listens with the options given, passes standard input and output through,
 * and says on standard error how the handshake ended, in one line that starts
 * with "ok" or "fail".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tlsock.h>

static const char usage_text[] =
	"usage: tlscat [-l [-e] [-k]] [-n NAME] [-p PROFILE] [-a ALPN] [-t MS] [-v 0|1|2]\n"
	"              [-c 0|1|2] [-r 0|1] [-C FILE] [-x FILE] [-y FILE] [-z FILE] ADDRESS PORT\n"
	"  -l  listen; \"port N\" is the first line on standard error, PORT 0 chooses one\n"
	"  -e  send the first thing received back, then close\n"
	"  -k  accept for ever, one after the other\n"
	"  -P  plain TCP instead of TLS\n"
	"  -w  seconds to wait for a peer that says nothing, and does not close (10)\n"
	"  -C  write the peer's certificates, DER, into FILE.0, FILE.1 and so on\n"
	"  -x, -y, -z  certificate, key and trust anchors of our own (TLSOCK_CERT, _KEY, _CA)\n"
	"  -n, -p, -a, -t, -v, -c, -r  the options of SOL_TLSOCK\n";

struct settings {
	bool listen;
	bool echo;
	bool keep;
	bool plain;
	const char *name;
	const char *profile;
	const char *alpn;
	const char *certs;
	const char *own_cert;
	const char *own_key;
	const char *own_ca;
	int patience;
	int timeout;
	int verify;
	int client_cert;
	int resume;
};

static void fatal(const char *what)
{
	fprintf(stderr, "tlscat: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void text_set(int fd, int option, const char *text)
{
	if (text && setsockopt(fd, SOL_TLSOCK, option, text, strlen(text)))
		fatal(text);
}

static void int_set(int fd, int option, int value)
{
	if (value >= 0 && setsockopt(fd, SOL_TLSOCK, option, &value, sizeof(value)))
		fatal("setsockopt");
}

static void file_set(int fd, int option, const char *path)
{
	int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (!path)
		return;
	if (file < 0)
		fatal(path);
	int_set(fd, option, file);
	close(file);
}

static void options_set(int fd, const struct settings *settings)
{
	if (settings->plain)
		return;
	text_set(fd, TLSOCK_SERVER_NAME, settings->name);
	text_set(fd, TLSOCK_PROFILE, settings->profile);
	text_set(fd, TLSOCK_ALPN, settings->alpn);
	int_set(fd, TLSOCK_TIMEOUT_MS, settings->timeout);
	int_set(fd, TLSOCK_VERIFY, settings->verify);
	int_set(fd, TLSOCK_CLIENT_CERT, settings->client_cert);
	int_set(fd, TLSOCK_RESUME, settings->resume);
	int_set(fd, TLSOCK_PEER_CERT, settings->certs ? 1 : -1);
	file_set(fd, TLSOCK_CERT, settings->own_cert);
	file_set(fd, TLSOCK_KEY, settings->own_key);
	file_set(fd, TLSOCK_CA, settings->own_ca);
}

static const char *text_get(int fd, int option)
{
	static char text[2][TLSOCK_MAX_NAME + 1];
	static int turn;
	char *to = text[turn ^= 1];
	socklen_t len = TLSOCK_MAX_NAME;

	memset(to, 0, TLSOCK_MAX_NAME + 1);
	if (getsockopt(fd, SOL_TLSOCK, option, to, &len))
		return "";
	return to;
}

static void certs_write(int fd, const char *file)
{
	char cert[TLSOCK_MAX_CHAIN], path[256];
	socklen_t len = sizeof(cert);
	FILE *out;

	for (uint32_t i = 0;; i++, len = sizeof(cert)) {
		memcpy(cert, &i, sizeof(i));
		if (getsockopt(fd, SOL_TLSOCK, TLSOCK_PEER_CERT, cert, &len))
			break;
		snprintf(path, sizeof(path), "%s.%u", file, i);
		out = fopen(path, "we");
		if (!out || fwrite(cert, 1, len, out) != len || fclose(out))
			fatal(path);
	}
	if (errno != ENODATA)
		fatal("TLSOCK_PEER_CERT");
}

static void success_tell(int fd)
{
	struct tlsock_info info = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, SOL_TLSOCK, TLSOCK_INFO, &info, &len);
	fprintf(stderr,
		"ok version=0x%04x cipher=0x%04x group=0x%04x verified=%d resumed=%d "
		"alpn=%s name=%s\n",
		info.version, info.cipher, info.group, !!(info.flags & TLSOCK_INFO_VERIFIED),
		!!(info.flags & TLSOCK_INFO_RESUMED), text_get(fd, TLSOCK_ALPN),
		text_get(fd, TLSOCK_SERVER_NAME));
}

static int failure_tell(int fd, int error)
{
	struct tlsock_error why = { .alert_sent = -1, .alert_received = -1 };
	socklen_t len = sizeof(why);

	getsockopt(fd, SOL_TLSOCK, TLSOCK_ERROR, &why, &len);
	fprintf(stderr,
		"fail errno=%s stage=%u sent=%d received=%d verify=%d depth=%u text=%.*s\n",
		strerrorname_np(error), why.stage, why.alert_sent, why.alert_received,
		why.verify_code, why.verify_depth, TLSOCK_MAX_TEXT, why.text);
	return 1;
}

static bool write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= n) {
		n = write(fd, data, size);
		if (n < 0)
			return false;
	}
	return true;
}

/* Both directions until the peer closes; -errno if it ends otherwise. */
static int copy(int fd)
{
	struct pollfd fds[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN }, { .fd = fd, .events = POLLIN },
	};
	char buffer[16384];
	ssize_t n;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			return -errno;
		if (fds[0].revents) {
			n = read(STDIN_FILENO, buffer, sizeof(buffer));
			if (n <= 0) {
				shutdown(fd, SHUT_WR);
				fds[0].fd = -1;
			} else if (!write_all(fd, buffer, n)) {
				return -errno;
			}
		}
		if (fds[1].revents) {
			n = read(fd, buffer, sizeof(buffer));
			if (n <= 0)
				return n < 0 ? -errno : 0;
			write_all(STDOUT_FILENO, buffer, n);
		}
	}
}

static int echo(int fd, const struct settings *settings)
{
	const struct timeval patience = { .tv_sec = settings->patience };
	char buffer[16384];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	n = read(fd, buffer, sizeof(buffer));
	if (n < 0 || (n > 0 && !write_all(fd, buffer, n)))
		return -errno;
	/* Closing before the peer does would reset what it still says. */
	shutdown(fd, SHUT_WR);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	return 0;
}

static int serve(int fd, const struct settings *settings)
{
	int err;

	if (settings->certs)
		certs_write(fd, settings->certs);
	if (!settings->plain)
		success_tell(fd);
	err = settings->echo ? echo(fd, settings) : copy(fd);
	if (err)
		failure_tell(fd, -err);
	close(fd);
	return err ? 1 : 0;
}

static int run_server(int fd, const struct settings *settings)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int one = 1, result, child;

	if (listen(fd, SOMAXCONN) || getsockname(fd, (struct sockaddr *)&addr, &len))
		fatal("listen");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	fprintf(stderr, "port %d\n", ntohs(((struct sockaddr_in *)&addr)->sin_port));
	do {
		child = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		if (child < 0)
			fatal("accept");
		result = serve(child, settings);
	} while (settings->keep);
	return result;
}

static int run(const struct settings *settings, const char *address, const char *port)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *info;
	int fd;

	if (getaddrinfo(address, port, &hints, &info)) {
		fputs(usage_text, stderr);
		return 2;
	}
	fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC,
		    settings->plain ? IPPROTO_TCP : IPPROTO_TLS);
	if (fd < 0)
		fatal("socket");
	options_set(fd, settings);
	if (settings->listen) {
		if (bind(fd, info->ai_addr, info->ai_addrlen))
			fatal("bind");
		return run_server(fd, settings);
	}
	if (connect(fd, info->ai_addr, info->ai_addrlen))
		return failure_tell(fd, errno);
	return serve(fd, settings);
}

int main(int argc, char **argv)
{
	struct settings settings = { .patience = 10, .timeout = -1, .verify = -1,
				     .client_cert = -1, .resume = -1 };
	int option;

	while ((option = getopt(argc, argv, "lekPw:n:p:a:t:v:c:r:C:x:y:z:")) != -1) {
		switch (option) {
		case 'l': settings.listen = true; break;
		case 'e': settings.echo = true; break;
		case 'k': settings.keep = true; break;
		case 'P': settings.plain = true; break;
		case 'w': settings.patience = atoi(optarg); break;
		case 'n': settings.name = optarg; break;
		case 'p': settings.profile = optarg; break;
		case 'a': settings.alpn = optarg; break;
		case 't': settings.timeout = atoi(optarg); break;
		case 'v': settings.verify = atoi(optarg); break;
		case 'c': settings.client_cert = atoi(optarg); break;
		case 'r': settings.resume = atoi(optarg); break;
		case 'C': settings.certs = optarg; break;
		case 'x': settings.own_cert = optarg; break;
		case 'y': settings.own_key = optarg; break;
		case 'z': settings.own_ca = optarg; break;
		default: optind = argc; break;
		}
	}
	if (argc - optind != 2) {
		fputs(usage_text, stderr);
		return 2;
	}
	return run(&settings, argv[optind], argv[optind + 1]);
}
