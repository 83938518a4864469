/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The broker's end of the socket to a worker: whole messages, never waiting. */
#ifndef TLSOCKD_CHANNEL_H
#define TLSOCKD_CHANNEL_H

struct td_message;

/**
 * td_channel_open - make the pair of sockets
 * @broker: the broker's end, non-blocking and close-on-exec
 * @worker: the worker's end, close-on-exec
 *
 * Return: 0 or -errno of socketpair()
 */
int td_channel_open(int *broker, int *worker);

/**
 * td_channel_send - send one message
 * @socket: the broker's end
 * @message: its length follows from its type
 * @fd: descriptor to pass along, stays the caller's; -1 for none
 * @own_fd: another one behind it, likewise
 *
 * Return: 0, -EAGAIN (no room now), another -errno if the worker is gone
 */
int td_channel_send(int socket, const struct td_message *message, int fd, int own_fd);

/**
 * td_channel_receive - receive one message and check it
 * @socket: the broker's end
 * @message: filled; the beginning of room for a struct td_result_message
 *
 * Return: 0, -EAGAIN (none there), -EPIPE (the worker's end is closed),
 *	-EBADMSG (malformed), another -errno
 */
int td_channel_receive(int socket, struct td_message *message);

#endif
