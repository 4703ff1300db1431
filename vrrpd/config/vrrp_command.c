/*
 * vrrp_command.c - a command of the configuration: its words, user and safety.
 *
 * The way to a program is walked by hand, part by part, because realpath(3)
 * shows only the folders at the end: a link that passes through a folder of
 * somebody else may point elsewhere tomorrow, although today it ends in
 * /usr/bin.  As nobody else can change any part of a way that passes, nothing
 * can be put in its place between this look and the execve(2).
 */
#include "config.h"

#include "vrrpd/config/vrrp_command.h"

#include <sys/stat.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/priv.h"

#define LINKS_MAX	40		/* as the kernel */

int
vrrp_command_split(const char *text, struct vrrp_command *c, char *why,
    size_t len)
{
	int n = vrrp_params_command(text, c->text, c->word);

	if (n < 0) {
		(void)snprintf(why, len, "a quote is not closed, or not 1 to "
		    "%d words", VRRP_COMMAND_WORDS_MAX);
		return -EINVAL;
	}
	c->count = (unsigned)n;
	return 0;
}

/* --- user --- */

static void
fill_user(struct vrrp_command_user *out, const struct passwd *pw)
{
	(void)snprintf(out->name, sizeof(out->name), "%s", pw->pw_name);
	(void)snprintf(out->home, sizeof(out->home), "%s", pw->pw_dir);
	out->uid = pw->pw_uid;
	out->gid = pw->pw_gid;
}

/* getpwnam(3) and getgrnam(3) say "no such name" in many ways. */
static int
not_found(int rc)
{
	return rc > 0 && rc != ESRCH && rc != EBADF && rc != EPERM ? -rc :
	    -ENOENT;
}

int
vrrp_command_user(const char *name, struct vrrp_command_user *out, char *why,
    size_t len)
{
	struct passwd pw, *found = NULL;
	struct group gr, *in = NULL;
	struct priv_user us;
	char buf[16384], user[VRRP_USER_MAX];
	const char *group;
	int rc;

	if (name == NULL || name[0] == '\0') {
		if (priv_lookup(&us) < 0) {
			(void)snprintf(why, len, "there is no user \"%s\"",
			    priv_user_name());
			return -ENOENT;
		}
		*out = (struct vrrp_command_user){ .uid = us.uid,
		    .gid = us.gid, .home = "/" };
		(void)getpwuid_r(us.uid, &pw, buf, sizeof(buf), &found);
		if (found != NULL)
			fill_user(out, found);
		out->gid = us.gid;
		return 0;
	}
	(void)snprintf(user, sizeof(user), "%s", name);
	user[strcspn(user, ":")] = '\0';
	rc = getpwnam_r(user, &pw, buf, sizeof(buf), &found);
	if (found == NULL) {
		(void)snprintf(why, len, "there is no user \"%s\"", user);
		return not_found(rc);
	}
	fill_user(out, found);
	if (strchr(name, ':') == NULL)
		return 0;
	group = strchr(name, ':') + 1;
	rc = getgrnam_r(group, &gr, buf, sizeof(buf), &in);
	if (in == NULL) {
		(void)snprintf(why, len, "there is no group \"%s\"", group);
		return not_found(rc);
	}
	out->gid = in->gr_gid;
	return 0;
}

/* --- safety --- */

static bool
ours(const struct stat *st, uid_t uid)
{
	return st->st_uid == 0 || st->st_uid == uid;
}

/* The members of group 0 are as good as root. */
static bool
others_write(const struct stat *st)
{
	return (st->st_mode & S_IWOTH) != 0 ||
	    ((st->st_mode & S_IWGRP) != 0 && st->st_gid != 0);
}

static int
unsafe(const char *part, const struct stat *st, char *why, size_t len)
{
	if (others_write(st))
		(void)snprintf(why, len, "others could change it: %s is "
		    "writable to them", part);
	else
		(void)snprintf(why, len, "others could change it: %s belongs "
		    "to user %u", part, (unsigned)st->st_uid);
	return -EPERM;
}

static int
trouble(const char *part, int error, char *why, size_t len)
{
	(void)snprintf(why, len, "%s: %s", part, strerror(error));
	return -error;
}

/* A folder on the way, whose next part is `next`. */
static int
judge_folder(const char *part, const struct stat *st,
    const struct stat *next, uid_t uid, char *why, size_t len)
{
	if (!ours(st, uid))
		return unsafe(part, st, why, len);
	if (!others_write(st))
		return 0;
	if ((st->st_mode & S_ISVTX) != 0 && ours(next, uid))
		return 0;
	return unsafe(part, st, why, len);
}

