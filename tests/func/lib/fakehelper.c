// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The thread that plays the helper: one loop over its netlink socket and a
 * pipe on which the test wakes it.
 */
#include "fakehelper.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tls.h"

/* Known to everyone, as the keys; those of the keys after them follow from these. */
static const uint8_t client_secret[TLSOCK_MAX_SECRET] = "traffic secret of the client in tests";
static const uint8_t server_secret[TLSOCK_MAX_SECRET] = "traffic secret of the server in tests";

static void request_answer(struct t_helper *helper, const struct t_request *request, int mode)
{
	struct t_done done = helper->done;
	int err = 0;

	done.version = helper->version;
	done.cipher = 0x1301;
	if (helper->secret_length) {
		bool client = request->role == TLSOCK_ROLE_CLIENT;

		done.tx_secret = client ? client_secret : server_secret;
		done.rx_secret = client ? server_secret : client_secret;
		done.secret_length = helper->secret_length;
	}
	if (mode == T_HELPER_KEYS)
		err = t_keys_install(request->fd, request->role, helper->version, true);
	if (err)
		done.error = -err;
	close(request->fd);
	t_done(&helper->genl, request->id, &done);
}

static void request_route(struct t_helper *helper, const struct t_request *request, int mode)
{
	helper->last = *request;
	if (mode == T_HELPER_KEYS_NEW)
		mode = T_HELPER_KEYS;
	if (mode != T_HELPER_HOLD)
		request_answer(helper, request, mode);
	else if (helper->n_held < T_HELPER_HELD)
		helper->held[helper->n_held++] = *request;
	else
		close(request->fd);
	__atomic_add_fetch(&helper->accepted, 1, __ATOMIC_RELEASE);
}

/* What the kernel gave while a mode was in force is treated by that one. */
static void requests_take(struct t_helper *helper, int mode)
{
	struct t_request requests[TLSOCK_MAX_ACCEPT];
	unsigned int seen;
	int n, i;

	do {
		seen = helper->genl.ready;
		n = t_accept(&helper->genl, requests, TLSOCK_MAX_ACCEPT, NULL);
		for (i = 0; i < n; i++)
			request_route(helper, &requests[i], mode);
	} while (n > 0 || helper->genl.ready != seen);
}

static void held_answer(struct t_helper *helper, int mode)
{
	unsigned int i;

	for (i = 0; i < helper->n_held; i++)
		request_answer(helper, &helper->held[i], mode);
	helper->n_held = 0;
}

static void helper_work(struct t_helper *helper, int mode)
{
	if (mode == T_HELPER_IGNORE)
		return;
	if (mode != T_HELPER_HOLD && mode != T_HELPER_KEYS_NEW)
		held_answer(helper, mode);
	requests_take(helper, mode);
}

static void *helper_thread(void *arg)
{
	struct t_helper *helper = arg;
	struct pollfd fds[2] = {
		{ .fd = helper->genl.fd, .events = POLLIN },
		{ .fd = helper->wake[0], .events = POLLIN },
	};
	unsigned int orders;
	char order;

	for (;;) {
		orders = __atomic_load_n(&helper->orders, __ATOMIC_ACQUIRE);
		helper_work(helper, __atomic_load_n(&helper->mode, __ATOMIC_ACQUIRE));
		__atomic_store_n(&helper->obeyed, orders, __ATOMIC_RELEASE);
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents)
			t_genl_events(&helper->genl, TLSOCK_CMD_READY, helper->genl.ready + 1, 0);
		if (fds[1].revents && (read(helper->wake[0], &order, 1) != 1 || order == 'q'))
			break;
	}
	return NULL;
}

struct t_helper *t_helper_start(enum t_helper_mode mode)
{
	struct t_helper *helper = calloc(1, sizeof(*helper));
	pthread_t thread;
	int err;

	if (!helper)
		return NULL;
	helper->mode = mode;
	helper->version = 0x0304;
	helper->done.verified = true;
	err = -t_genl_open(&helper->genl);
	if (err)
		goto err_free;
	err = -t_genl_join(&helper->genl);
	if (err)
		goto err_genl;
	if (pipe(helper->wake)) {
		err = errno;
		goto err_genl;
	}
	err = pthread_create(&thread, NULL, helper_thread, helper);
	if (err)
		goto err_pipe;
	helper->thread = thread;
	return helper;

err_pipe:
	close(helper->wake[0]);
	close(helper->wake[1]);
err_genl:
	t_genl_close(&helper->genl);
err_free:
	free(helper);
	errno = err;
	return NULL;
}

/* Wait until the thread has brought a counter that far. */
static int counter_wait(const unsigned int *counter, unsigned int value)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	int left;

	for (left = T_PATIENCE_MS / 5; left; left--) {
		if (__atomic_load_n(counter, __ATOMIC_ACQUIRE) >= value)
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIME;
}

void t_helper_mode(struct t_helper *helper, enum t_helper_mode mode)
{
	unsigned int order;

	__atomic_store_n(&helper->mode, mode, __ATOMIC_RELEASE);
	order = __atomic_add_fetch(&helper->orders, 1, __ATOMIC_RELEASE);
	while (write(helper->wake[1], "w", 1) < 0 && errno == EINTR)
		;
	counter_wait(&helper->obeyed, order);
}

int t_helper_wait(struct t_helper *helper, unsigned int accepted)
{
	return counter_wait(&helper->accepted, accepted);
}

const struct t_ticket *t_helper_ticket(struct t_helper *helper, unsigned int n)
{
	if (counter_wait(&helper->genl.n_ticket, n))
		return NULL;
	return &helper->genl.ticket[(n - 1) % T_GENL_TICKETS];
}

void t_helper_stop(struct t_helper *helper)
{
	unsigned int i;

	if (!helper)
		return;
	while (write(helper->wake[1], "q", 1) < 0 && errno == EINTR)
		;
	pthread_join(helper->thread, NULL);
	t_genl_close(&helper->genl);
	for (i = 0; i < helper->n_held; i++)
		close(helper->held[i].fd);
	close(helper->wake[0]);
	close(helper->wake[1]);
	free(helper);
}
