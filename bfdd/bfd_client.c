/*
 * bfd_client.c - the clients of the control socket, and what their end means.
 *
 * The pings of L-21 count answers, not time: a deadline is missed when
 * BFD_PINGS_MAX of them, sent a quarter of it apart, are unanswered at the fourth
 * quarter.  So a machine that sleeps for as long costs a client one ping.  When
 * we ourselves come late to a ping, the client may have been kept from running
 * by the same thing: it is asked anew, and the count begins again.
 *
 * A client that hangs is not asked again.  The pings it has not read will make it
 * speak when it goes on.
 */
#include "config.h"

#include "bfdd/bfd_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_wishes.h"
#include "shared/log.h"
#include "shared/pure/token_bucket.h"

#define WORDS_EVERY_NS	(1 * NS_PER_S)
#define WORDS_BURST	64
#define MORE_LEN	40

struct bfd_clients {
	struct loop		*loop;
	struct bfd_engine	*engine;
	struct bfd_client	*first;
	void			(*answers_again)(struct bfd_client *,
				    void *arg);
	void			*arg;
	struct token_bucket	 words;		/* about clients that die */
};

struct bfd_clients *
bfd_clients_new(struct loop *loop,
    void (*answers_again)(struct bfd_client *, void *arg), void *arg)
{
	struct bfd_clients *cs = calloc(1, sizeof(*cs));

	if (cs == NULL)
		return NULL;
	cs->loop = loop;
	cs->answers_again = answers_again;
	cs->arg = arg;
	token_bucket_init(&cs->words, WORDS_EVERY_NS, WORDS_BURST);
	return cs;
}

static void
client_free(struct bfd_client *c)
{
	struct bfd_client **at = &c->clients->first;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (c->conn != NULL)
		ctl_client_conn_set_data(c->conn, NULL);
	loop_timer_free(c->timer);
	free(c->interfaces);
	free(c);
}

void
bfd_clients_free(struct bfd_clients *cs)
{
	if (cs == NULL)
		return;
	while (cs->first != NULL)
		client_free(cs->first);
	free(cs);
}

void
bfd_clients_set_engine(struct bfd_clients *cs, struct bfd_engine *engine)
{
	cs->engine = engine;
}

struct bfd_client *
bfd_clients_first(const struct bfd_clients *cs)
{
	return cs->first;
}

bool
bfd_client_in_charge(const struct bfd_client *c, const struct bfd_session *s,
    const struct bfd_wish *w)
{
	unsigned i;

	for (i = 0; i < c->interface_count && !w->p.spared; i++)
		if (strcmp(c->interfaces[i], s->core.p.interface) == 0)
			return true;
	return false;
}

static bool
shares(const struct bfd_session *s, const struct bfd_wish *w, void *arg)
{
	return bfd_client_in_charge(arg, s, w);
}

/*
 * Another client is in charge there now: the router goes on, whatever the next
 * life did not ask for again (L-24).
 */
static bool
is_succeeded(const struct bfd_client *c, const struct bfd_session *s,
    const struct bfd_wish *w)
{
	const struct bfd_client *o;

	for (o = c->clients->first; o != NULL; o = o->next)
		if (o != c && o->conn != NULL && !o->hung &&
		    bfd_client_in_charge(o, s, w))
			return true;
	return false;
}

static bool
shares_death(const struct bfd_session *s, const struct bfd_wish *w, void *arg)
{
	return bfd_client_in_charge(arg, s, w) && !is_succeeded(arg, s, w);
}

/* --- the end of a client --- */

/*
 * Clients that come and go for nothing must not fill the log.  more: the end of
 * the line, which says how many lines were left out before.
 */
static bool
may_log(struct bfd_client *c, char more[MORE_LEN])
{
	uint64_t left_out;

	if (!token_bucket_take(&c->clients->words, loop_clock(), &left_out))
		return false;
	more[0] = '\0';
	if (left_out > 0)
		(void)snprintf(more, MORE_LEN, " suppressed=%llu",
		    (unsigned long long)left_out);
	return true;
}

/* The peers hear of the death where nobody succeeds; the client is freed. */
static void
bury(struct bfd_client *c)
{
	struct bfd_engine *engine = c->clients->engine;
	char more[MORE_LEN];
	unsigned signalled;

	if (engine != NULL) {
		signalled = bfd_engine_owner_dead(engine, c, shares_death, c);
		bfd_engine_owner_gone(engine, c);
		if (c->interface_count > 0 && may_log(c, more))
			log_warning("client vanished client=\"%s\" "
			    "in_charge=%u signalled=%u%s",
			    c->name, c->interface_count, signalled, more);
	}
	client_free(c);
}

