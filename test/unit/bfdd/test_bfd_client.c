/*
 * test_bfd_client.c - what the end of a client means, in virtual time.
 *
 * Everything that bfd_client.c calls is replaced here by link order: the clock
 * and the timers of the loop, the connections of the control socket, and the
 * engine, which writes down what it was asked to do.  calloc() is wrapped and
 * can be made to fail.  The same with real sessions is in test_bfd_ctl.c.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_client.h"
#include "bfdd/bfd_wishes.h"
#include "shared/log.h"

#define MS	NS_PER_MS
#define TIMERS	8

/* --- the world --- */

struct loop_timer {
	loop_timer_cb	 cb;
	void		*arg;
	mono_t		 at;
	bool		 used;
};

struct ctl_client_conn {
	const char	*name;
	void		*data;
	unsigned	 pings;
};

static struct ctl_client_conn a, b, other, next_life;
static mono_t now;
static struct loop_timer timers[TIMERS];
static int timers_left;			/* timers that can be made; -1: any */
static int callocs_left;
static char words[2048];		/* calls of the engine */
static char lines[2048];		/* of the log */
static unsigned signalled;		/* the engine's answer */
static struct bfd_clients *clients;
static struct bfd_client *told;		/* by answers_again() */

/* Never looked into. */
static struct bfd_engine *const engine = (struct bfd_engine *)words;
static struct loop *const loop = (struct loop *)lines;

void	*__real_calloc(size_t, size_t);
void	*__wrap_calloc(size_t, size_t);

void *
__wrap_calloc(size_t n, size_t size)
{
	if (callocs_left == 0)
		return NULL;
	if (callocs_left > 0)
		callocs_left--;
	return __real_calloc(n, size);
}

mono_t
loop_clock(void)
{
	return now;
}

struct loop_timer *
loop_timer_new_as(struct loop *l, const char *file, const char *name,
    loop_timer_cb cb, void *arg)
{
	unsigned i;

	(void)file;
	(void)name;
	assert_ptr_equal(l, loop);
	if (timers_left == 0)
		return NULL;
	for (i = 0; timers[i].used; i++)
		assert_true(i + 1 < TIMERS);
	timers[i] = (struct loop_timer){ cb, arg, MONO_NEVER, true };
	return &timers[i];
}

void
loop_timer_set(struct loop_timer *t, mono_t at)
{
	assert_true(t->used);
	t->at = at;
}

void
loop_timer_free(struct loop_timer *t)
{
	if (t != NULL)
		t->used = false;
}

static unsigned
timers_in_use(void)
{
	unsigned i, n = 0;

	for (i = 0; i < TIMERS; i++)
		n += timers[i].used;
	return n;
}

/* Time passes to ms, timers on the way come as late as the process is absent. */
static void
run_to(int64_t ms, int64_t late_ms)
{
	struct loop_timer *t;
	mono_t deadline;
	unsigned i;

	for (;;) {
		t = NULL;
		for (i = 0; i < TIMERS; i++)
			if (timers[i].used && (t == NULL ||
			    mono_before(timers[i].at, t->at)))
				t = &timers[i];
		if (t == NULL || t->at.ns > ms * MS)
			break;
		deadline = t->at;
		t->at = MONO_NEVER;
		now = mono_max(now, mono_add(deadline, late_ms * MS));
		t->cb(deadline, t->arg);
	}
	now = mono_max(now, (mono_t){ ms * MS });
}

static void __attribute__((format(printf, 2, 3)))
append(char *to, const char *fmt, ...)
{
	size_t len = strlen(to);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(to + len, sizeof(words) - len, fmt, ap);
	va_end(ap);
}

static void
take_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	append(lines, "%s\n", line);
}

void *
ctl_client_conn_data(const struct ctl_client_conn *c)
{
	return c->data;
}

void
ctl_client_conn_set_data(struct ctl_client_conn *c, void *data)
{
	c->data = data;
}

const char *
ctl_client_conn_name(const struct ctl_client_conn *c)
{
	return c->name;
}

void
ctl_client_conn_notify(struct ctl_client_conn *c, const char *topic,
    const char *key, json_t *level)
{
	assert_string_equal(topic, "ping");
	assert_string_equal(key, "ping");
	assert_true(json_is_object(level));
	json_decref(level);
	c->pings++;
}

