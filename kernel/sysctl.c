// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a network namespace, /proc/sys/net/tlsock/.
 */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "request.h"

static const struct ctl_table sysctl_template[] = {
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
	table[0].data = &tn->rekey_records;
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
