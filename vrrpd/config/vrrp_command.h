/*
 * vrrp_command.h - a command of the configuration: its words, user and safety.
 *
 * A command is not given to a shell; vrrp_params_command() splits it.  A user who
 * wants variables, pipes or redirections writes /bin/sh -c '...'.
 *
 * A program is refused while anybody but root and the user it runs as could
 * change it: the program, each folder on the way to it, each folder on the way
 * through symbolic links, must belong to one of the two and be writable to
 * nobody else.  A folder with the sticky bit (/tmp) passes when the next part of
 * the way belongs to one of the two, since nobody else can put another in its
 * place.
 */
#ifndef VRRPD_VRRP_COMMAND_H
#define VRRPD_VRRP_COMMAND_H

#include <stddef.h>
#include <sys/types.h>

#include "vrrpd/pure/vrrp_params.h"

/* The PATH of what runs. */
#define VRRP_COMMAND_PATH						\
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct vrrp_command {
	unsigned	 count;			/* at least 1 */
	char		*word[VRRP_COMMAND_WORDS_MAX + 1];	/* into text */
	char		 text[VRRP_COMMAND_MAX];
};

struct vrrp_command_user {
	char	name[64];
	char	home[256];
	uid_t	uid;
	gid_t	gid;
};

/* 0; -EINVAL with what is wrong in why[]. *out points into itself. */
int	vrrp_command_split(const char *text, struct vrrp_command *out,
	    char *why, size_t len);
/*
 * NAME or NAME:GROUP; "" or NULL: the user we are, or become (priv.h).
 * 0; -ENOENT or another negative errno with what is wrong in why[].
 */
int	vrrp_command_user(const char *name, struct vrrp_command_user *out,
	    char *why, size_t len);
/*
 * May uid run the program at this absolute path?  0, or with what is wrong in
 * why[]: -EPERM others could change it; -ENOENT, -EACCES and so on: it is not
 * there, not executable, cannot be looked at by us.
 */
int	vrrp_command_safe(const char *path, uid_t uid, char *why, size_t len);
/*
 * The same for a command of several words, and for the programs that its other
 * words name: the script of an interpreter, and each program with its whole path
 * in a line for a shell.  A word that does not exist or is no program is none of
 * this function's business.  argv ends with NULL.
 */
int	vrrp_command_words_safe(char *const *argv, uid_t uid, char *why,
	    size_t len);
/*
 * Words, user and safety: what vrrpd says of a command when it reads a file.  user
 * "": that of checks and hooks, check_user (priv_lookup_check()).
 */
int	vrrp_command_check(const char *text, const char *user,
	    const char *check_user, char *why, size_t len);

#endif
