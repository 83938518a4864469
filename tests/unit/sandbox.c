// SPDX-License-Identifier: GPL-2.0-or-later
/* What a worker can still do behind its fence, and what kills it. */
#include "tlsockd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "tlsockd/ring.h"

#define NOBODY	65534

/* The search for leaks at exit starts a thread, which the fence forbids. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* Runs something in a fenced child; its wait status. */
static int fenced(void (*what)(void), const char *readable)
{
	uid_t uid = getuid() ? getuid() : NOBODY;
	gid_t gid = getuid() ? getgid() : NOBODY;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (td_sandbox_drop(uid, gid) || td_sandbox_hide_files(readable) ||
		    td_sandbox_seal(readable != NULL))
			_exit(99);
		what();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static bool killed(void (*what)(void))
{
	int status = fenced(what, NULL);

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void ordinary(void)
{
	struct timespec time;
	unsigned char bytes[16];
	void *big, *bigger;
	int i;

	for (i = 0; i < 64; i++) {
		big = malloc((size_t)1 << (i % 24));
		bigger = realloc(big, (size_t)3 << (i % 24));
		if (!bigger)
			_exit(1);
		free(bigger);
	}
	if (clock_gettime(CLOCK_MONOTONIC, &time) || clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time))
		_exit(2);
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		_exit(3);
	if (write(STDERR_FILENO, "# still heard\n", 14) != 14)
		_exit(4);
}

static void open_file(void)
{
	_exit(open("/etc/passwd", O_RDONLY) >= 0);
}

static void make_socket(void)
{
	_exit(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static void start_program(void)
{
	execl("/bin/true", "true", NULL);
}

static void map_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void write_elsewhere(void)
{
	if (write(STDOUT_FILENO, "x", 1) != 1)
		_exit(1);
}

static void other_option(void)
{
	int one = 1;

	setsockopt(0, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
}

static void debug_other(void)
{
	kill(getppid(), 0);
}

TEST(ordinary_work)
{
	EXPECT_EQ(0, fenced(ordinary, NULL));
	EXPECT_EQ(0, fenced(ordinary, "/dev/urandom"));
}

TEST(forbidden)
{
	EXPECT_TRUE(killed(open_file));
	EXPECT_TRUE(killed(make_socket));
	EXPECT_TRUE(killed(start_program));
	EXPECT_TRUE(killed(map_code));
	EXPECT_TRUE(killed(write_elsewhere));
	EXPECT_TRUE(killed(other_option));
	EXPECT_TRUE(killed(debug_other));
}

static void read_two_files(void)
{
	int other = open("/etc/passwd", O_RDONLY);
	int seed = open("/dev/urandom", O_RDONLY);
	unsigned char byte;

	if (seed < 0 || read(seed, &byte, 1) != 1)
		_exit(1);
	/* Without Landlock the user's rights are all there is. */
	_exit(other >= 0 ? 2 : 0);
}

TEST(one_readable_file)
{
	int status = fenced(read_two_files, "/dev/urandom");

	ASSERT_TRUE(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		SKIP(return, "no Landlock in this kernel");
	EXPECT_EQ(0, WEXITSTATUS(status));
}

static void look_around(void)
{
	struct rlimit core = { 1, 1 };

	if (getrlimit(RLIMIT_CORE, &core) || core.rlim_max || prctl(PR_GET_DUMPABLE) ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		_exit(1);
	if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0)
		_exit(2);
}

TEST(no_privileges)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (td_sandbox_drop(getuid() ? getuid() : NOBODY, getuid() ? getgid() : NOBODY))
			_exit(99);
		look_around();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

/* System calls made through io_uring pass no filter: the ring has its own. */
TEST(ring)
{
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	struct io_uring ring;
	int owner;

	ASSERT_EQ(0, td_ring_create(&ring, 8));
	ASSERT_EQ(0, td_ring_enable(&ring));
	ASSERT_EQ(0, td_ring_reserve(&ring, 2));
	sqe = td_ring_get(&ring, NULL, 3);
	io_uring_prep_openat(sqe, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
	ASSERT_LE(0, io_uring_submit_and_wait(&ring, 1));
	ASSERT_EQ(0, io_uring_peek_cqe(&ring, &cqe));
	EXPECT_EQ(-EACCES, cqe->res);
	EXPECT_EQ(3, td_ring_tag(cqe));
	io_uring_cqe_seen(&ring, cqe);
	sqe = td_ring_get(&ring, &owner, 0);
	io_uring_prep_socket(sqe, AF_INET, SOCK_STREAM, 0, 0);
	ASSERT_LE(0, io_uring_submit_and_wait(&ring, 1));
	ASSERT_EQ(0, io_uring_peek_cqe(&ring, &cqe));
	EXPECT_EQ(-EACCES, cqe->res);
	io_uring_queue_exit(&ring);
}

TEST_HARNESS_MAIN
