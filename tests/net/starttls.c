// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * starttls: programs that begin in clear text and go on with TLS, for the
 * shell tests: an SMTP-like and a PostgreSQL-like server, which serve one
 * connection after the other, and an SMTP-like client. They change over with
 * TLSOCK_UPGRADE and dup2(), and say on standard error how that ended, in one
 * line that starts with "ok" or "fail".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tlsock.h>

#define LINE_MAX	256
#define SSL_REQUEST	80877103	/* PostgreSQL's code for "TLS please" */

static const char usage_text[] =
	"usage: starttls smtp|postgres          \"port N\" is the first line on standard error\n"
	"       starttls client NAME PORT       sends a line over TLS, prints the answer\n";

static void fatal(const char *what)
{
	fprintf(stderr, "starttls: %s: %s\n", what, strerror(errno));
	exit(2);
}

static bool say(int fd, const char *format, ...)
{
	char line[LINE_MAX * 2];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return send(fd, line, length, MSG_NOSIGNAL) == length;
}

/* A line without its end. Nothing behind it is read: the kernel shall see it. */
static bool hear(int fd, char *line)
{
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, line + n, 1)) == 1 && line[n] != '\n' && n < LINE_MAX - 2)
		n++;
	line[n] = 0;
	line[strcspn(line, "\r")] = 0;
	return got == 1;
}

static bool failure_tell(int fd)
{
	int error = errno;
	struct tlsock_error why = { 0 };
	socklen_t len = sizeof(why);

	getsockopt(fd, SOL_TLSOCK, TLSOCK_ERROR, &why, &len);
	fprintf(stderr, "fail %s text=%s\n", strerrorname_np(error), why.text);
	return false;
}

/* From here on the number @tcp is a TLS socket. */
static bool upgrade(int tcp, enum tlsock_role role, int option, const char *text)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TLS);
	int side = role;
	bool done;

	if (fd < 0 || setsockopt(fd, SOL_TLSOCK, TLSOCK_ROLE, &side, sizeof(side)) ||
	    setsockopt(fd, SOL_TLSOCK, option, text, strlen(text)))
		fatal("socket");
	done = !setsockopt(fd, SOL_TLSOCK, TLSOCK_UPGRADE, &tcp, sizeof(tcp));
	if (done)
		dup2(fd, tcp);
	else
		failure_tell(fd);
	close(fd);
	return done;
}

/* After the first words over TLS, which waited for the handshake. */
static bool outcome_tell(int fd, bool spoke)
{
	struct tlsock_info info = { 0 };
	socklen_t len = sizeof(info);

	if (!spoke)
		return failure_tell(fd);
	if (getsockopt(fd, SOL_TLSOCK, TLSOCK_INFO, &info, &len))
		fatal("TLSOCK_INFO");
	fprintf(stderr, "ok version=0x%04x role=%u verified=%d\n", info.version, info.role,
		!!(info.flags & TLSOCK_INFO_VERIFIED));
	return true;
}

/* RFC 3207: after STARTTLS everything begins anew. */
static void serve_smtp(int fd)
{
	char line[LINE_MAX];
	bool tls = false, told = false;

	say(fd, "220 web.test ESMTP\r\n");
	while (hear(fd, line)) {
		if (tls && !told)
			told = outcome_tell(fd, true);
		if (!strncasecmp(line, "EHLO", 4)) {
			say(fd, "250-web.test\r\n250 %s\r\n", tls ? "8BITMIME" : "STARTTLS");
		} else if (!tls && !strcasecmp(line, "STARTTLS")) {
			say(fd, "220 go ahead\r\n");
			tls = upgrade(fd, TLSOCK_ROLE_SERVER, TLSOCK_PROFILE, "web");
			if (!tls)
				return;
		} else if (!strcasecmp(line, "QUIT")) {
			say(fd, "221 bye\r\n");
			return;
		} else {
			say(fd, "250 %s: %s\r\n", tls ? "over TLS" : "in clear text", line);
		}
	}
	if (tls && !told)
		failure_tell(fd);
}

static void serve_postgres(int fd)
{
	char line[LINE_MAX];
	uint32_t request[2];

	if (recv(fd, request, sizeof(request), MSG_WAITALL) != sizeof(request) ||
	    ntohl(request[0]) != sizeof(request) || ntohl(request[1]) != SSL_REQUEST) {
		fprintf(stderr, "fail request\n");
		return;
	}
	say(fd, "S");
	if (!upgrade(fd, TLSOCK_ROLE_SERVER, TLSOCK_PROFILE, "web"))
		return;
	if (outcome_tell(fd, hear(fd, line)))
		say(fd, "over TLS: %s\n", line);
}

static int run_server(void (*serve)(int fd))
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	int child;

	if (bind(fd, (struct sockaddr *)&addr, len) || listen(fd, SOMAXCONN) ||
	    getsockname(fd, (struct sockaddr *)&addr, &len))
		fatal("listen");
	fprintf(stderr, "port %u\n", ntohs(addr.sin_port));
	while ((child = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		serve(child);
		close(child);
	}
	fatal("accept");
	return 2;
}

static int run_client(const char *name, const char *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	char line[LINE_MAX];

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		fatal("connect");
	if (!hear(fd, line) || !say(fd, "STARTTLS\r\n") || !hear(fd, line) ||
	    strncmp(line, "220", 3)) {
		fprintf(stderr, "fail answer=%s\n", line);
		return 1;
	}
	if (!upgrade(fd, TLSOCK_ROLE_CLIENT, TLSOCK_SERVER_NAME, name) ||
	    !outcome_tell(fd, say(fd, "NOOP hello\r\n")) || !hear(fd, line))
		return 1;
	puts(line);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "smtp"))
		return run_server(serve_smtp);
	if (argc == 2 && !strcmp(argv[1], "postgres"))
		return run_server(serve_postgres);
	if (argc == 4 && !strcmp(argv[1], "client"))
		return run_client(argv[2], argv[3]);
	fputs(usage_text, stderr);
	return 2;
}
