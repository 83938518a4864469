/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that make up a TLS socket, by the file that has them.
 */
#ifndef _TLSOCK_SOCK_H
#define _TLSOCK_SOCK_H

#include "tlsock.h"

/* Handshake messages that may follow a handshake (RFC 8446 section 4). */
enum {
	TLSOCK_HS_HELLO_REQUEST = 0,	/* RFC 5246 section 7.4.1.1 */
	TLSOCK_HS_NEW_SESSION_TICKET = 4,
	TLSOCK_HS_KEY_UPDATE = 24,
};

struct pid;
struct poll_table_struct;
struct tlsock_done;

/* proto.c */
extern struct proto tlsock_prot, tlsock6_prot;
extern const struct proto_ops tlsock_ops, tlsock6_ops;
int tlsock_proto_init(void);
void tlsock_proto_exit(void);

/* sock.c */
int tlsock_sock_init(struct sock *sk);
void tlsock_sock_destroy(struct sock *sk);
struct tlsock_sock *tlsock_sock_child(struct tlsock_sock *listener, struct socket *inner);
void tlsock_sock_drop_inner(struct tlsock_sock *ts);
void tlsock_sock_replace_inner(struct tlsock_sock *ts, struct socket *tcp);
void tlsock_sock_graft(struct tlsock_sock *ts, struct socket *sock);
void tlsock_sock_set_state(struct tlsock_sock *ts, enum tlsock_state state);
void tlsock_sock_set_error(struct tlsock_sock *ts, const struct tlsock_error *error);
bool tlsock_sock_has_ulp(const struct sock *isk);

/* callback.c */
int tlsock_callback_init(void);
bool tlsock_callback_is_tcp(const struct sock *isk);
void tlsock_callback_attach(struct tlsock_sock *ts);
void tlsock_callback_detach(struct tlsock_sock *ts);

/* connect.c */
int tlsock_connect(struct socket *sock, struct sockaddr_unsized *addr, int len, int flags);
void tlsock_connect_progress(struct tlsock_sock *ts);
void tlsock_connect_renew(struct tlsock_sock *ts);
int tlsock_connect_start(struct tlsock_sock *ts, enum tlsock_role role, kuid_t uid,
			 struct tlsock_done *done);
bool tlsock_connect_finish(struct tlsock_sock *ts, struct tlsock_done *done);
void tlsock_connect_fail(struct tlsock_sock *ts, const struct tlsock_done *done);
int tlsock_connect_wait(struct sock *sk, long *timeo);

/* io.c */
void tlsock_io_told(struct sock *sk, int error);
void tlsock_io_error(struct tlsock_sock *ts, int error);
int tlsock_io_wait_established(struct sock *sk, long timeo, int none);
int tlsock_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
void tlsock_splice_eof(struct socket *sock);
ssize_t tlsock_splice_read(struct socket *sock, loff_t *ppos, struct pipe_inode_info *pipe,
			   size_t len, unsigned int flags);

/* receive.c */
int tlsock_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags);
int tlsock_receive_inq(struct tlsock_sock *ts);

/* poll.c */
__poll_t tlsock_poll(struct file *file, struct socket *sock, struct poll_table_struct *wait);

/* record.c */
int tlsock_record_receive(struct tlsock_sock *ts);
void tlsock_record_flush(struct tlsock_sock *ts);
int tlsock_record_send(struct tlsock_sock *ts, u8 type, const u8 *data, size_t len);
int tlsock_record_send_alert(struct tlsock_sock *ts, u8 level, u8 description);
void tlsock_record_abort(struct tlsock_sock *ts, int error, int sent, int received,
			 const char *text);
void tlsock_record_truncated(struct tlsock_sock *ts);

/* ticket.c */
void tlsock_ticket_init(struct tlsock_sock *ts, const struct tlsock_done *done);
void tlsock_ticket_free(struct tlsock_sock *ts);
void tlsock_ticket_begin(struct tlsock_sock *ts, u32 size);
void tlsock_ticket_add(struct tlsock_sock *ts, const u8 *data, u32 len);
void tlsock_ticket_data(struct tlsock_sock *ts);

/* peer.c */
size_t tlsock_peer_size(const struct tlsock_peer *peer);
bool tlsock_peer_is_well_formed(const void *data, size_t length);
void tlsock_peer_init(struct tlsock_sock *ts, const struct tlsock_done *done);
int tlsock_peer_read(const struct tlsock_sock *ts, char __user *value, int __user *len,
		     int room);
bool tlsock_peer_is_chain(const u8 *data, size_t length);
int tlsock_peer_read_cert(const struct tlsock_sock *ts, char __user *value, int __user *len,
			  int room);

/* netlink.c */
int tlsock_netlink_put_address(struct sk_buff *skb, int attr, struct socket *inner, int peer);

/* close.c */
int tlsock_shutdown(struct socket *sock, int how);
int tlsock_release(struct socket *sock);
void tlsock_close_child(struct tlsock_sock *ts);

/* upgrade.c */
int tlsock_upgrade(struct tlsock_sock *ts, int fd);

/* sockopt.c */
void tlsock_sockopt_mirror(struct tlsock_sock *ts);
void tlsock_sockopt_mirror_cpu(struct tlsock_sock *ts);
int tlsock_setsockopt(struct socket *sock, int level, int name, sockptr_t value,
		      unsigned int len);
int tlsock_getsockopt(struct socket *sock, int level, int name, char __user *value,
		      int __user *len);

#endif /* _TLSOCK_SOCK_H */
