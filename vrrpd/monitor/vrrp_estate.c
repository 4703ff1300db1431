/*
 * vrrp_estate.c - keeps last wills and carries them out.
 *
 * A will is kept as the bytes it came in, decoded once to see that it is good
 * and again when it is carried out: no pointer into a copy that moves is ever
 * kept.  The monitor's memory is locked, so that no will has to be read from a
 * disk at the moment it matters.
 *
 * Carrying out is every advert of every instance first, since each starts some
 * Backup's skew; then the addresses; then words.  The system calls are in
 * vrrp_executor.c.
 *
 * No will is stale: each is the newest that its instance left, and of the living
 * engine or of the one whose place that took on a planned restart.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_estate.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/monitor/vrrp_executor.h"
#include "vrrpd/pure/vrrp_will.h"

#define LOG_EVERY_NS	(10 * NS_PER_S)
#define LOG_BURST	8

struct kept {
	char		 name[VRRP_WILL_NAME_MAX];
	unsigned	 engine;	/* the one that left this will, counted */
	size_t		 len;
	uint8_t		*bytes;		/* owned */
};

struct vrrp_estate {
	struct vrrp_executor	*executor;
	unsigned		 engine;	/* the living one, counted */
	bool			 inherited;	/* some wills are of the engine before */
	unsigned		 count;
	size_t			 total;		/* bytes */
	struct kept		 kept[VRRP_ESTATE_MAX];
	struct vrrp_will	 will;		/* decoded from one of them */
	struct token_bucket	 void_bucket;
};

/* --- keeping --- */

static void
check(const struct vrrp_estate *e)
{
	size_t total = 0;
	unsigned i;

	assert(e->count <= VRRP_ESTATE_MAX);
	for (i = 0; i < e->count; i++) {
		assert(e->kept[i].name[0] != '\0' && e->kept[i].len > 0);
		assert(e->kept[i].engine == e->engine ||
		    (e->inherited && e->kept[i].engine < e->engine));
		total += e->kept[i].len;
	}
	assert(total == e->total && total <= VRRP_ESTATE_BYTES);
}

static struct kept *
find(struct vrrp_estate *e, const char *name)
{
	unsigned i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->kept[i].name, name) == 0)
			return &e->kept[i];
	return NULL;
}

static void
drop(struct vrrp_estate *e, struct kept *k)
{
	e->total -= k->len;
	free(k->bytes);
	*k = e->kept[--e->count];
}

/* Keep a good will, in place of the older one of its name. */
static enum vrrp_refusal
put(struct vrrp_estate *e, const uint8_t *body, size_t len)
{
	struct kept *k;
	uint8_t *copy;
	size_t older;

	if (!vrrp_will_decode(body, len, &e->will))
		return VRRP_REFUSAL_BODY;
	k = find(e, e->will.name);
	older = k == NULL ? 0 : k->len;
	if ((k == NULL && e->count == VRRP_ESTATE_MAX) ||
	    e->total - older + len > VRRP_ESTATE_BYTES ||
	    (copy = malloc(len)) == NULL)
		return VRRP_REFUSAL_ROOM;
	memcpy(copy, body, len);
	if (k != NULL)
		drop(e, k);
	k = &e->kept[e->count++];
	memcpy(k->name, e->will.name, sizeof(k->name));
	k->engine = e->engine;
	k->bytes = copy;
	k->len = len;
	e->total += len;
	return VRRP_REFUSAL_NONE;
}

/*
 * A will that is refused makes the older one of its instance a stale one, which
 * speaks of frames and addresses that the engine has replaced.  So the older one
 * goes, and the instance is without a will until the next.  Should the engine die
 * meanwhile, its addresses stay until the next engine clears them, and the peers
 * wait for their timers.
 *
 * A body so broken that it names nobody leaves all wills alone.  The name comes
 * first in the body, and an engine that replaces the will of an instance writes
 * that name: a body without one comes from no instance, and makes no will stale.
 */
static void
void_older(struct vrrp_estate *e, const uint8_t *body, size_t len)
{
	char name[VRRP_WILL_NAME_MAX];
	uint64_t suppressed;
	struct kept *k;

	if (!vrrp_will_name(body, len, name) || (k = find(e, name)) == NULL)
		return;
	drop(e, k);
	if (token_bucket_take(&e->void_bucket, loop_clock(), &suppressed))
		log_err("will instance=%s void: the next one was refused "
		    "suppressed=%" PRIu64, name, suppressed);
}

static enum vrrp_refusal
keep(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_estate *e = arg;
	enum vrrp_refusal why = put(e, body, len);

	if (why != VRRP_REFUSAL_NONE)
		void_older(e, body, len);
	check(e);
	return why;
}

