/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users and groups of the system by name. */
#ifndef TLSOCK_LIB_USER_H
#define TLSOCK_LIB_USER_H

#include <sys/types.h>

/**
 * tl_user_find - look a user up
 * @name: name of the user
 * @uid: filled
 * @gid: filled with its primary group
 *
 * Return: 0, -ENOENT if there is no such user, -ENOMEM, -errno of the data base
 */
int tl_user_find(const char *name, uid_t *uid, gid_t *gid);

/**
 * tl_user_group - primary group of a user
 * @uid: the user
 * @gid: filled
 *
 * Return: as tl_user_find()
 */
int tl_user_group(uid_t uid, gid_t *gid);

/**
 * tl_group_find - look a group up
 * @name: name of the group
 * @gid: filled
 * @member: called for each member that the group lists; those whose primary
 *	group it is are not among them. Ends the search by returning an error
 * @arg: passed to @member
 *
 * Return: 0, -ENOENT if there is no such group, -ENOMEM, the error of @member
 */
int tl_group_find(const char *name, gid_t *gid, int (*member)(void *arg, uid_t uid), void *arg);

#endif
