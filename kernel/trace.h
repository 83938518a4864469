/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: every change of state, every request, every outcome, every
 * control record.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tlsock

#if !defined(_TLSOCK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TLSOCK_TRACE_H

#include <linux/tls.h>
#include <linux/tracepoint.h>
#include <net/sock.h>

#include "request.h"

#define tlsock_show_state(state)					\
	__print_symbolic(state,						\
			 { TLSOCK_STATE_INIT, "INIT" },			\
			 { TLSOCK_STATE_CONNECTING, "CONNECTING" },	\
			 { TLSOCK_STATE_LISTEN, "LISTEN" },		\
			 { TLSOCK_STATE_HANDSHAKE, "HANDSHAKE" },	\
			 { TLSOCK_STATE_ESTABLISHED, "ESTABLISHED" },	\
			 { TLSOCK_STATE_FAILED, "FAILED" },		\
			 { TLSOCK_STATE_CLOSED, "CLOSED" })

TRACE_EVENT(tlsock_state,
	TP_PROTO(const struct sock *sk, u8 old, u8 new),
	TP_ARGS(sk, old, new),
	TP_STRUCT__entry(
		__field(const void *, sk)
		__field(u8, old)
		__field(u8, new)
	),
	TP_fast_assign(
		__entry->sk = sk;
		__entry->old = old;
		__entry->new = new;
	),
	TP_printk("sk=%p %s -> %s", __entry->sk, tlsock_show_state(__entry->old),
		  tlsock_show_state(__entry->new))
);

DECLARE_EVENT_CLASS(tlsock_request,
	TP_PROTO(const struct tlsock_req *req),
	TP_ARGS(req),
	TP_STRUCT__entry(
		__field(const void *, sk)
		__field(u32, id)
		__field(u32, portid)
	),
	TP_fast_assign(
		__entry->sk = req->ts;
		__entry->id = req->id;
		__entry->portid = req->portid;
	),
	TP_printk("sk=%p id=%u portid=%u", __entry->sk, __entry->id, __entry->portid)
);

DEFINE_EVENT(tlsock_request, tlsock_request_submit,
	TP_PROTO(const struct tlsock_req *req),
	TP_ARGS(req)
);

DEFINE_EVENT(tlsock_request, tlsock_request_accept,
	TP_PROTO(const struct tlsock_req *req),
	TP_ARGS(req)
);

DEFINE_EVENT(tlsock_request, tlsock_request_end,
	TP_PROTO(const struct tlsock_req *req),
	TP_ARGS(req)
);

TRACE_EVENT(tlsock_outcome,
	TP_PROTO(const struct tlsock_done *done),
	TP_ARGS(done),
	TP_STRUCT__entry(
		__field(int, error)
		__field(u32, stage)
		__field(u32, outcome)
		__string(text, done->error.text)
	),
	TP_fast_assign(
		__entry->error = done->error.error;
		__entry->stage = done->error.stage;
		__entry->outcome = done->outcome;
		__assign_str(text);
	),
	TP_printk("outcome=%u error=%d stage=%u text=\"%s\"", __entry->outcome,
		  __entry->error, __entry->stage, __get_str(text))
);

TRACE_EVENT(tlsock_record,
	TP_PROTO(const struct sock *sk, u8 type, u8 first, u8 second),
	TP_ARGS(sk, type, first, second),
	TP_STRUCT__entry(
		__field(const void *, sk)
		__field(u8, type)
		__field(u8, first)
		__field(u8, second)
	),
	TP_fast_assign(
		__entry->sk = sk;
		__entry->type = type;
		__entry->first = first;
		__entry->second = second;
	),
	TP_printk("sk=%p type=%u first=%u second=%u", __entry->sk, __entry->type,
		  __entry->first, __entry->second)
);

TRACE_EVENT(tlsock_rekey,
	TP_PROTO(const struct sock *sk, int direction),
	TP_ARGS(sk, direction),
	TP_STRUCT__entry(
		__field(const void *, sk)
		__field(int, direction)
	),
	TP_fast_assign(
		__entry->sk = sk;
		__entry->direction = direction;
	),
	TP_printk("sk=%p direction=%s", __entry->sk,
		  __entry->direction == TLS_TX ? "send" : "receive")
);

#endif /* _TLSOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kernel
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
