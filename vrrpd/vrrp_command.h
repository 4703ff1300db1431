/*
 * vrrp_command.h - a command of the configuration: its words, user and safety.
 *
 * A command is not given to a shell.  It is split into words here:
 *
 *   - blanks separate words;
 *   - '...' keeps everything as it is;
 *   - "..." keeps everything but \" and \\;
 *   - outside of quotes a backslash keeps the character behind it.
 *
 * No variables, wildcards, pipes or redirections: who wants those says
 * sh -c '...'.  A program without a slash is looked for in VRRP_COMMAND_PATH,
 * the same for everybody; one with a slash has to be absolute.
 *
 * What runs is refused while anybody but root and the user it runs as could
 * change it: the program, each folder on the way to it, each folder on the way
 * through symbolic links, must belong to one of the two and be writable to
 * nobody else.  A folder with the sticky bit (/tmp) passes when the next part of
 * the way belongs to one of the two, since nobody else can put another in its
 * place.
 *
 * The safety check reads the file system; the rest does not.
 */
#ifndef VRRPD_VRRP_COMMAND_H
#define VRRPD_VRRP_COMMAND_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#define VRRP_COMMAND_MAX	1024	/* bytes, with NUL */
#define VRRP_COMMAND_WORDS_MAX	64
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
 * "" or NULL: the user we are, or become (priv.h).  0; -ENOENT or another
 * negative errno with what is wrong in why[].
 */
int	vrrp_command_user(const char *name, struct vrrp_command_user *out,
	    char *why, size_t len);
/*
 * Where the program is, and that it may be run by uid.  0, or with what is wrong
 * in why[]: -EPERM others could change it; -ENOENT, -EACCES and so on: it is
 * not there, not executable, cannot be looked at.
 */
int	vrrp_command_find(const char *program, uid_t uid, char path[PATH_MAX],
	    char *why, size_t len);
/* All of it: what `vrrpd -n` and the start of vrrpd say about a command. */
int	vrrp_command_check(const char *text, const char *user, char *why,
	    size_t len);

#endif