static const char *
name_of(const void *owner)
{
	return ((const struct bfd_client *)owner)->name;
}

/* eth0 is wished, and eth1 by a wish that is spared. */
unsigned
bfd_engine_owner_dead(struct bfd_engine *e, const void *owner,
    bfd_engine_shares shares, void *arg)
{
	static struct bfd_session s;
	struct bfd_wish w = { .owner = owner };
	bool eth0, eth1;

	assert_ptr_equal(e, engine);
	(void)snprintf(s.core.p.interface, sizeof(s.core.p.interface), "eth0");
	eth0 = shares(&s, &w, arg);
	(void)snprintf(s.core.p.interface, sizeof(s.core.p.interface), "eth1");
	w.p.spared = true;
	eth1 = shares(&s, &w, arg);
	append(words, "dead %s%s%s\n", name_of(owner), eth0 ? " eth0" : "",
	    eth1 ? " eth1" : "");
	return signalled;
}

void
bfd_engine_owner_gone(struct bfd_engine *e, const void *owner)
{
	assert_ptr_equal(e, engine);
	append(words, "gone %s\n", name_of(owner));
}

void
bfd_engine_owner_alive(struct bfd_engine *e, const void *owner)
{
	assert_ptr_equal(e, engine);
	append(words, "alive %s\n", name_of(owner));
}

void
bfd_engine_inherit(struct bfd_engine *e, const void *owner, const void *heir,
    const struct bfd_params *key)
{
	assert_ptr_equal(e, engine);
	append(words, "inherit %s %s %s\n", name_of(owner), name_of(heir),
	    key->interface);
}

void
bfd_engine_inherit_offer(struct bfd_engine *e, const void *owner,
    const void *heir, const char *interface, uint8_t family)
{
	assert_ptr_equal(e, engine);
	append(words, "inherit-offer %s %s %s %u\n", name_of(owner),
	    name_of(heir), interface, family);
}

static void
answers_again(struct bfd_client *c, void *arg)
{
	assert_ptr_equal(arg, &told);
	told = c;
}

static void
forget_words(void)
{
	words[0] = lines[0] = '\0';
}

static int
setup(void **state)
{
	(void)state;
	a = (struct ctl_client_conn){ .name = "a" };
	b = (struct ctl_client_conn){ .name = "b" };
	other = (struct ctl_client_conn){ .name = "other" };
	next_life = (struct ctl_client_conn){ .name = "heir" };
	now = (mono_t){ 0 };
	memset(timers, 0, sizeof(timers));
	timers_left = callocs_left = -1;
	signalled = 0;
	told = NULL;
	forget_words();
	log_capture(take_line, NULL);
	clients = bfd_clients_new(loop, answers_again, &told);
	if (clients == NULL)
		return -1;
	bfd_clients_set_engine(clients, engine);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	callocs_left = -1;
	bfd_clients_free(clients);
	return timers_in_use() == 0 ? 0 : -1;
}

static void
set_fate(struct bfd_client *c, const char *interfaces, int64_t grace_ms,
    int64_t within_ms)
{
	json_t *list = json_loads(interfaces, 0, NULL);

	assert_non_null(list);
	assert_true(bfd_client_set_fate(c, list, grace_ms * MS,
	    within_ms * MS));
	json_decref(list);
}

/* --- life --- */

static void
test_bfd_client_is_one_per_connection(void **state)
{
	struct bfd_client *c, *d;

	(void)state;
	assert_null(bfd_clients_first(clients));
	c = bfd_client_of(clients, &a);
	d = bfd_client_of(clients, &b);
	assert_non_null(c);
	assert_ptr_equal(bfd_client_of(clients, &a), c);
	assert_ptr_equal(a.data, c);
	assert_string_equal(d->name, "b");
	assert_false(c->declared);
	assert_ptr_equal(bfd_clients_first(clients), d);
	assert_ptr_equal(d->next, c);
	assert_null(c->next);
	/* The end of the server: nobody is told anything. */
	bfd_clients_free(clients);
	clients = NULL;
	assert_null(a.data);
	assert_null(b.data);
	assert_string_equal(words, "");
}

