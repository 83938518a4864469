/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fixture of the tests of rules. */
#ifndef TLSOCK_UNIT_LIB_RULESET_FIXTURE_H
#define TLSOCK_UNIT_LIB_RULESET_FIXTURE_H

#include "kselftest_harness.h"
#include "ruleset.h"

FIXTURE(rules)
{
	struct t_ruleset	set;
	struct tl_subject	*subject;
};

FIXTURE_SETUP(rules)
{
	t_ruleset_init(&self->set);
	self->subject = &self->set.subject;
}

FIXTURE_TEARDOWN(rules)
{
	t_ruleset_exit(&self->set);
}

static int load(struct _test_data_rules *self, const char *text)
{
	return t_ruleset_load(&self->set, text);
}

static const char *choose(struct _test_data_rules *self)
{
	return t_ruleset_choose(&self->set);
}

#endif
