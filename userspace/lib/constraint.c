// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each name is held against all subtrees of its kind: it must lie in one of
 * those permitted, if there are any, and in none of those excluded. In doubt
 * a name lies outside of what is permitted and inside of what is excluded.
 */
#include "constraint.h"

#include <string.h>

#include "cert.h"

#define COMPARISONS_MAX	262144	/* names times subtrees: more is an attack */

enum {
	PERMITTED = 0xa0,	/* [0] of NameConstraints */
	EXCLUDED = 0xa1,	/* [1] */
	PRINTABLE_STRING = 0x13,
	UTF8_STRING = 0x0c,
	IA5_STRING = 0x16,
	TELETEX_STRING = 0x14,
};

static const uint8_t oid_name_constraints[] = { 0x55, 0x1d, 0x1e };
static const uint8_t oid_email[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 1 };

struct name {
	uint8_t		kind;	/* TL_NAME_* or another tag of GeneralName */
	struct tl_span	value;
};

/* Whether a name lies in a subtree, as far as that can be said */
enum place { OUTSIDE, INSIDE, UNKNOWN };

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool same_fold(const uint8_t *a, const uint8_t *b, size_t length)
{
	while (length--)
		if (lower(a[length]) != lower(b[length]))
			return false;
	return true;
}

/* Is the host the domain, or below it? A dot at the domain's front: only below. */
static bool in_domain(struct tl_span host, struct tl_span domain, bool below)
{
	size_t extra;

	if (domain.length == 0)
		return true;
	if (domain.length > host.length)
		return false;
	extra = host.length - domain.length;
	if (!same_fold(host.data + extra, domain.data, domain.length))
		return false;
	if (extra == 0)
		return domain.data[0] != '.';
	return domain.data[0] == '.' || (below && host.data[extra - 1] == '.');
}

static struct tl_span behind(struct tl_span span, char what)
{
	const uint8_t *at = span.length ? memchr(span.data, what, span.length) : NULL;

	if (!at)
		return (struct tl_span){ 0 };
	return (struct tl_span){ at + 1, span.length - (size_t)(at + 1 - span.data) };
}

static struct tl_span up_to(struct tl_span span, const char *stops)
{
	size_t i;

	for (i = 0; i < span.length; i++)
		if (span.data[i] && strchr(stops, span.data[i]))
			break;
	return (struct tl_span){ span.data, i };
}

static enum place place_host(struct tl_span host, struct tl_span tree, bool excluded)
{
	struct tl_span parent, rest;

	if (host.length && host.data[host.length - 1] == '.')
		host.length--;
	if (in_domain(host, tree, true))
		return INSIDE;
	/* A wildcard stands for a name that is excluded too. */
	if (!excluded || host.length < 2 || host.data[0] != '*')
		return OUTSIDE;
	parent = behind(tree, '.');
	rest = behind(host, '.');
	return parent.length && parent.length == rest.length &&
	       same_fold(parent.data, rest.data, rest.length) ? INSIDE : OUTSIDE;
}

static enum place place_address(struct tl_span address, struct tl_span tree)
{
	size_t i;

	if (tree.length != 8 && tree.length != 32)
		return UNKNOWN;
	if (address.length * 2 != tree.length)
		return OUTSIDE;
	for (i = 0; i < address.length; i++)
		if ((address.data[i] ^ tree.data[i]) & tree.data[address.length + i])
			return OUTSIDE;
	return INSIDE;
}

static enum place place_email(struct tl_span email, struct tl_span tree)
{
	struct tl_span host = behind(email, '@'), wanted = behind(tree, '@');

	if (host.length == 0 || behind(host, '@').length)
		return UNKNOWN;
	if (wanted.length)	/* one mailbox; what is before the '@' has case */
		return email.length == tree.length &&
		       memcmp(email.data, tree.data, email.length - host.length) == 0 &&
		       in_domain(host, wanted, false) ? INSIDE : OUTSIDE;
	return in_domain(host, tree, false) ? INSIDE : OUTSIDE;
}

static enum place place_uri(struct tl_span uri, struct tl_span tree)
{
	struct tl_span rest = behind(uri, ':'), host;

	if (rest.length < 3 || rest.data[0] != '/' || rest.data[1] != '/')
		return UNKNOWN;
	host = up_to((struct tl_span){ rest.data + 2, rest.length - 2 }, "/?#");
	if (behind(host, '@').length)
		host = behind(host, '@');
	host = up_to(host, ":");
	if (host.length == 0 || host.data[0] == '[')
		return UNKNOWN;
	return in_domain(host, tree, false) ? INSIDE : OUTSIDE;
}

static bool is_text(uint8_t tag)
{
	return tag == PRINTABLE_STRING || tag == UTF8_STRING || tag == IA5_STRING ||
	       tag == TELETEX_STRING;
}

/* Takes one character, white space folded into one blank; false at the end. */
static bool next_character(struct tl_span *text, uint8_t *c)
{
	if (text->length == 0)
		return false;
	*c = lower(text->data[0]);
	do {
		text->data++;
		text->length--;
	} while (*c == ' ' && text->length && text->data[0] == ' ');
	return true;
}

static struct tl_span trimmed(struct tl_span text)
{
	while (text.length && text.data[0] == ' ')
		text = (struct tl_span){ text.data + 1, text.length - 1 };
	while (text.length && text.data[text.length - 1] == ' ')
		text.length--;
	return text;
}

/* RFC 5280 section 7.1, for ASCII: case and white space do not count. */
static bool same_text(struct tl_span a, struct tl_span b)
{
	uint8_t one = 0, other = 0;
	bool more;

	a = trimmed(a);
	b = trimmed(b);
	do {
		more = next_character(&a, &one);
		if (next_character(&b, &other) != more || one != other)
			return false;
	} while (more);
	return true;
}

