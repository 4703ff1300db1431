/*
 * reader.c - the readers of vrrpd.conf and bfdd.conf: vrrpd/monitor/vrrp_reader.h and
 * bfdd/bfd_reader.h without their children.
 *
 * A file is read at the end of a few milliseconds, so that whatever happens
 * meanwhile happens to a reading that is under way.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_conf.h"
#include "bfdd/bfd_reader.h"
#include "test/world/host.h"
#include "test/world/proc.h"
#include "test/world/world.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/monitor/vrrp_reader.h"

#define READ_MAX_NS	(20 * NS_PER_MS)

struct vrrp_reader {
	struct vrrp_reader_config config;
	struct loop_timer	*timer;
};

static void
due(mono_t deadline, void *arg)
{
	struct vrrp_reader *r = arg;
	struct vrrp_reading *found = vrrp_reading_of_file(r->config.conf);
	uint8_t *bytes;
	size_t len = vrrp_reading_encode(found, &bytes);

	(void)deadline;
	if (len == 0)
		world_fail("%s: cannot be encoded", r->config.conf);
	vrrp_reading_free(found);
	r->config.done(bytes, len, NULL, r->config.arg);
}

struct vrrp_reader *
vrrp_reader_new(struct loop *loop, const struct vrrp_reader_config *config)
{
	struct vrrp_reader *r = world_alloc(sizeof(*r));

	r->config = *config;
	r->timer = loop_timer_new(loop, due, r);
	return r;
}

void
vrrp_reader_program(struct vrrp_reader *r, const char *path)
{
	(void)r;
	(void)path;
}

int
vrrp_reader_start(struct vrrp_reader *r)
{
	loop_timer_set(r->timer, mono_add(loop_clock(),
	    (int64_t)world_draw(READ_MAX_NS)));
	return 0;
}

void
vrrp_reader_stop(struct vrrp_reader *r)
{
	loop_timer_set(r->timer, MONO_NEVER);
}

void
vrrp_reader_forget(struct vrrp_reader *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	free(r);
}

void
vrrp_reader_free(struct vrrp_reader *r)
{
	vrrp_reader_forget(r);
}

int
vrrp_reader_live(const char *conf, int fd)
{
	(void)fd;
	world_fail("%s: nobody executes a reader here", conf);
}

/* --- bfdd --- */

struct bfd_reader {
	struct bfd_reader_config config;
	struct loop_timer	*timer;
};

static void
bfdd_due(mono_t deadline, void *arg)
{
	struct bfd_reader *r = arg;
	struct bfd_config config = { .count = 0 };
	static struct conf_errors errors;
	bool good;

	(void)deadline;
	memset(&errors, 0, sizeof(errors));
	good = bfd_conf_parse_file(r->config.conf, &config, &errors) == 0;
	r->config.done(good, &config, &errors, r->config.arg);
}

struct bfd_reader *
bfd_reader_new(struct loop *loop, const struct bfd_reader_config *config)
{
	struct bfd_reader *r = world_alloc(sizeof(*r));

	r->config = *config;
	r->timer = loop_timer_new(loop, bfdd_due, r);
	return r;
}

int
bfd_reader_start(struct bfd_reader *r)
{
	loop_timer_set(r->timer, mono_add(loop_clock(),
	    (int64_t)world_draw(READ_MAX_NS)));
	return 0;
}

void
bfd_reader_free(struct bfd_reader *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	free(r);
}

int
bfd_reader_live(int fd, bool (*read)(struct bfd_config *,
    struct conf_errors *, void *arg), void *arg)
{
	(void)fd;
	(void)read;
	(void)arg;
	world_fail("nobody executes a reader of bfdd.conf here");
}
