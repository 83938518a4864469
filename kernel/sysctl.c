// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a network namespace, /proc/sys/net/tlsock/, for whoever has
 * CAP_NET_ADMIN in it:
 *
 *   max_handshakes       most handshakes under way, of clients and of servers
 *                        each; 16384; 1 to 4294967295
 *   max_user_handshakes  the same of one user; 8192; 1 to 4294967295
 *   rekey_records        records that one key protects before it is changed;
 *                        8388608; 0 never changes it
 */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "request.h"

/* A higher limit lets in who waits. */
static int sysctl_limit(const struct ctl_table *table, int write, void *buffer, size_t *size,
			loff_t *pos)
{
	struct ctl_table bounded = *table;
	int err;

	bounded.extra2 = NULL;	/* no upper bound, but our namespace */
	err = proc_douintvec_minmax(&bounded, write, buffer, size, pos);
	if (!err && write)
		tlsock_limit_raised(table->extra2);
	return err;
}

static const struct ctl_table sysctl_template[] = {
	{
		.procname	= "max_handshakes",
		.maxlen		= sizeof(unsigned int),
		.mode		= 0644,
		.proc_handler	= sysctl_limit,
		.extra1		= SYSCTL_ONE,
	},
	{
		.procname	= "max_user_handshakes",
		.maxlen		= sizeof(unsigned int),
		.mode		= 0644,
		.proc_handler	= sysctl_limit,
		.extra1		= SYSCTL_ONE,
	},
	{
		.procname	= "rekey_records",
		.maxlen		= sizeof(unsigned long),
		.mode		= 0644,
		.proc_handler	= proc_doulongvec_minmax,
	},
};

/**
 * tlsock_sysctl_init - show the settings of a new network namespace
 * @net: the namespace
 *
 * Return: 0 or -ENOMEM
 */
int tlsock_sysctl_init(struct net *net)
{
	struct tlsock_net *tn = tlsock_request_net(net);
	struct ctl_table *table;

	table = kmemdup(sysctl_template, sizeof(sysctl_template), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	table[0].data = &tn->limits.max;
	table[0].extra2 = tn;
	table[1].data = &tn->limits.max_user;
	table[1].extra2 = tn;
	table[2].data = &tn->rekey_records;
	tn->sysctl = register_net_sysctl_sz(net, "net/tlsock", table, ARRAY_SIZE(sysctl_template));
	if (!tn->sysctl) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

/** tlsock_sysctl_exit - the namespace goes away */
void tlsock_sysctl_exit(struct net *net)
{
	struct tlsock_net *tn = tlsock_request_net(net);
	const struct ctl_table *table = tn->sysctl->ctl_table_arg;

	unregister_net_sysctl_table(tn->sysctl);
	kfree(table);
}