/* RelativeDistinguishedName ::= SET OF SEQUENCE { OID, value }, sorted in DER */
static bool same_part(struct tl_span a, struct tl_span b)
{
	struct tl_span one, other, oid, wanted, text, other_text;
	uint8_t tag, other_tag;

	while (a.length && b.length) {
		if (!tl_der_take_tag(&a, TL_DER_SEQUENCE, &one) ||
		    !tl_der_take_tag(&b, TL_DER_SEQUENCE, &other) ||
		    !tl_der_take_tag(&one, TL_DER_OID, &oid) ||
		    !tl_der_take_tag(&other, TL_DER_OID, &wanted) ||
		    !tl_der_take(&one, &tag, &text) ||
		    !tl_der_take(&other, &other_tag, &other_text) || !tl_der_same(oid, wanted))
			return false;
		if (is_text(tag) && is_text(other_tag) ? !same_text(text, other_text) :
		    tag != other_tag || !tl_der_same(text, other_text))
			return false;
	}
	return a.length == b.length;
}

static enum place place_directory(struct tl_span name, struct tl_span tree)
{
	struct tl_span part, wanted;

	while (tree.length) {
		if (!tl_der_take_tag(&tree, TL_DER_SET, &wanted))
			return UNKNOWN;
		if (!name.length)
			return OUTSIDE;
		if (!tl_der_take_tag(&name, TL_DER_SET, &part))
			return UNKNOWN;
		if (!same_part(part, wanted))
			return OUTSIDE;
	}
	return INSIDE;
}

static enum place place(const struct name *name, struct tl_span tree, bool excluded)
{
	struct tl_span parts;

	switch (name->kind) {
	case TL_NAME_DNS:
		return place_host(name->value, tree, excluded);
	case TL_NAME_ADDRESS:
		return place_address(name->value, tree);
	case TL_NAME_EMAIL:
		return place_email(name->value, tree);
	case TL_NAME_URI:
		return place_uri(name->value, tree);
	case TL_NAME_DIRECTORY:
		/* Name is a CHOICE: its tag stands inside */
		if (!tl_der_take_tag(&tree, TL_DER_SEQUENCE, &parts))
			return UNKNOWN;
		return place_directory(name->value, parts);
	}
	return UNKNOWN;
}

/* GeneralSubtree ::= SEQUENCE { base, minimum DEFAULT 0, maximum OPTIONAL } */
static bool allowed_by(const struct name *name, struct tl_span trees, bool excluded,
		       unsigned int *budget)
{
	bool spoken = false, inside = false;
	struct tl_span tree, base;
	enum place where;
	uint8_t tag;

	while (trees.length) {
		if ((*budget)-- == 0 || !tl_der_take_tag(&trees, TL_DER_SEQUENCE, &tree) ||
		    !tl_der_take(&tree, &tag, &base) || tree.length)
			return false;
		if (tag != name->kind)
			continue;
		spoken = true;
		where = place(name, base, excluded);
		if (where == UNKNOWN)
			return false;
		inside |= where == INSIDE;
	}
	return excluded ? !inside : inside || !spoken;
}

static bool allowed(const struct name *name, struct tl_span constraints, unsigned int *budget)
{
	struct tl_span trees;
	uint8_t tag;

	while (constraints.length) {
		if (!tl_der_take(&constraints, &tag, &trees) ||
		    (tag != PERMITTED && tag != EXCLUDED) ||
		    !allowed_by(name, trees, tag == EXCLUDED, budget))
			return false;
	}
	return true;
}

/* E-mail addresses of the subject count where no name says them (RFC 5280 section 4.2.1.10). */
static bool subject_email_allowed(struct tl_span subject, struct tl_span constraints,
				  unsigned int *budget)
{
	struct name name = { .kind = TL_NAME_EMAIL };
	struct tl_span part, pair, oid;
	uint8_t tag;

	while (subject.length) {
		if (!tl_der_take_tag(&subject, TL_DER_SET, &part))
			return false;
		while (part.length) {
			if (!tl_der_take_tag(&part, TL_DER_SEQUENCE, &pair) ||
			    !tl_der_take_tag(&pair, TL_DER_OID, &oid) ||
			    !tl_der_take(&pair, &tag, &name.value))
				return false;
			if (tl_der_is(oid, oid_email, sizeof(oid_email)) &&
			    !allowed(&name, constraints, budget))
				return false;
		}
	}
	return true;
}

bool tl_constraint_allows(const struct tl_cert *authority, const struct tl_cert *cert)
{
	struct name name = { .kind = TL_NAME_DIRECTORY, .value = cert->subject };
	struct tl_span rest = cert->names, value, constraints;
	unsigned int budget = COMPARISONS_MAX;
	struct tl_extension found;
	bool email = false;

	if (!tl_cert_extension(authority, oid_name_constraints, sizeof(oid_name_constraints),
			       &found))
		return true;
	if (!tl_der_take_tag(&found.value, TL_DER_SEQUENCE, &constraints))
		return false;
	if (cert->subject.length && !allowed(&name, constraints, &budget))
		return false;
	while (rest.length) {
		if (!tl_der_take(&rest, &name.kind, &value))
			return false;
		name.value = value;
		if (name.kind == TL_NAME_DIRECTORY &&
		    !tl_der_take_tag(&value, TL_DER_SEQUENCE, &name.value))
			return false;
		email |= name.kind == TL_NAME_EMAIL;
		if (!allowed(&name, constraints, &budget))
			return false;
	}
	return email || subject_email_allowed(cert->subject, constraints, &budget);
}
