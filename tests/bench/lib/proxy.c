// SPDX-License-Identifier: GPL-2.0-or-later
#include "proxy.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library.h"

#define PATIENCE_S	20

static const char stunnel_text[] =
	"foreground = yes\n"
	"pid =\n"
	"debug = err\n"
	"socket = l:TCP_NODELAY=1\n"
	"socket = r:TCP_NODELAY=1\n"
	"[bench]\n"
	"accept = 127.0.0.1:%d\n"
	"connect = 127.0.0.1:%d\n"
	"cert = " B_PKI "server.pem\n"
	"key = " B_PKI "server.key\n"
	"sslVersionMin = TLSv1.3\n"
	"ciphersuites = TLS_AES_128_GCM_SHA256\n"
	"curves = X25519\n"
	"options = NO_TICKET\n";

/* Its certificate and key are one file, beside this one. */
static const char haproxy_text[] =
	"global\n"
	"  nbthread 1\n"
	"  maxconn 2000\n"
	"  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256\n"
	"  ssl-default-bind-curves X25519\n"
	"  ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets\n"
	"defaults\n"
	"  mode tcp\n"
	"  option splice-auto\n"
	"  timeout connect 60s\n"
	"  timeout client 60s\n"
	"  timeout server 60s\n"
	"frontend tls\n"
	"  bind 127.0.0.1:%d ssl crt /tmp/bench-haproxy.pem\n"
	"  default_backend plain\n"
	"backend plain\n"
	"  server plain 127.0.0.1:%d\n";

static void append(int to, const char *path)
{
	int from = open(path, O_RDONLY);

	if (from < 0 || sendfile(to, from, NULL, 1 << 20) <= 0)
		err(1, "%s", path);
	close(from);
}

static void join_certificate(void)
{
	int fd = open("/tmp/bench-haproxy.pem", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		err(1, "/tmp/bench-haproxy.pem");
	append(fd, B_PKI "server.pem");
	append(fd, B_PKI "server.key");
	close(fd);
}

static void write_config(const char *path, const char *text, int accept, int connect)
{
	FILE *file = fopen(path, "w");

	if (!file)
		err(1, "%s", path);
	/* One of the two texts above, with two numbers each. */
	if (text == stunnel_text)
		fprintf(file, stunnel_text, accept, connect);
	else
		fprintf(file, haproxy_text, accept, connect);
	fclose(file);
}

/* A port that nobody has at the moment */
static int find_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		err(1, "no port");
	close(fd);
	return ntohs(address.sin_port);
}

static void wait_listening(const struct sockaddr_in *address, pid_t pid)
{
	for (int i = 0; i < PATIENCE_S * 100; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		int ret = connect(fd, (const struct sockaddr *)address, sizeof(*address));

		close(fd);
		if (!ret)
			return;
		if (waitpid(pid, NULL, WNOHANG))
			break;
		usleep(10000);
	}
	errx(1, "the proxy does not listen");
}

pid_t b_proxy_start(enum b_proxy proxy, struct sockaddr_in *server)
{
	static const char *const stunnel[] = { "stunnel", "/tmp/bench-proxy.conf", NULL };
	static const char *const haproxy[] = { "haproxy", "-db", "-f", "/tmp/bench-proxy.conf",
					       NULL };
	const char *const *command = proxy == B_STUNNEL ? stunnel : haproxy;
	int port = find_port();
	pid_t pid;

	if (proxy == B_HAPROXY)
		join_certificate();
	write_config("/tmp/bench-proxy.conf", proxy == B_STUNNEL ? stunnel_text : haproxy_text,
		     port, ntohs(server->sin_port));
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(command[0], (char *const *)command);
		err(1, "%s", command[0]);
	}
	server->sin_port = htons(port);
	wait_listening(server, pid);
	return pid;
}

void b_proxy_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}