static void
test_bfd_client_without_memory_is_none(void **state)
{
	json_t *list = json_loads("[\"eth0\"]", 0, NULL);
	struct bfd_client *c;

	(void)state;
	callocs_left = 0;
	assert_null(bfd_clients_new(loop, answers_again, NULL));
	assert_null(bfd_client_of(clients, &a));
	callocs_left = 1;			/* and then no timer */
	timers_left = 0;
	assert_null(bfd_client_of(clients, &a));
	assert_null(a.data);
	assert_null(bfd_clients_first(clients));
	callocs_left = timers_left = -1;
	c = bfd_client_of(clients, &a);
	set_fate(c, "[\"eth1\"]", 0, 0);
	callocs_left = 0;
	assert_false(bfd_client_set_fate(c, list, MS, MS));
	callocs_left = -1;
	json_decref(list);
	/* Nothing changed. */
	assert_int_equal(c->interface_count, 1);
	assert_string_equal(c->interfaces[0], "eth1");
	assert_int_equal(c->grace_ns, 0);
}

static void
test_bfd_client_is_in_charge_where_it_said_and_not_spared(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);
	struct bfd_session s = { .ifindex = 1 };
	struct bfd_wish w = { .owner = c };

	(void)state;
	(void)snprintf(s.core.p.interface, sizeof(s.core.p.interface), "eth1");
	assert_false(bfd_client_in_charge(c, &s, &w));
	set_fate(c, "[\"eth0\", \"eth1\"]", 0, 0);
	assert_true(c->declared);
	assert_true(bfd_client_in_charge(c, &s, &w));
	w.p.spared = true;
	assert_false(bfd_client_in_charge(c, &s, &w));
	w.p.spared = false;
	set_fate(c, "[\"eth0\"]", 0, 0);	/* replaces */
	assert_false(bfd_client_in_charge(c, &s, &w));
	set_fate(c, "[]", 0, 0);
	assert_int_equal(c->interface_count, 0);
	assert_false(bfd_client_in_charge(c, &s, &w));
}

/* --- the end (L-20, L-24) --- */

/* L-20 -: whoever says goodbye is no failure, whatever it was in charge of. */
static void
test_bfd_client_goodbye_only_releases(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 5000, 300);
	bfd_client_gone(c, true);
	assert_string_equal(words, "gone a\n");
	assert_string_equal(lines, "");
	assert_null(bfd_clients_first(clients));
	assert_int_equal(timers_in_use(), 0);
}

/* L-20 +: first dead, so that the peers hear of it, then gone. */
static void
test_bfd_client_that_vanishes_is_dead_where_it_was_in_charge(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\", \"eth1\"]", 0, 300);
	signalled = 2;
	bfd_client_gone(c, false);
	assert_string_equal(words, "dead a eth0\ngone a\n");
	assert_string_equal(lines,
	    "client vanished client=\"a\" in_charge=2 signalled=2\n");
	assert_null(bfd_clients_first(clients));
}

static void
test_bfd_client_that_vanishes_without_charge_is_no_news(void **state)
{
	(void)state;
	bfd_client_gone(bfd_client_of(clients, &a), false);
	assert_string_equal(words, "dead a\ngone a\n");
	set_fate(bfd_client_of(clients, &b), "[]", 0, 300);
	bfd_client_gone(b.data, false);
	assert_string_equal(lines, "");
	assert_null(bfd_clients_first(clients));
}

/* While bfdd starts or leaves there is no engine to tell. */
static void
test_bfd_client_without_an_engine_just_goes(void **state)
{
	(void)state;
	set_fate(bfd_client_of(clients, &a), "[\"eth0\"]", 5000, 300);
	(void)bfd_client_of(clients, &b);
	bfd_clients_set_engine(clients, NULL);
	run_to(1000, 0);			/* nobody is asked either */
	assert_int_equal(a.pings, 0);
	bfd_client_gone(a.data, false);
	bfd_client_gone(b.data, true);
	assert_string_equal(words, "");
	assert_null(bfd_clients_first(clients));
}

/* L-24 -: nobody comes for what it had. */
static void
test_bfd_client_grace_ends_as_without_one(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 500, 300);
	run_to(100, 0);
	bfd_client_gone(c, false);
	assert_string_equal(words, "");
	assert_string_equal(lines,
	    "client vanished client=\"a\" grace_ms=500\n");
	assert_ptr_equal(bfd_clients_first(clients), c);
	assert_null(c->conn);
	run_to(599, 0);
	assert_string_equal(words, "");
	run_to(600, 0);
	assert_string_equal(words, "dead a eth0\ngone a\n");
	assert_null(bfd_clients_first(clients));
}

