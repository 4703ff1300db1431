/*
 * vrrp_reading.c - what a reading of vrrpd.conf has found, as values and as bytes.
 *
 *   u32 magic  u32 layout  good, errors, warnings
 *   if good: router_id, realtime_priority, client_grace, nonlocal_bind, check_user;
 *   how many instances, trackers and groups; each of them
 *
 * The layout is a hash of the sizes of all that is coded: bytes of a program whose
 * structs are others are not looked into.
 *
 * Decoding takes one element per step.  The arrays are taken at once, when their
 * lengths are known to be within the limits of vrrp_params.h; they are zeroed, so
 * that a decoding that is given up can be freed at any step.
 */
#include "config.h"

#include "vrrpd/config/vrrp_reading.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/conf.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_bytes.h"

#define MAGIC	0x76636e66	/* "vcnf" */
#define FORMAT	2		/* grows when the same sizes mean something else */
#define ROOM	(256 * 1024)	/* for all but the elements */

struct vrrp_decoding {
	struct conf_coder	 c;
	struct vrrp_reading	*r;
	bool			 begun, done;
	unsigned		 instances, trackers, groups;	/* to come */
};

/* --- files --- */

struct vrrp_reading *
vrrp_reading_of_file(const char *path)
{
	struct vrrp_reading *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->good = vrrp_conf_parse_file(path, &r->config, &r->errors,
		    &r->warnings) == 0;
	return r;
}

struct vrrp_reading *
vrrp_reading_at_rest(const char *path)
{
	struct vrrp_reading *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->good = conf_await_quiet(path, &r->errors) &&
		    vrrp_conf_parse_file(path, &r->config, &r->errors,
		    &r->warnings) == 0;
	return r;
}

void
vrrp_reading_free(struct vrrp_reading *r)
{
	if (r == NULL)
		return;
	vrrp_config_free(&r->config);
	free(r);
}

const char *
vrrp_reading_why(const struct vrrp_reading *r, char *buf, size_t len)
{
	char text[sizeof(struct conf_error) + 32];

	if (r->errors.count == 0)
		(void)snprintf(buf, len, "it is not known what is wrong");
	else if (r->errors.count == 1)
		(void)snprintf(buf, len, "%s", conf_error_format(
		    &r->errors.list[0], text, sizeof(text)));
	else
		(void)snprintf(buf, len, "%s (and %u more)", conf_error_format(
		    &r->errors.list[0], text, sizeof(text)),
		    r->errors.count - 1);
	return buf;
}

/* --- the head --- */

/* FNV-1a, of 32 bits. */
static uint32_t
layout(void)
{
	static const size_t sizes[] = {
		FORMAT, sizeof(struct vrrp_params), sizeof(struct vrrp_vip),
		sizeof(struct vrrp_bfd_params), sizeof(struct vrrp_track_ref),
		sizeof(struct vrrp_notify_params),
		sizeof(struct vrrp_tracker_params),
		sizeof(struct vrrp_group_params), sizeof(struct vrrp_config),
		VRRP_TRACK_KIND_COUNT, VRRP_ADDRESSES_MAX, VRRP_PEERS_MAX,
		VRRP_TRACKS_MAX, VRRP_INSTANCES_MAX, VRRP_TRACKERS_MAX,
		VRRP_GROUPS_MAX, CONF_ERRORS_MAX,
	};
	uint32_t h = 2166136261U;
	size_t i;
	int byte;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (byte = 0; byte < 4; byte++)
			h = (h ^ (uint8_t)(sizes[i] >> 8 * byte)) * 16777619U;
	return h;
}

static void
code_head(struct conf_coder *c, struct vrrp_reading *r)
{
	CONF_CODE(c, r->good, 0, 1);
	conf_code_errors(c, &r->errors);
	conf_code_errors(c, &r->warnings);
	/* A reading is good exactly if it has found no error. */
	if (r->good != (r->errors.count == 0))
		c->refused = true;
}

static void
code_globals(struct conf_coder *c, struct vrrp_config *config,
    unsigned *instances, unsigned *trackers, unsigned *groups)
{
	conf_code_text(c, config->router_id, sizeof(config->router_id));
	CONF_CODE(c, config->realtime_priority, 0, 99);
	CONF_CODE(c, config->client_grace_ns, 0, INT64_MAX);
	CONF_CODE(c, config->nonlocal_bind, 0, 1);
	conf_code_text(c, config->check_user, sizeof(config->check_user));
	CONF_CODE(c, *instances, 0, VRRP_INSTANCES_MAX);
	CONF_CODE(c, *trackers, 0, VRRP_TRACKERS_MAX);
	CONF_CODE(c, *groups, 0, VRRP_GROUPS_MAX);
}

/* --- encoding --- */

/* More than any encoding of it: a field is coded in at most twice its bytes. */
static size_t
room_for(const struct vrrp_reading *r)
{
	const struct vrrp_config *c = &r->config;
	size_t n = ROOM;
	unsigned i;

	if (!r->good)
		return n;
	for (i = 0; i < c->count; i++)
		n += 8192 + vrrp_params_addresses(&c->instances[i]) * 2 *
		    sizeof(struct vrrp_vip) + c->instances[i].route_count * 2 *
		    sizeof(struct vrrp_route) + c->instances[i].rule_count * 2 *
		    sizeof(struct vrrp_rule);
	n += c->tracker_count * 2 * sizeof(struct vrrp_tracker_params);
	for (i = 0; i < c->group_count; i++)
		n += 2 * sizeof(struct vrrp_group_params) +
		    c->groups[i].count * sizeof(uint64_t);
	return n;
}

