// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the time of a handshake goes: COUNT connections over loopback, one
 * after the other, by a client and a server process, once as TLS (profile
 * "web") and once as plain TCP; then the processor time of each process that
 * took part, per connection. The difference to TCP in the two programs, and
 * the kernel's work items, are the module's share.
 *
 * Run it with --icount of tests/vm/run: a nanosecond is an instruction then.
 */
#include <dirent.h>
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/tlsock.h>

#define LINE	512

enum part {
	PART_CLIENT,
	PART_SERVER,
	PART_BROKER,
	PART_WORKERS,
	PART_KWORKERS,
	PART_WALL,
	PARTS,
};

static const char *const part_names[PARTS] = {
	"client process", "server process", "tlsockd broker", "tlsockd workers",
	"kernel work items", "wall clock",
};

struct sample {
	long long nsec[PARTS];
};

static long long now(clockid_t clock)
{
	struct timespec time;

	if (clock_gettime(clock, &time))
		err(1, "clock_gettime");
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* The first line of /proc/PID/NAME without its end; false if the process is gone. */
static bool read_proc(const char *pid, const char *name, char line[LINE])
{
	char path[300];
	bool found;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	found = fgets(line, LINE, file);
	fclose(file);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	return found;
}

/* The broker is the tlsockd whose parent is none. */
static bool is_broker(const char *pid)
{
	char line[LINE], parent[16], *rest;

	if (!read_proc(pid, "stat", line))
		return false;
	/* "PID (NAME) STATE PARENT ..." */
	rest = strrchr(line, ')');
	if (!rest || strlen(rest) < 4)
		return false;
	snprintf(parent, sizeof(parent), "%ld", strtol(rest + 4, NULL, 10));
	return !read_proc(parent, "comm", line) || strcmp(line, "tlsockd");
}

static void sample_processes(struct sample *sample)
{
	char comm[LINE], line[LINE];
	struct dirent *entry;
	long long nsec;
	DIR *proc;

	proc = opendir("/proc");
	if (!proc)
		err(1, "/proc");
	while ((entry = readdir(proc))) {
		if (!read_proc(entry->d_name, "comm", comm) ||
		    !read_proc(entry->d_name, "schedstat", line))
			continue;
		nsec = strtoll(line, NULL, 10);
		if (!strcmp(comm, "tlsockd"))
			sample->nsec[is_broker(entry->d_name) ? PART_BROKER : PART_WORKERS] += nsec;
		else if (!strncmp(comm, "kworker/u", 9))
			sample->nsec[PART_KWORKERS] += nsec;
	}
	closedir(proc);
}

static int open_socket(int protocol)
{
	int fd = socket(AF_INET, SOCK_STREAM, protocol);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

/* Accept COUNT connections, read to their end, report the time used. */
static void serve(int listener, int count, int report)
{
	long long nsec;
	char byte;
	int fd;

	while (count--) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			err(1, "accept");
		if (read(fd, &byte, 1) != 1)
			err(1, "read");
		close(fd);
	}
	nsec = now(CLOCK_PROCESS_CPUTIME_ID);
	if (write(report, &nsec, sizeof(nsec)) != sizeof(nsec))
		err(1, "report");
	exit(0);
}

static void run_client(const struct sockaddr_in *to, int protocol, int count)
{
	char byte = 0;
	int fd;

	while (count--) {
		fd = open_socket(protocol);
		if (protocol == IPPROTO_TLS &&
		    setsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, "web.test", 8))
			err(1, "TLSOCK_SERVER_NAME");
		if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
			err(1, "connect");
		/* The server closes first, so that no port waits in TIME_WAIT here. */
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 0)
			err(1, "write");
		close(fd);
	}
}

static struct sample measure(int protocol, int count)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sample before = {}, after = {};
	socklen_t len = sizeof(at);
	int listener, report[2], i;
	pid_t server;

	listener = open_socket(protocol);
	if (protocol == IPPROTO_TLS && setsockopt(listener, SOL_TLSOCK, TLSOCK_PROFILE, "web", 3))
		err(1, "TLSOCK_PROFILE");
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, 64) ||
	    getsockname(listener, (struct sockaddr *)&at, &len) || pipe(report))
		err(1, "listen");
	sample_processes(&before);
	before.nsec[PART_WALL] = now(CLOCK_MONOTONIC);
	before.nsec[PART_CLIENT] = now(CLOCK_PROCESS_CPUTIME_ID);
	server = fork();
	if (server < 0)
		err(1, "fork");
	if (!server)
		serve(listener, count, report[1]);
	run_client(&at, protocol, count);
	after.nsec[PART_CLIENT] = now(CLOCK_PROCESS_CPUTIME_ID);
	after.nsec[PART_WALL] = now(CLOCK_MONOTONIC);
	sample_processes(&after);
	if (read(report[0], &after.nsec[PART_SERVER], sizeof(after.nsec[0])) <= 0)
		err(1, "report");
	waitpid(server, NULL, 0);
	close(listener);
	for (i = 0; i < PARTS; i++)
		after.nsec[i] = (after.nsec[i] - before.nsec[i]) / count;
	return after;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 200;
	struct sample tcp, tls;
	int i;

	if (count <= 0)
		errx(2, "usage: handshakes [COUNT]");
	measure(IPPROTO_TLS, 3);	/* warm up */
	tcp = measure(IPPROTO_TCP, count);
	tls = measure(IPPROTO_TLS, count);
	printf("%-20s %12s %12s %12s\n", "ns per connection", "TLS", "TCP", "difference");
	for (i = 0; i < PARTS; i++)
		printf("%-20s %12lld %12lld %12lld\n", part_names[i], tls.nsec[i], tcp.nsec[i],
		       tls.nsec[i] - tcp.nsec[i]);
	printf("%.1f handshakes per second\n", 1e9 / tls.nsec[PART_WALL]);
	return 0;
}