/* L-24 +: of all that are in their grace, and of nobody that is there. */
static void
test_bfd_client_heir_asks_for_what_the_vanished_had(void **state)
{
	struct bfd_params key;
	struct bfd_client *h;

	(void)state;
	bfd_params_init(&key);
	(void)snprintf(key.interface, sizeof(key.interface), "eth0");
	set_fate(bfd_client_of(clients, &a), "[\"eth0\"]", 500, 0);
	set_fate(bfd_client_of(clients, &b), "[\"eth0\"]", 500, 0);
	(void)bfd_client_of(clients, &other);
	bfd_client_gone(a.data, false);
	bfd_client_gone(b.data, false);
	h = bfd_client_of(clients, &next_life);
	bfd_client_inherits(h, &key);
	assert_string_equal(words, "inherit b heir eth0\n"
	    "inherit a heir eth0\n");
	forget_words();
	bfd_client_inherits_offer(h, "eth1", 2);
	assert_string_equal(words, "inherit-offer b heir eth1 2\n"
	    "inherit-offer a heir eth1 2\n");
	/* The grace of a and b ends all the same: wishes left over go. */
	forget_words();
	run_to(1000, 0);
	assert_non_null(strstr(words, "gone a\n"));
	assert_non_null(strstr(words, "gone b\n"));
	assert_null(strstr(words, "heir"));
}

/* --- silence (L-21) --- */

/*
 * A quarter of the time between pings; the verdict when the fourth is due.  Seen
 * from the client's last answer, which may have been to a ping just before the
 * first of these, that is the whole time.
 */
static void
test_bfd_client_that_does_not_answer_hangs_at_the_deadline(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 0, 400);
	run_to(0, 0);
	assert_int_equal(a.pings, 1);
	run_to(199, 0);
	assert_int_equal(a.pings, 2);
	signalled = 1;
	run_to(299, 0);
	assert_int_equal(a.pings, 3);
	assert_string_equal(words, "");
	assert_false(c->hung);
	run_to(300, 0);
	assert_true(c->hung);
	assert_int_equal(c->silences, 1);
	assert_string_equal(words, "dead a eth0\n");
	assert_string_equal(lines, "client does not answer client=\"a\" "
	    "within_ms=400 signalled=1\n");
	/* A client that hangs is asked no more. */
	run_to(10000, 0);
	assert_int_equal(a.pings, 3);
	assert_string_equal(words, "dead a eth0\n");
}

static void
test_bfd_client_that_answers_is_asked_on(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);
	int64_t ms;

	(void)state;
	set_fate(c, "[\"eth0\"]", 0, 400);
	for (ms = 0; ms < 10000; ms += 250) {	/* every second or third */
		run_to(ms, 0);
		bfd_client_answers(c);
	}
	assert_int_equal(a.pings, 98);
	assert_false(c->hung);
	assert_string_equal(words, "");
	assert_null(told);
}

/* The client goes on: told how its sessions are, and asked again at once. */
static void
test_bfd_client_that_answers_again_is_alive(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 0, 400);
	run_to(5000, 0);
	assert_true(c->hung);
	forget_words();
	bfd_client_answers(c);
	assert_false(c->hung);
	assert_string_equal(words, "alive a\n");
	assert_string_equal(lines, "client answers again client=\"a\"\n");
	assert_ptr_equal(told, c);
	run_to(5000, 0);
	assert_int_equal(a.pings, 4);
	run_to(6000, 0);
	assert_int_equal(c->silences, 2);
}

/* While it hung it said that it is in charge of nothing any more. */
static void
test_bfd_client_that_answers_again_without_charge_is_not_asked(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 0, 400);
	run_to(5000, 0);
	set_fate(c, "[]", 0, 400);
	bfd_client_answers(c);
	run_to(9000, 0);
	assert_int_equal(a.pings, 3);
	assert_int_equal(c->silences, 1);
}

/*
 * L-20 -: the heir is in charge where the vanished was, and did not ask for every
 * session again; the router lives, and its peers must not hear otherwise.
 */