static void
encode(struct conf_coder *c, const struct vrrp_reading *from)
{
	/* Coding is one function for both ways, which changes nothing here. */
	struct vrrp_reading *r = (struct vrrp_reading *)(uintptr_t)from;
	struct vrrp_config *config = &r->config;
	unsigned i;

	cursor_put_u32(&c->out, MAGIC);
	cursor_put_u32(&c->out, layout());
	code_head(c, r);
	if (!r->good)
		return;
	code_globals(c, config, &config->count, &config->tracker_count,
	    &config->group_count);
	for (i = 0; i < config->count; i++)
		vrrp_code_instance(c, &config->instances[i]);
	for (i = 0; i < config->tracker_count; i++)
		vrrp_code_tracker(c, &config->trackers[i]);
	for (i = 0; i < config->group_count; i++)
		vrrp_code_group(c, &config->groups[i], config->count);
}

size_t
vrrp_reading_encode(const struct vrrp_reading *r, uint8_t **out)
{
	struct conf_coder c = { .reads = false };
	size_t size = room_for(r);
	uint8_t *bytes = size > VRRP_READING_MAX ? NULL : malloc(size);

	if (bytes == NULL)
		return 0;
	cursor_out_init(&c.out, bytes, size);
	encode(&c, r);
	if (!conf_coder_ok(&c)) {
		free(bytes);
		return 0;
	}
	*out = bytes;
	return c.out.len;
}

size_t
vrrp_reading_encode_config(const struct vrrp_config *config, uint8_t **out)
{
	struct vrrp_reading *r = calloc(1, sizeof(*r));
	size_t len;

	if (r == NULL)
		return 0;
	r->good = true;
	r->config = *config;
	len = vrrp_reading_encode(r, out);
	free(r);
	return len;
}

/* --- decoding --- */

struct vrrp_decoding *
vrrp_decoding_begin(const void *bytes, size_t len)
{
	struct vrrp_decoding *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->r = calloc(1, sizeof(*d->r));
	if (d->r == NULL) {
		free(d);
		return NULL;
	}
	d->c.reads = true;
	cursor_in_init(&d->c.in, bytes, len);
	return d;
}

/* The counts are not in the config before there is memory for them. */
static int
begin(struct vrrp_decoding *d)
{
	struct vrrp_config *config = &d->r->config;

	d->begun = true;
	if (cursor_get_u32(&d->c.in) != MAGIC ||
	    cursor_get_u32(&d->c.in) != layout())
		return cursor_in_ok(&d->c.in) ? -EPROTO : -EBADMSG;
	code_head(&d->c, d->r);
	if (!conf_coder_ok(&d->c))
		return -EBADMSG;
	if (!d->r->good)
		return 0;
	code_globals(&d->c, config, &d->instances, &d->trackers, &d->groups);
	if (!conf_coder_ok(&d->c))
		return -EBADMSG;
	config->instances = calloc(d->instances + 1, sizeof(struct vrrp_params));
	config->trackers = calloc(d->trackers + 1,
	    sizeof(struct vrrp_tracker_params));
	config->groups = calloc(d->groups + 1,
	    sizeof(struct vrrp_group_params));
	return config->instances == NULL || config->trackers == NULL ||
	    config->groups == NULL ? -ENOMEM : 0;
}

int
vrrp_decoding_step(struct vrrp_decoding *d)
{
	struct vrrp_config *config = &d->r->config;
	int error = 0;

	if (!d->begun)
		error = begin(d);
	else if (config->count < d->instances)
		vrrp_code_instance(&d->c, &config->instances[config->count++]);
	else if (config->tracker_count < d->trackers)
		vrrp_code_tracker(&d->c,
		    &config->trackers[config->tracker_count++]);
	else if (config->group_count < d->groups)
		vrrp_code_group(&d->c, &config->groups[config->group_count++],
		    config->count);
	if (error < 0 || !conf_coder_ok(&d->c))
		return error < 0 ? error : -EBADMSG;
	if (config->count < d->instances ||
	    config->tracker_count < d->trackers ||
	    config->group_count < d->groups)
		return 1;
	/* Nothing may be left over. */
	d->done = d->c.in.left == 0;
	return d->done ? 0 : -EBADMSG;
}

struct vrrp_reading *
vrrp_decoding_end(struct vrrp_decoding *d)
{
	struct vrrp_reading *r;

	if (d == NULL)
		return NULL;
	r = d->r;
	if (!d->done) {
		vrrp_reading_free(r);
		r = NULL;
	}
	free(d);
	return r;
}

int
vrrp_reading_decode(const void *bytes, size_t len, struct vrrp_reading **out)
{
	struct vrrp_decoding *d = vrrp_decoding_begin(bytes, len);
	int rc;

	if (d == NULL)
		return -ENOMEM;
	do
		rc = vrrp_decoding_step(d);
	while (rc > 0);
	if (rc < 0) {
		(void)vrrp_decoding_end(d);
		return rc;
	}
	*out = vrrp_decoding_end(d);
	return 0;
}

int
vrrp_reading_copy_config(const struct vrrp_config *config,
    struct vrrp_config *out)
{
	struct vrrp_reading *r = NULL;
	uint8_t *bytes = NULL;
	size_t len = vrrp_reading_encode_config(config, &bytes);
	int error = len == 0 ? -ENOMEM : vrrp_reading_decode(bytes, len, &r);

	free(bytes);
	if (error < 0)
		return -ENOMEM;
	*out = r->config;
	memset(&r->config, 0, sizeof(r->config));
	vrrp_reading_free(r);
	return 0;
}