void
bfd_client_gone(struct bfd_client *c, bool clean)
{
	struct bfd_engine *engine = c->clients->engine;
	char more[MORE_LEN];

	c->conn = NULL;
	if (clean && engine != NULL)
		bfd_engine_owner_gone(engine, c);
	if (clean || engine == NULL)
		client_free(c);
	else if (c->hung || c->grace_ns == 0)
		bury(c);
	else {
		if (may_log(c, more))
			log_notice("client vanished client=\"%s\" "
			    "grace_ms=%lld%s", c->name,
			    (long long)(c->grace_ns / NS_PER_MS), more);
		loop_timer_set(c->timer, mono_add(loop_clock(), c->grace_ns));
	}
}

static void
hangs(struct bfd_client *c)
{
	char more[MORE_LEN];
	unsigned signalled;

	c->hung = true;
	c->silences++;
	signalled = bfd_engine_owner_dead(c->clients->engine, c, shares, c);
	if (may_log(c, more))
		log_warning("client does not answer client=\"%s\" "
		    "within_ms=%lld signalled=%u%s", c->name,
		    (long long)(c->answer_within_ns / NS_PER_MS), signalled,
		    more);
}

/* --- pings --- */

static bool
is_asked(const struct bfd_client *c)
{
	return c->conn != NULL && c->interface_count > 0 &&
	    c->answer_within_ns > 0 && !c->hung;
}

static void
ping(struct bfd_client *c)
{
	json_t *params = json_object();

	if (params != NULL)
		ctl_client_conn_notify(c->conn, "ping", "ping", params);
	c->missed++;
}

static void
timer_due(mono_t deadline, void *arg)
{
	struct bfd_client *c = arg;
	int64_t every_ns = c->answer_within_ns / (BFD_PINGS_MAX + 1);
	mono_t now = loop_clock();

	if (c->conn == NULL) {
		bury(c);
		return;
	}
	if (c->clients->engine == NULL || !is_asked(c))
		return;
	if (mono_sub(now, deadline) > every_ns / 2)
		c->missed = 0;		/* bfdd was late, not the client */
	if (c->missed == BFD_PINGS_MAX) {
		hangs(c);
		return;
	}
	ping(c);
	loop_timer_set(c->timer, mono_add(now, every_ns));
}

void
bfd_client_answers(struct bfd_client *c)
{
	char more[MORE_LEN];

	c->missed = 0;
	if (!c->hung)
		return;
	c->hung = false;
	if (may_log(c, more))
		log_notice("client answers again client=\"%s\"%s",
		    c->name, more);
	bfd_engine_owner_alive(c->clients->engine, c);
	c->clients->answers_again(c, c->clients->arg);
	loop_timer_set(c->timer, is_asked(c) ? loop_clock() : MONO_NEVER);
}

/* --- the life of a client --- */

struct bfd_client *
bfd_client_of(struct bfd_clients *cs, struct ctl_client_conn *conn)
{
	struct bfd_client *c = ctl_client_conn_data(conn);

	if (c != NULL)
		return c;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->clients = cs;
	c->timer = loop_timer_new(cs->loop, timer_due, c);
	if (c->timer == NULL) {
		free(c);
		return NULL;
	}
	c->conn = conn;
	(void)snprintf(c->name, sizeof(c->name), "%s",
	    ctl_client_conn_name(conn));
	c->next = cs->first;
	cs->first = c;
	ctl_client_conn_set_data(conn, c);
	return c;
}

bool
bfd_client_set_fate(struct bfd_client *c, const json_t *interfaces,
    int64_t grace_ns, int64_t answer_within_ns)
{
	size_t count = json_array_size(interfaces), i;
	char (*names)[IF_NAMESIZE];
	int64_t asked_ns = is_asked(c) ? c->answer_within_ns : 0;

	names = calloc(count + 1, sizeof(*names));
	if (names == NULL)
		return false;
	for (i = 0; i < count; i++)
		(void)snprintf(names[i], sizeof(names[i]), "%s",
		    json_string_value(json_array_get(interfaces, i)));
	free(c->interfaces);
	c->interfaces = names;
	c->interface_count = (unsigned)count;
	c->grace_ns = grace_ns;
	c->answer_within_ns = answer_within_ns;
	c->declared = true;
	if (is_asked(c) && answer_within_ns != asked_ns) {
		c->missed = 0;
		loop_timer_set(c->timer, loop_clock());
	} else if (!is_asked(c))
		loop_timer_set(c->timer, MONO_NEVER);
	return true;
}

void
bfd_client_inherits(struct bfd_client *heir, const struct bfd_params *key)
{
	struct bfd_client *c;

	for (c = heir->clients->first; c != NULL; c = c->next)
		if (c->conn == NULL)
			bfd_engine_inherit(heir->clients->engine, c, heir, key);
}

void
bfd_client_inherits_offer(struct bfd_client *heir, const char *interface,
    uint8_t family)
{
	struct bfd_client *c;

	for (c = heir->clients->first; c != NULL; c = c->next)
		if (c->conn == NULL)
			bfd_engine_inherit_offer(heir->clients->engine, c,
			    heir, interface, family);
}
