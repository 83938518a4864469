// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credentials of a program's own. The option names a descriptor that the program
 * has opened itself, so that a helper with more rights opens nothing for others.
 * It is read at once, in the program's context: what happens to the file later
 * changes nothing, and one that answers slowly keeps nobody else waiting. The
 * helper reads the copy from a file of its own; no byte passes netlink, where
 * monitors listen.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/tlsock.h>

#include "credential.h"
#include "option.h"

static const u32 credential_max[TLSOCK_CREDENTIAL_N] = {
	[TLSOCK_CREDENTIAL_CERT] = TLSOCK_MAX_CERT,
	[TLSOCK_CREDENTIAL_KEY] = TLSOCK_MAX_KEY,
	[TLSOCK_CREDENTIAL_CA] = TLSOCK_MAX_CA,
};

/**
 * tlsock_credential_kind - what an option sets
 * @name: TLSOCK_*
 *
 * Return: enum tlsock_credential_kind, -1 for another option
 */
int tlsock_credential_kind(int name)
{
	switch (name) {
	case TLSOCK_CERT:
		return TLSOCK_CREDENTIAL_CERT;
	case TLSOCK_KEY:
		return TLSOCK_CREDENTIAL_KEY;
	case TLSOCK_CA:
		return TLSOCK_CREDENTIAL_CA;
	default:
		return -1;
	}
}

/** tlsock_credential_get - take a reference; NULL is allowed and returned */
struct tlsock_credential *tlsock_credential_get(struct tlsock_credential *credential)
{
	if (credential)
		refcount_inc(&credential->ref);
	return credential;
}

/** tlsock_credential_put - drop a reference; NULL is allowed */
void tlsock_credential_put(struct tlsock_credential *credential)
{
	if (credential && refcount_dec_and_test(&credential->ref))
		kvfree_sensitive(credential, struct_size(credential, data, credential->length));
}

/* From the beginning of the file, wherever the program stands in it. */
static int credential_fill(struct tlsock_credential *credential, struct file *file)
{
	loff_t at = 0;
	ssize_t n;

	while (at < credential->length) {
		n = kernel_read(file, credential->data + at, credential->length - at, &at);
		if (n < 0)
			return n;
		if (!n)		/* it was cut since */
			return -EINVAL;
	}
	return 0;
}

static struct tlsock_credential *credential_copy(struct file *file, u32 max)
{
	struct tlsock_credential *credential;
	loff_t size;
	int err;

	if (!(file->f_mode & FMODE_READ))
		return ERR_PTR(-EBADF);
	if (!S_ISREG(file_inode(file)->i_mode))
		return ERR_PTR(-EINVAL);
	size = i_size_read(file_inode(file));
	if (size > max)
		return ERR_PTR(-EFBIG);
	if (size <= 0)
		return ERR_PTR(-EINVAL);
	credential = kvzalloc(struct_size(credential, data, size), GFP_KERNEL_ACCOUNT);
	if (!credential)
		return ERR_PTR(-ENOMEM);
	refcount_set(&credential->ref, 1);
	credential->length = size;
	err = credential_fill(credential, file);
	if (!err)
		return credential;
	tlsock_credential_put(credential);
	return ERR_PTR(err);
}

/**
 * tlsock_credential_read - copy the file of an option
 * @kind: enum tlsock_credential_kind
 * @value: a descriptor, int; -1 for none
 * @len: bytes of @value
 * @out: the copy, owned by the caller, NULL for none
 *
 * Context: process, may sleep for as long as the file system takes; no lock held
 * Return: 0, -EFAULT, -EBADF (not open for reading), -EINVAL (empty, or no
 * regular file), -EFBIG, -ENOMEM, or the errno of reading
 */
int tlsock_credential_read(int kind, sockptr_t value, unsigned int len,
			   struct tlsock_credential **out)
{
	struct tlsock_credential *credential;
	struct file *file;
	int fd;

	if (len < sizeof(fd))
		return -EINVAL;
	if (copy_from_sockptr(&fd, value, sizeof(fd)))
		return -EFAULT;
	*out = NULL;
	if (fd == -1)
		return 0;
	file = fget(fd);
	if (!file)
		return -EBADF;
	credential = credential_copy(file, credential_max[kind]);
	fput(file);
	if (IS_ERR(credential))
		return PTR_ERR(credential);
	*out = credential;
	return 0;
}

/* One behind the other, as if they were one file. */
static ssize_t credential_file_read(struct file *file, char __user *to, size_t room, loff_t *at)
{
	const struct tlsock_cfg *cfg = file->private_data;
	const struct tlsock_credential *credential;
	loff_t begin = 0, within;
	ssize_t n;
	int kind;

	for (kind = 0; kind < TLSOCK_CREDENTIAL_N; kind++) {
		credential = cfg->own[kind];
		if (!credential)
			continue;
		within = *at - begin;
		if (within < credential->length) {
			n = simple_read_from_buffer(to, room, &within, credential->data,
						    credential->length);
			*at = begin + within;
			return n;
		}
		begin += credential->length;
	}
	return 0;
}

static int credential_file_release(struct inode *inode, struct file *file)
{
	tlsock_option_put(file->private_data);
	return 0;
}

static const struct file_operations credential_file_ops = {
	.owner		= THIS_MODULE,
	.read		= credential_file_read,
	.release	= credential_file_release,
};

/**
 * tlsock_credential_file - a file for the helper to read all credentials from
 * @cfg: has some; is kept for as long as the file is open
 *
 * Return: the file, owned by the caller, or ERR_PTR
 */
struct file *tlsock_credential_file(struct tlsock_cfg *cfg)
{
	struct file *file;

	file = anon_inode_getfile("[tlsock-credentials]", &credential_file_ops, cfg, O_RDONLY);
	if (!IS_ERR(file))
		tlsock_option_get(cfg);
	return file;
}
