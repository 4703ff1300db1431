/*
 * ctl_backlog.c - notifications that are due to subscribers who have to wait (see
 * ctl_backlog.h).
 *
 * A list in the order of the numbers, and a hash of the levels in it.  A daemon
 * has no more objects than levels fit, but objects that come and go are told about
 * as well.  Owned by one server, and nothing here calls anybody.
 */
#include "config.h"

#include "shared/ctl_backlog.h"

#include <sys/queue.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared/ctl_queue.h"

#define BUCKETS		1024

struct entry {
	TAILQ_ENTRY(entry)	 next;
	SLIST_ENTRY(entry)	 chain;		/* levels */
	struct ctl_due		 due;
	unsigned		 bucket;
	char			 text[];	/* topic and key */
};

struct ctl_backlog {
	TAILQ_HEAD(, entry)	 list;
	SLIST_HEAD(, entry)	 buckets[BUCKETS];
	unsigned		 events, levels;
	uint64_t		 newest;
};

struct ctl_backlog *
ctl_backlog_new(void)
{
	struct ctl_backlog *b = calloc(1, sizeof(*b));

	if (b != NULL)
		TAILQ_INIT(&b->list);
	return b;
}

void
ctl_backlog_free(struct ctl_backlog *b)
{
	if (b == NULL)
		return;
	while (!TAILQ_EMPTY(&b->list))
		ctl_backlog_drop_first(b);
	assert(b->events == 0 && b->levels == 0);
	free(b);
}

static unsigned
bucket_of(const char *topic, const char *key)
{
	uint32_t h = 2166136261U;	/* FNV-1a */

	for (; *topic != '\0'; topic++)
		h = (h ^ (uint8_t)*topic) * 16777619U;
	for (; *key != '\0'; key++)
		h = (h ^ (uint8_t)*key) * 16777619U;
	return h % BUCKETS;
}

static struct entry *
find(struct ctl_backlog *b, const char *topic, const char *key)
{
	struct entry *e;

	SLIST_FOREACH(e, &b->buckets[bucket_of(topic, key)], chain) {
		if (strcmp(e->due.topic, topic) == 0 &&
		    strcmp(e->due.key, key) == 0)
			return e;
	}
	return NULL;
}

static struct entry *
entry_new(struct ctl_backlog *b, const char *topic, const char *key)
{
	size_t topic_size = strlen(topic) + 1;
	size_t key_size = key != NULL ? strlen(key) + 1 : 0;
	struct entry *e;

	if (key == NULL ? b->events == CTL_EVENTS_MAX :
	    b->levels == CTL_LEVELS_MAX)
		return NULL;
	e = malloc(sizeof(*e) + topic_size + key_size);
	if (e == NULL)
		return NULL;
	memcpy(e->text, topic, topic_size);
	e->due = (struct ctl_due){ .topic = e->text };
	if (key == NULL) {
		b->events++;
		return e;
	}
	memcpy(e->text + topic_size, key, key_size);
	e->due.key = e->text + topic_size;
	e->bucket = bucket_of(topic, key);
	SLIST_INSERT_HEAD(&b->buckets[e->bucket], e, chain);
	b->levels++;
	return e;
}

bool
ctl_backlog_add(struct ctl_backlog *b, const char *topic, const char *key,
    struct ctl_body *body)
{
	struct entry *e = key != NULL ? find(b, topic, key) : NULL;

	if (e != NULL) {
		TAILQ_REMOVE(&b->list, e, next);
		ctl_queue_body_release(e->due.body);
		e->due.replaced++;
	} else if ((e = entry_new(b, topic, key)) == NULL)
		return false;
	e->due.body = ctl_queue_body_ref(body);
	e->due.number = ++b->newest;
	TAILQ_INSERT_TAIL(&b->list, e, next);
	return true;
}

const struct ctl_due *
ctl_backlog_first(const struct ctl_backlog *b)
{
	const struct entry *e = TAILQ_FIRST(&b->list);

	return e == NULL ? NULL : &e->due;
}

void
ctl_backlog_drop_first(struct ctl_backlog *b)
{
	struct entry *e = TAILQ_FIRST(&b->list);

	TAILQ_REMOVE(&b->list, e, next);
	if (e->due.key == NULL)
		b->events--;
	else {
		SLIST_REMOVE(&b->buckets[e->bucket], e, entry, chain);
		b->levels--;
	}
	ctl_queue_body_release(e->due.body);
	free(e);
}

uint64_t
ctl_backlog_newest(const struct ctl_backlog *b)
{
	return b->newest;
}
