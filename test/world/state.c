/*
 * state.c - the disk of a host: shared/state_file.h and vrrp_writer.h.
 *
 * Files are those of paths.c, which outlive every process and a loss of power.
 * A write takes a few milliseconds, and happens at its end or, when its process
 * is killed meanwhile, not at all.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/state_file.h"
#include "test/world/host.h"
#include "test/world/paths.h"
#include "test/world/proc.h"
#include "test/world/world.h"
#include "vrrpd/monitor/vrrp_writer.h"

#define WRITE_MAX_NS	(20 * NS_PER_MS)

struct vrrp_writer {
	struct host		*host;
	struct loop_timer	*timer;
	vrrp_writer_done	 done;
	void			*arg;
	char			*path, *text;	/* at work; else NULL */
};

int
state_file_folder(const char *path, uid_t uid)
{
	(void)path;
	(void)uid;
	return 0;
}

int
state_file_read(const char *path, char *buf, size_t size, size_t *len)
{
	const struct path *p = path_find(world->running->host, path);

	if (p == NULL || p->text == NULL)
		return -ENOENT;
	*len = strlen(p->text);
	if (*len > size)
		return -EFBIG;
	memcpy(buf, p->text, *len);
	return 0;
}

int
state_file_set_aside(const char *path)
{
	world_fail("%s is damaged", path);
}

/* --- the writer --- */

static void
finish(struct vrrp_writer *w)
{
	char *path = w->path, *text = w->text;

	w->path = w->text = NULL;
	path_write(w->host, path, text);
	free(path);
	free(text);
	w->done(0, w->arg);
}

static void
due(mono_t deadline, void *arg)
{
	(void)deadline;
	finish(arg);
}

struct vrrp_writer *
vrrp_writer_new(struct loop *loop, vrrp_writer_done done, void *arg)
{
	struct vrrp_writer *w = world_alloc(sizeof(*w));

	w->host = world->running->host;
	w->timer = loop_timer_new(loop, due, w);
	w->done = done;
	w->arg = arg;
	return w;
}

int
vrrp_writer_start(struct vrrp_writer *w, const char *path, const void *bytes,
    size_t len)
{
	if (w->path != NULL)
		return -EBUSY;
	w->path = strdup(path);
	w->text = strndup(bytes, len);
	loop_timer_set(w->timer, mono_add(loop_clock(),
	    (int64_t)world_draw(WRITE_MAX_NS)));
	return 0;
}

bool
vrrp_writer_is_busy(const struct vrrp_writer *w)
{
	return w->path != NULL;
}

void
vrrp_writer_wait(struct vrrp_writer *w, mono_t deadline)
{
	(void)deadline;
	if (w->path != NULL)
		finish(w);
}

void
vrrp_writer_free(struct vrrp_writer *w)
{
	if (w == NULL)
		return;
	loop_timer_free(w->timer);
	free(w->path);
	free(w->text);
	free(w);
}