static void
test_bfd_client_succeeded_in_its_grace_has_not_died(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a), *heir;

	(void)state;
	set_fate(c, "[\"eth0\",\"eth1\"]", 500, 0);
	bfd_client_gone(c, false);
	heir = bfd_client_of(clients, &next_life);
	set_fate(heir, "[\"eth0\"]", 0, 0);
	forget_words();
	run_to(500, 0);
	assert_string_equal(words, "dead a\ngone a\n");
}

/* A client that hung and then vanishes has had its time: no grace. */
static void
test_bfd_client_that_hung_has_no_grace(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 60000, 400);
	run_to(300, 0);
	assert_true(c->hung);
	forget_words();
	bfd_client_gone(c, false);
	assert_string_equal(words, "dead a eth0\ngone a\n");
	assert_null(bfd_clients_first(clients));
}

/* Time that bfdd slept through says nothing about the client: counted anew. */
static void
test_bfd_client_own_absence_is_not_its_silence(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 0, 400);
	run_to(299, 0);
	assert_int_equal(c->missed, 3);
	run_to(300, 51);			/* more than half a quarter */
	assert_false(c->hung);
	assert_int_equal(c->missed, 1);
	run_to(351 + 299, 0);
	assert_false(c->hung);
	run_to(351 + 300, 0);
	assert_true(c->hung);
	/* A little late is ordinary. */
	bfd_client_answers(c);
	run_to(5000, 50);
	assert_true(c->hung);
}

static void
test_bfd_client_is_asked_only_in_charge_and_with_a_deadline(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	run_to(1000, 0);
	set_fate(c, "[]", 0, 400);
	run_to(2000, 0);
	set_fate(c, "[\"eth0\"]", 0, 0);
	run_to(3000, 0);
	assert_int_equal(a.pings, 0);
	set_fate(c, "[\"eth0\"]", 0, 400);
	run_to(3000, 0);
	assert_int_equal(a.pings, 1);
	set_fate(c, "[\"eth0\"]", 0, 0);
	run_to(9000, 0);
	assert_int_equal(a.pings, 1);
	assert_false(c->hung);
}

/* Another list of interfaces does not begin the count anew. */
static void
test_bfd_client_repeated_fate_is_no_answer_by_itself(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 0, 400);
	run_to(250, 0);
	assert_int_equal(a.pings, 3);
	set_fate(c, "[\"eth0\", \"eth1\"]", 0, 400);
	run_to(299, 0);
	assert_int_equal(a.pings, 3);
	assert_false(c->hung);
	run_to(300, 0);
	assert_true(c->hung);
}

/* The deadline that counts is the one said last, from when it was said. */
static void
test_bfd_client_shorter_deadline_counts_at_once(void **state)
{
	struct bfd_client *c = bfd_client_of(clients, &a);

	(void)state;
	set_fate(c, "[\"eth0\"]", 0, 60000);
	run_to(100, 0);
	assert_int_equal(a.pings, 1);
	set_fate(c, "[\"eth0\"]", 0, 400);
	run_to(399, 0);
	assert_int_equal(a.pings, 4);
	assert_false(c->hung);
	run_to(400, 0);
	assert_true(c->hung);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_bfd_client_is_one_per_connection),
		T(test_bfd_client_without_memory_is_none),
		T(test_bfd_client_is_in_charge_where_it_said_and_not_spared),
		T(test_bfd_client_goodbye_only_releases),
		T(test_bfd_client_that_vanishes_is_dead_where_it_was_in_charge),
		T(test_bfd_client_that_vanishes_without_charge_is_no_news),
		T(test_bfd_client_without_an_engine_just_goes),
		T(test_bfd_client_grace_ends_as_without_one),
		T(test_bfd_client_heir_asks_for_what_the_vanished_had),
		T(test_bfd_client_that_does_not_answer_hangs_at_the_deadline),
		T(test_bfd_client_that_answers_is_asked_on),
		T(test_bfd_client_that_answers_again_is_alive),
		T(
		    test_bfd_client_that_answers_again_without_charge_is_not_asked),
		T(test_bfd_client_succeeded_in_its_grace_has_not_died),
		T(test_bfd_client_that_hung_has_no_grace),
		T(test_bfd_client_own_absence_is_not_its_silence),
		T(test_bfd_client_is_asked_only_in_charge_and_with_a_deadline),
		T(test_bfd_client_repeated_fate_is_no_answer_by_itself),
		T(test_bfd_client_shorter_deadline_counts_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
