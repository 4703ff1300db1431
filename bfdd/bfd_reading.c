/*
 * bfd_reading.c - what a reading of bfdd.conf has found, as bytes and back.
 *
 *   u32 magic  u32 layout  good, errors
 *   if good: realtime_priority, packets_max; how many sessions; each of them
 *
 * The layout is the sizes of what is coded.  Ranges are those that the rest of the
 * program relies on; what bfdd.conf(5) says was checked by whoever has read the file.
 */
#include "config.h"

#include "bfdd/bfd_reading.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "shared/conf_bytes.h"

#define MAGIC	0x62636e66	/* "bcnf" */
#define FORMAT	1		/* grows when the same sizes mean something else */

static_assert(sizeof(void *) != 8 || sizeof(struct bfd_params) == 232,
    "a new field?");

#define FLAG(c, x)	CONF_CODE(c, x, 0, 1)
#define SPAN(c, x)	CONF_CODE(c, x, 0, INT64_MAX)
#define TEXT(c, x)	conf_code_text(c, x, sizeof(x))

static uint32_t
layout(void)
{
	return FORMAT << 24 | (uint32_t)sizeof(struct bfd_params) << 12 |
	    (uint32_t)sizeof(struct bfd_config);
}

static void
code_auth(struct conf_coder *c, struct bfd_auth_params *a)
{
	unsigned i;

	CONF_CODE(c, a->type, 0, BFD_AUTH_TYPE_COUNT - 1);
	CONF_CODE(c, a->key_count, 0, BFD_AUTH_KEYS_MAX);
	for (i = 0; i < a->key_count; i++) {
		CONF_CODE(c, a->keys[i].id, 0, UINT8_MAX);
		CONF_CODE(c, a->keys[i].len, 1, BFD_AUTH_KEY_LEN_MAX);
		conf_code_raw(c, a->keys[i].key, sizeof(a->keys[i].key));
	}
	if (a->type != BFD_AUTH_NONE && a->key_count == 0)
		c->refused = true;
}

static void
code_session(struct conf_coder *c, struct bfd_params *p)
{
	TEXT(c, p->name);
	conf_code_addr(c, &p->peer, false);
	conf_code_addr(c, &p->local, true);
	TEXT(c, p->interface);
	CONF_CODE(c, p->desired_min_tx_ns, BFD_INTERVAL_MIN_NS, INT64_MAX);
	SPAN(c, p->required_min_rx_ns);
	CONF_CODE(c, p->detect_mult, 1, UINT8_MAX);
	FLAG(c, p->multihop);
	CONF_CODE(c, p->rx_ttl, 0, UINT8_MAX);
	FLAG(c, p->passive);
	FLAG(c, p->admin_down);
	SPAN(c, p->echo_min_rx_ns);
	SPAN(c, p->echo_tx_ns);
	FLAG(c, p->unaffiliated);
	FLAG(c, p->spared);
	code_auth(c, &p->auth);
	CONF_CODE(c, p->line, 0, INT_MAX);
	if (addr_is_set(&p->local) && p->local.family != p->peer.family)
		c->refused = true;
}

/* All but the sessions. */
static void
code_head(struct conf_coder *c, struct bfd_reading *r, unsigned *sessions)
{
	FLAG(c, r->good);
	conf_code_errors(c, &r->errors);
	/* A reading is good exactly if it has found no error. */
	if (r->good != (r->errors.count == 0))
		c->refused = true;
	if (!r->good)
		return;
	CONF_CODE(c, r->config.realtime_priority, 0, 99);
	SPAN(c, r->config.packets_max);
	CONF_CODE(c, *sessions, 0, BFD_SESSIONS_MAX);
}

size_t
bfd_reading_encode(const struct bfd_reading *from, uint8_t **out)
{
	/* Coding is one function for both ways, which changes nothing here. */
	struct bfd_reading *r = (struct bfd_reading *)(uintptr_t)from;
	/* A field is coded in at most eight times its bytes. */
	size_t size = 8 * (sizeof(r->errors) + (r->good ? r->config.count : 0) *
	    sizeof(struct bfd_params));
	struct conf_coder c = { .reads = false };
	unsigned i;

	*out = malloc(size);
	if (*out == NULL)
		return 0;
	cursor_out_init(&c.out, *out, size);
	cursor_put_u32(&c.out, MAGIC);
	cursor_put_u32(&c.out, layout());
	code_head(&c, r, &r->config.count);
	for (i = 0; r->good && i < r->config.count; i++)
		code_session(&c, &r->config.sessions[i]);
	if (conf_coder_ok(&c) && c.out.len <= BFD_READING_MAX)
		return c.out.len;
	free(*out);
	*out = NULL;
	return 0;
}

static int
decode(struct conf_coder *c, struct bfd_reading *r)
{
	unsigned sessions = 0;

	if (cursor_get_u32(&c->in) != MAGIC ||
	    cursor_get_u32(&c->in) != layout())
		return cursor_in_ok(&c->in) ? -EPROTO : -EBADMSG;
	code_head(c, r, &sessions);
	if (!conf_coder_ok(c))
		return -EBADMSG;
	if (sessions > 0) {
		r->config.sessions = calloc(sessions,
		    sizeof(r->config.sessions[0]));
		if (r->config.sessions == NULL)
			return -ENOMEM;
	}
	while (r->config.count < sessions && conf_coder_ok(c))
		code_session(c, &r->config.sessions[r->config.count++]);
	/* Nothing may be left over. */
	return conf_coder_ok(c) && c->in.left == 0 ? 0 : -EBADMSG;
}

int
bfd_reading_decode(const void *bytes, size_t len, struct bfd_reading *r)
{
	struct conf_coder c = { .reads = true };
	int error;

	cursor_in_init(&c.in, bytes, len);
	error = decode(&c, r);
	if (error < 0) {
		bfd_config_free(&r->config);
		memset(r, 0, sizeof(*r));
	}
	return error;
}
