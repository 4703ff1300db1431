/*
 * test_ctl_listener.c - the socket file, in a folder that anybody writes in.
 *
 * bind() is replaced by one that does to the file what somebody else may do
 * between it and the next call of the daemon.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/ctl_listener.h"

#define OTHER_GROUP	12345

static char folder[64], path[96], victim[96], aside[96];
static void (*meanwhile)(void);

/* Instead of libc's. */
int
bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	int rv = (int)syscall(SYS_bind, fd, sa, len);

	if (rv == 0 && meanwhile != NULL)
		meanwhile();
	return rv;
}

static int
setup(void **state)
{
	int fd;

	(void)state;
	meanwhile = NULL;
	(void)snprintf(folder, sizeof(folder), "/tmp/listener.XXXXXX");
	if (mkdtemp(folder) == NULL || chmod(folder, 0777) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/sock", folder);
	(void)snprintf(victim, sizeof(victim), "%s/victim", folder);
	(void)snprintf(aside, sizeof(aside), "%s/aside", folder);
	fd = open(victim, O_WRONLY | O_CREAT | O_EXCL, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(victim);
	(void)unlink(aside);
	return rmdir(folder);
}

static void
plant_link(void)
{
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(symlink(victim, path), 0);
}

static void
plant_file(void)
{
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(link(victim, path), 0);
}

static void
plant_name(void)
{
	assert_int_equal(link(path, aside), 0);
}

static void
plant_foreign_socket(void)
{
	assert_int_equal(lchown(path, 4321, (gid_t)-1), 0);
}

static void
take_away(void)
{
	assert_int_equal(unlink(path), 0);
}

static gid_t
group_to_give(void)
{
	return geteuid() == 0 ? OTHER_GROUP : getgid();
}

static void
refused(void (*plant)(void), int error)
{
	struct ctl_listener *l = NULL;
	struct stat before, after, st;

	assert_int_equal(stat(victim, &before), 0);
	meanwhile = plant;
	assert_int_equal(ctl_listener_open(path, group_to_give(), &l), error);
	assert_null(l);
	assert_int_equal(stat(victim, &after), 0);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_gid, before.st_gid);
	/* A file of somebody else stays. */
	assert_int_equal(lstat(path, &st), error == -ENOENT ? -1 : 0);
}

static void
test_ctl_listener_follows_no_link_that_was_planted(void **state)
{
	(void)state;
	refused(plant_link, -EPERM);
}

static void
test_ctl_listener_takes_no_other_file_for_its_own(void **state)
{
	(void)state;
	refused(plant_file, -EPERM);
}

static void
test_ctl_listener_takes_no_socket_with_two_names(void **state)
{
	(void)state;
	refused(plant_name, -EPERM);
}

static void
test_ctl_listener_takes_no_socket_of_another_user(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	refused(plant_foreign_socket, -EPERM);
}

static void
test_ctl_listener_says_when_its_file_is_taken_away(void **state)
{
	(void)state;
	refused(take_away, -ENOENT);
}

/* A link that stands there before: to nothing, and to somebody's file. */
static void
test_ctl_listener_takes_no_link_for_a_stale_socket(void **state)
{
	struct ctl_listener *l = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(symlink(aside, path), 0);
	assert_int_equal(ctl_listener_open(path, (gid_t)-1, &l), -EADDRINUSE);
	assert_int_equal(lstat(aside, &st), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(victim, path), 0);
	assert_int_equal(ctl_listener_open(path, (gid_t)-1, &l), -EADDRINUSE);
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
test_ctl_listener_is_for_its_user_and_the_group(void **state)
{
	struct ctl_listener *l = NULL;
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	assert_int_equal(ctl_listener_open(path, group_to_give(), &l), 0);
	assert_int_equal(umask(mask), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(st.st_gid, group_to_give());
	assert_int_equal(st.st_uid, geteuid());
	ctl_listener_close(l, true);
	assert_int_equal(lstat(path, &st), -1);
}

#define T(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ctl_listener_follows_no_link_that_was_planted),
		T(test_ctl_listener_takes_no_other_file_for_its_own),
		T(test_ctl_listener_takes_no_socket_with_two_names),
		T(test_ctl_listener_takes_no_socket_of_another_user),
		T(test_ctl_listener_says_when_its_file_is_taken_away),
		T(test_ctl_listener_takes_no_link_for_a_stale_socket),
		T(test_ctl_listener_is_for_its_user_and_the_group),
	};

	return cmocka_run_group_tests_name("ctl_listener", tests, NULL, NULL);
}