static enum vrrp_refusal
forget(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_estate *e = arg;
	char name[VRRP_WILL_NAME_MAX];
	struct kept *k;

	if (memchr(body, '\0', len) != NULL)
		return VRRP_REFUSAL_BODY;
	memcpy(name, body, len);
	name[len] = '\0';
	k = find(e, name);
	if (k != NULL)
		drop(e, k);
	check(e);
	return VRRP_REFUSAL_NONE;
}

void
vrrp_estate_attach(struct vrrp_estate *e, struct vrrp_channel *channel)
{
	e->engine++;
	e->inherited = e->count > 0;
	vrrp_channel_handle(channel, VRRP_MSG_WILL, keep, e);
	vrrp_channel_handle(channel, VRRP_MSG_WILL_REVOKE, forget, e);
	check(e);
}

void
vrrp_estate_settle(struct vrrp_estate *e, const struct vrrp_handoff *h)
{
	const struct vrrp_handoff_entry *entry;
	struct kept *k;
	unsigned i;

	for (i = e->count; i-- > 0;) {
		k = &e->kept[i];
		entry = vrrp_handoff_find(h, k->name);
		if (k->engine != e->engine && (entry == NULL ||
		    (entry->flags & VRRP_HANDOFF_ACTIVE) == 0))
			drop(e, k);
		else
			k->engine = e->engine;
	}
	e->inherited = false;
	check(e);
}

/* --- carrying out --- */

static unsigned
send_adverts(struct vrrp_estate *e)
{
	unsigned i, sent = 0;

	for (i = 0; i < e->will.frame_count; i++)
		if (vrrp_executor_send(e->executor, &e->will.frames[i]) == 0)
			sent++;
	return sent;
}

static void
look_at(struct vrrp_estate *e, unsigned i)
{
	bool good = vrrp_will_decode(e->kept[i].bytes, e->kept[i].len,
	    &e->will);

	assert(good);		/* as when the will came */
}

static void
say(const struct vrrp_estate *e, unsigned adverts, int error)
{
	if (error < 0)
		log_err("will instance=%s cannot withdraw its addresses: %s",
		    e->will.name, strerror(-error));
	log_notice("will instance=%s adverts=%u of=%u addresses %s",
	    e->will.name, adverts, e->will.frame_count, error < 0 ?
	    "not all withdrawn" : "withdrawn");
}

/* A will without adverts is of an instance that had resigned already. */
void
vrrp_estate_list(struct vrrp_estate *e, struct vrrp_handoff *h)
{
	struct vrrp_handoff_entry *entry;
	unsigned i;

	for (i = 0; i < e->count && h->count < VRRP_HANDOFF_MAX; i++) {
		look_at(e, i);
		if (e->will.frame_count == 0 ||
		    vrrp_handoff_find(h, e->will.name) != NULL)
			continue;
		entry = &h->list[h->count++];
		*entry = (struct vrrp_handoff_entry){
		    .flags = VRRP_HANDOFF_WILLED };
		if (e->will.flags & VRRP_WILL_WITHOUT)
			entry->flags |= VRRP_HANDOFF_WITHOUT;
		memcpy(entry->name, e->will.name, sizeof(entry->name));
	}
	h->left = loop_clock();
}

unsigned
vrrp_estate_execute(struct vrrp_estate *e)
{
	uint16_t adverts[VRRP_ESTATE_MAX];
	int errors[VRRP_ESTATE_MAX];
	unsigned count = e->count, i;

	for (i = 0; i < count; i++) {
		look_at(e, i);
		adverts[i] = (uint16_t)send_adverts(e);
	}
	for (i = 0; i < count; i++) {
		look_at(e, i);
		errors[i] = vrrp_executor_withdraw(e->executor,
		    e->will.netlink, e->will.netlink_len);
	}
	for (i = 0; i < count; i++) {
		look_at(e, i);
		say(e, adverts[i], errors[i]);
	}
	while (e->count > 0)
		drop(e, &e->kept[e->count - 1]);
	check(e);
	return count;
}

/* --- life --- */

unsigned
vrrp_estate_count(const struct vrrp_estate *e)
{
	return e->count;
}

int
vrrp_estate_open(struct vrrp_estate **out)
{
	struct vrrp_estate *e = calloc(1, sizeof(*e));
	int error;

	if (e == NULL)
		return -ENOMEM;
	token_bucket_init(&e->void_bucket, LOG_EVERY_NS, LOG_BURST);
	error = vrrp_executor_open(&e->executor);
	if (error < 0) {
		free(e);
		return error;
	}
	*out = e;
	return 0;
}

void
vrrp_estate_close(struct vrrp_estate *e)
{
	if (e == NULL)
		return;
	while (e->count > 0)
		drop(e, &e->kept[e->count - 1]);
	vrrp_executor_close(e->executor);
	free(e);
}
