/*
 * vrrp_check_file.c - `file`: while it exists, this router is drained; or its number.
 *
 * A change of its folder is told by inotify; once a second the file is looked
 * at as well, for folders that come and go and file systems that tell nothing.
 * A file that cannot be looked at counts as there: a check that cannot be made
 * has failed.
 *
 * A number is read when its writer has closed the file.  No file, and one without a
 * number in it, is 0, as keepalived has it: nothing is added then.
 */
#include "config.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vrrpd/helper/vrrp_check_kinds.h"

#define LOOK_NS		NS_PER_S
#define EVENTS		(IN_CREATE | IN_DELETE | IN_MOVED_FROM |	\
			    IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | \
			    IN_CLOSE_WRITE)
#define NUMBER_MAX	64	/* characters that are read */

struct file {
	struct vrrp_checked			*checked;
	const struct vrrp_tracker_params	*p;
	char					 folder[VRRP_PATH_MAX];
	int					 inotify;
	struct loop_fd				*event;
	struct loop_timer			*timer;
};

/* A text that begins with a number; else 0. */
static int32_t
number_of(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text)
		return 0;
	return n > INT32_MAX ? INT32_MAX : n < INT32_MIN ? INT32_MIN :
	    (int32_t)n;
}

static int32_t
read_number(const char *path)
{
	char text[NUMBER_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n = 0;

	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, text, NUMBER_MAX);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return number_of(text);
}

static void
look(struct file *f, mono_t now)
{
	char reason[VRRP_LEVEL_REASON_MAX];
	struct stat st;

	if (f->p->number) {
		vrrp_checked_value(f->checked, read_number(f->p->path), now);
		return;
	}
	if (lstat(f->p->path, &st) == 0) {
		(void)snprintf(reason, sizeof(reason), "%.80s is there",
		    f->p->path);
		vrrp_checked_level(f->checked, false, now, reason);
	} else if (errno == ENOENT || errno == ENOTDIR) {
		vrrp_checked_level(f->checked, true, now, NULL);
	} else {
		(void)snprintf(reason, sizeof(reason), "cannot look: %s",
		    strerror(errno));
		vrrp_checked_level(f->checked, false, now, reason);
	}
}

/* The same folder again is no second watch; a new one in its place is. */
static void
watch(struct file *f)
{
	if (f->inotify >= 0)
		(void)inotify_add_watch(f->inotify, f->folder,
		    EVENTS | IN_ONLYDIR);
}

static void
on_event(int fd, void *arg)
{
	struct file *f = arg;
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
	look(f, loop_now(vrrp_checked_loop(f->checked)));
}

static void
on_timer(mono_t deadline, void *arg)
{
	struct file *f = arg;
	mono_t now = loop_now(vrrp_checked_loop(f->checked));

	(void)deadline;
	watch(f);
	look(f, now);
	loop_timer_set(f->timer, mono_add(now, LOOK_NS));
}

static void
file_close(void *state)
{
	struct file *f = state;

	loop_fd_free(f->event);
	loop_timer_free(f->timer);
	if (f->inotify >= 0)
		(void)close(f->inotify);
	free(f);
}

static void *
file_open(struct vrrp_checked *c, const struct vrrp_tracker_params *p)
{
	struct file *f = calloc(1, sizeof(*f));
	char *slash;

	if (f == NULL)
		return NULL;
	f->checked = c;
	f->p = p;
	(void)snprintf(f->folder, sizeof(f->folder), "%s", p->path);
	slash = strrchr(f->folder, '/');
	slash[slash == f->folder ? 1 : 0] = '\0';
	/* Without inotify, of which there may be too many, the timer is enough. */
	f->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->inotify >= 0)
		f->event = loop_fd_new(vrrp_checked_loop(c), f->inotify,
		    on_event, f);
	f->timer = loop_timer_new(vrrp_checked_loop(c), on_timer, f);
	if (f->timer == NULL) {
		file_close(f);
		return NULL;
	}
	loop_timer_set(f->timer, loop_clock());
	return f;
}

const struct vrrp_checks_kind vrrp_check_file = {
	.kind = VRRP_TRACK_FILE,
	.open = file_open,
	.close = file_close,
};
