// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading, and what each network namespace owns.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "netlink-gen.h"
#include "notify.h"
#include "request.h"
#include "sock.h"

unsigned int tlsock_net_id __read_mostly;
struct workqueue_struct *tlsock_wq;

static int __net_init main_net_init(struct net *net)
{
	tlsock_request_net_init(net_generic(net, tlsock_net_id));
	return tlsock_sysctl_init(net);
}

static void __net_exit main_net_exit(struct net *net)
{
	tlsock_sysctl_exit(net);
	tlsock_request_net_exit(net_generic(net, tlsock_net_id));
}

static struct pernet_operations main_net_ops = {
	.init	= main_net_init,
	.exit	= main_net_exit,
	.id	= &tlsock_net_id,
	.size	= sizeof(struct tlsock_net),
};

static int __init main_init(void)
{
	int err;

	tlsock_wq = alloc_workqueue("tlsock", WQ_UNBOUND, 0);
	if (!tlsock_wq)
		return -ENOMEM;
	err = tlsock_callback_init();
	if (err)
		goto out_wq;
	err = register_pernet_subsys(&main_net_ops);
	if (err)
		goto out_wq;
	err = tlsock_notify_init();
	if (err)
		goto out_net;
	err = tlsock_proto_init();
	if (err)
		goto out_notify;
	return 0;

out_notify:
	tlsock_notify_exit();
out_net:
	unregister_pernet_subsys(&main_net_ops);
out_wq:
	destroy_workqueue(tlsock_wq);
	return err;
}

static void __exit main_exit(void)
{
	tlsock_proto_exit();
	tlsock_notify_exit();
	/* ORDER: a work item that put the last reference may still run. */
	destroy_workqueue(tlsock_wq);
	unregister_pernet_subsys(&main_net_ops);
}

module_init(main_init);
module_exit(main_exit);

MODULE_DESCRIPTION("TLS sockets over kernel TLS, with the handshake in userspace");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: tls");
