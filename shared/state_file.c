/*
 * state_file.c - small files that have to outlive the machine.
 *
 * A file is replaced by a new one, never written in place: what is read is always
 * the whole of something that was written.  For that the contents are on the disk
 * before the name is theirs, and the name is on the disk before success is
 * reported.
 *
 * The folder belongs to the daemons' user, the reader may be root: nothing is
 * followed or opened but a plain file, and nothing is waited for but the disk.
 */
#include "config.h"

#include "shared/state_file.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* path and a suffix; memory and speed are no concern, malloc is. */
static int
with_suffix(char out[STATE_FILE_PATH_MAX], const char *path,
    const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	if (n + m >= STATE_FILE_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(out, path, n);
	memcpy(out + n, suffix, m + 1);
	return 0;
}

/* The folder that path is in. */
static int
parent_of(char out[STATE_FILE_PATH_MAX], const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);

	if (n >= STATE_FILE_PATH_MAX)
		return -ENAMETOOLONG;
	if (slash == NULL)
		memcpy(out, ".", 2);
	else if (n == 0)
		memcpy(out, "/", 2);
	else {
		memcpy(out, path, n);
		out[n] = '\0';
	}
	return 0;
}

/* --- the folder --- */

/* A folder without another one in it has two names: its own and ".". */
#define LINKS_OF_EMPTY	2

/*
 * The folder that was just made is given away, and nothing that was put into its
 * place: where others may write in the one above, they can move there what is
 * somebody's.  Nobody else's folder is empty and closed to all but us.
 */
static int
give_away(int fd, const struct stat *st, uid_t uid)
{
	if (st->st_uid != geteuid() || (st->st_mode & 0777) != 0700 ||
	    st->st_nlink > LINKS_OF_EMPTY)
		return -EPERM;
	if (fchmod(fd, uid == geteuid() ? 0755 : 0775) == -1)
		return -errno;
	return uid != geteuid() && fchown(fd, uid, (gid_t)-1) == -1 ? -errno :
	    0;
}

/* Somebody made it before: that user must be able to write there as it is. */
static int
is_writable_by(const struct stat *st, uid_t uid)
{
	return st->st_uid == uid || (st->st_mode & (S_IWGRP | S_IWOTH)) != 0 ?
	    0 : -EPERM;
}

/* Without slashes at its end, or "the folder above" would be the folder itself. */
static int
trimmed(char out[STATE_FILE_PATH_MAX], const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n >= STATE_FILE_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(out, path, n);
	out[n] = '\0';
	return 0;
}

int
state_file_folder(const char *wanted, uid_t uid)
{
	char parent[STATE_FILE_PATH_MAX], path[STATE_FILE_PATH_MAX];
	struct stat st;
	bool made;
	int fd, error;

	error = trimmed(path, wanted);
	if (error == 0)
		error = parent_of(parent, path);
	if (error < 0)
		return error;
	if (mkdir(parent, 0755) == -1 && errno != EEXIST)
		return -errno;
	made = mkdir(path, 0700) == 0;
	if (!made && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	if (fstat(fd, &st) == -1)
		error = -errno;
	else
		error = made ? give_away(fd, &st, uid) :
		    is_writable_by(&st, uid);
	(void)close(fd);
	return error;
}

/* --- reading --- */

static int
read_all(int fd, char *buf, size_t size, size_t *len)
{
	ssize_t n;
	char more;

	for (*len = 0; *len < size; *len += (size_t)n) {
		n = read(fd, buf + *len, size - *len);
		if (n == -1)
			return -errno;
		if (n == 0)
			return 0;
	}
	n = read(fd, &more, 1);
	return n == -1 ? -errno : n == 0 ? 0 : -EFBIG;
}

int
state_file_read(const char *path, char *buf, size_t size, size_t *len)
{
	struct stat st;
	int fd, error;

	/* Opening a FIFO must not wait for a writer. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY |
	    O_CLOEXEC);
	if (fd == -1)
		return errno == ELOOP ? -EINVAL : -errno;
	if (fstat(fd, &st) == -1)
		error = -errno;
	else if (!S_ISREG(st.st_mode))
		error = -EINVAL;
	else
		error = read_all(fd, buf, size, len);
	(void)close(fd);
	return error;
}

/* --- writing --- */

static int
write_all(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	for (; len > 0; bytes += n, len -= (size_t)n) {
		n = write(fd, bytes, len);
		if (n == -1)
			return -errno;
	}
	return fsync(fd) == -1 ? -errno : 0;
}

static int
write_new(const char *path, const void *bytes, size_t len)
{
	int fd, error;

	/* A write that did not come to its end may have left one. */
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0644);
	if (fd == -1)
		return -errno;
	error = write_all(fd, bytes, len);
	if (close(fd) == -1 && error == 0)
		error = -errno;
	return error;
}

/* The names in a folder are on the disk. */
static int
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (fd == -1)
		return -errno;
	if (fsync(fd) == -1)
		error = -errno;
	(void)close(fd);
	return error;
}

int
state_file_write(const char *path, const void *bytes, size_t len)
{
	char new[STATE_FILE_PATH_MAX], folder[STATE_FILE_PATH_MAX];
	int error;

	error = with_suffix(new, path, ".new");
	if (error == 0)
		error = parent_of(folder, path);
	if (error == 0)
		error = write_new(new, bytes, len);
	if (error == 0 && rename(new, path) == -1)
		error = -errno;
	if (error == 0)
		return sync_folder(folder);
	(void)unlink(new);
	return error;
}

int
state_file_set_aside(const char *path)
{
	char bad[STATE_FILE_PATH_MAX];
	int error = with_suffix(bad, path, ".bad");

	if (error == 0 && rename(path, bad) == -1)
		error = -errno;
	return error;
}