static int
judge_program(const char *part, const struct stat *st, uid_t uid, char *why,
    size_t len)
{
	if (S_ISDIR(st->st_mode)) {
		(void)snprintf(why, len, "%s is a folder", part);
		return -EISDIR;
	}
	if (!S_ISREG(st->st_mode)) {
		(void)snprintf(why, len, "%s is not a file", part);
		return -EACCES;
	}
	if (!ours(st, uid) || others_write(st))
		return unsafe(part, st, why, len);
	if ((st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
		(void)snprintf(why, len, "%s is not executable", part);
		return -EACCES;
	}
	return 0;
}

/* The target of a link takes its place in front of the part still to walk. */
static int
follow(const char *link, char rest[PATH_MAX])
{
	char target[PATH_MAX], joined[PATH_MAX];
	ssize_t n = readlink(link, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (snprintf(joined, sizeof(joined), "%s/%s", target, rest) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(rest, joined, strlen(joined) + 1);
	return 0;
}

/* The next part of rest, cut off it; false at its end. */
static bool
cut_part(char rest[PATH_MAX], char part[NAME_MAX + 1], int *error)
{
	size_t skip = strspn(rest, "/"), n = strcspn(rest + skip, "/");

	if (n == 0)
		return false;
	if (n > NAME_MAX) {
		*error = -ENAMETOOLONG;
		return false;
	}
	memcpy(part, rest + skip, n);
	part[n] = '\0';
	memmove(rest, rest + skip + n, strlen(rest + skip + n) + 1);
	return true;
}

int
vrrp_command_safe(const char *path, uid_t uid, char *why, size_t len)
{
	char here[PATH_MAX] = "", rest[PATH_MAX], part[NAME_MAX + 1];
	struct stat st, next;
	unsigned links = 0;
	size_t keep;
	int error = 0;

	if (path[0] != '/') {
		(void)snprintf(why, len, "%s does not begin with a slash",
		    path);
		return -EINVAL;
	}
	if (snprintf(rest, sizeof(rest), "%s", path) >= PATH_MAX)
		return trouble(path, ENAMETOOLONG, why, len);
	if (stat("/", &st) < 0)
		return trouble("/", errno, why, len);
	while (cut_part(rest, part, &error)) {
		keep = strlen(here);
		if (!S_ISDIR(st.st_mode))
			return trouble(here, ENOTDIR, why, len);
		if (strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			*(keep > 0 ? strrchr(here, '/') : here) = '\0';
			if (stat(here[0] == '\0' ? "/" : here, &st) < 0)
				return trouble(here, errno, why, len);
			continue;
		}
		if (keep + 1 + strlen(part) >= sizeof(here))
			return trouble(path, ENAMETOOLONG, why, len);
		here[keep] = '/';
		memcpy(here + keep + 1, part, strlen(part) + 1);
		if (lstat(here, &next) < 0)
			return trouble(here, errno, why, len);
		here[keep] = '\0';
		error = judge_folder(keep == 0 ? "/" : here, &st, &next, uid,
		    why, len);
		if (error < 0)
			return error;
		here[keep] = '/';
		if (!S_ISLNK(next.st_mode)) {
			st = next;
			continue;
		}
		if (++links > LINKS_MAX)
			return trouble(path, ELOOP, why, len);
		error = follow(here, rest);
		if (error < 0)
			return trouble(here, -error, why, len);
		here[rest[0] == '/' ? 0 : keep] = '\0';
		if (stat(here[0] == '\0' ? "/" : here, &st) < 0)
			return trouble(here, errno, why, len);
	}
	if (error < 0)
		return trouble(path, -error, why, len);
	return judge_program(here[0] == '\0' ? "/" : here, &st, uid, why, len);
}

/* --- the programs that a command names --- */

/* Does a program of that name run the file that it is given? */
static bool
interprets(const char *word)
{
	static const char *const names[] = { "sh", "bash", "dash", "ash", "ksh",
	    "zsh", "busybox", "perl", "ruby", "lua", ".", "source", "exec" };
	const char *slash = strrchr(word, '/');
	size_t i;

	if (slash != NULL)
		word = slash + 1;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return strncmp(word, "python", 6) == 0;
}

/*
 * Is this word, after `before` but for options, a program that others could
 * change?  What does not exist, or is no program, is not looked at.
 */
static int
look_at_word(const char *word, const char *before, uid_t uid, char *why,
    size_t len)
{
	struct stat st;
	char other[256];

	if (word[0] != '/' || stat(word, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if ((st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0 &&
	    !interprets(before))
		return 0;
	if (vrrp_command_safe(word, uid, other, sizeof(other)) != -EPERM)
		return 0;
	(void)snprintf(why, len, "%s", other);
	return -EPERM;
}

/* Words of a line for a shell, as far as they can be told apart without one. */
static int
look_at_line(const char *line, uid_t uid, char *why, size_t len)
{
	static const char between[] = " \t\n;|&()<>{}`$\"'=";
	char text[VRRP_COMMAND_MAX], *word, *rest = NULL;
	const char *before = "";
	int error = 0;

	(void)snprintf(text, sizeof(text), "%s", line);
	for (word = strtok_r(text, between, &rest);
	    error == 0 && word != NULL;
	    word = strtok_r(NULL, between, &rest)) {
		error = look_at_word(word, before, uid, why, len);
		if (word[0] != '-')
			before = word;
	}
	return error;
}

int
vrrp_command_words_safe(char *const *argv, uid_t uid, char *why, size_t len)
{
	const char *before = argv[0];
	int error = vrrp_command_safe(argv[0], uid, why, len);
	unsigned i;

	for (i = 1; error == 0 && argv[i] != NULL; i++) {
		error = strpbrk(argv[i], " \t\n") != NULL ?
		    look_at_line(argv[i], uid, why, len) :
		    look_at_word(argv[i], before, uid, why, len);
		if (argv[i][0] != '-')
			before = argv[i];
	}
	return error;
}

int
vrrp_command_check(const char *text, const char *user, const char *check_user,
    char *why, size_t len)
{
	struct vrrp_command_user u;
	struct priv_user check = { 0 };
	struct vrrp_command c;
	int error;

	error = vrrp_command_split(text, &c, why, len);
	if (error == 0 && user[0] != '\0') {
		error = vrrp_command_user(user, &u, why, len);
		check.uid = u.uid;
	} else if (error == 0) {
		/* Without that user it is the daemons', or root at worst. */
		(void)priv_lookup_check(check_user, &check);
	}
	if (error == 0)
		error = vrrp_command_words_safe(c.word, check.uid, why, len);
	return error;
}
