/*
 * test_vrrp_diff.c - each field changed alone is worth what the table says.
 *
 * cases[] has a line per member of struct vrrp_params and of the structs in it:
 * the byte that is changed, the word that must be reported, and its class.  The
 * members themselves are read from vrrp_params.h, so that a new one without a
 * line here fails, and with a line only passes when vrrp_diff.c looks at it.
 */
#include "config.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/config/vrrp_diff.h"

static const struct field {
	const char	*in, *member;		/* struct vrrp_IN */
	size_t		 at;			/* in struct vrrp_params */
	const char	*word;
	enum vrrp_diff	 worth;
} cases[] = {
#define C(in, member, at, word, worth)					\
	{ in, member, offsetof(struct vrrp_params, at), word,		\
	    VRRP_DIFF_##worth }
#define P(member, word, worth)	C("params", #member, member, word, worth)
	P(name, "instance", RESTART),
	P(interface, "interface", RESTART),
	P(vrid, "virtual_router_id", RESTART),
	P(family, "virtual_addresses", RESTART),
	P(version, "version", IN_PLACE),
	P(also_version_2, "also_version_2", IN_PLACE),
	P(backup_adverts, "backup_adverts", IN_PLACE),
	P(priority, "priority", IN_PLACE),
	P(advert_int_cs, "advert_int", IN_PLACE),
	P(preempt, "preempt", IN_PLACE),
	P(preempt_delay_ns, "preempt_delay", IN_PLACE),
	P(startup_delay_ns, "startup_delay", IN_PLACE),
	P(takeover_confirm_ns, "takeover_confirm", IN_PLACE),
	P(accept, "accept", IN_PLACE),
	P(virtual_mac, "virtual_mac", RESTART),
	P(virtual_mac_auto, "virtual_mac", IN_PLACE),
	P(virtual_mac_device, "virtual_mac_device", IN_PLACE),
	P(lease, "lease", IN_PLACE),
	P(reclaim, "reclaim", IN_PLACE),
	P(checksum_compat, "checksum_compat", IN_PLACE),
	P(auth_len, "auth_pass", IN_PLACE),
	P(auth_pass, "auth_pass", IN_PLACE),
	C("params", "auth_pass", auth_pass[7], "auth_pass", IN_PLACE),
	P(vip_count, "virtual_addresses", IN_PLACE),
	P(vips, "virtual_addresses", IN_PLACE),
	P(other_count, "other_addresses", IN_PLACE),
	P(source, "source", IN_PLACE),
	P(unicast_count, "unicast_peers", IN_PLACE),
	P(unicast_peers, "unicast_peers", IN_PLACE),
	C("params", "unicast_peers", unicast_peers[1].bytes[3],
	    "unicast_peers", IN_PLACE),
	P(unicast_min_ttl, "unicast_min_ttl", IN_PLACE),
	P(bfd_count, "bfd", IN_PLACE),
	P(bfd, "bfd", IN_PLACE),
	P(has_bfd_auto, "bfd auto", IN_PLACE),
	P(bfd_auto, "bfd auto", IN_PLACE),
	C("params", "bfd_auto", bfd_auto.min_rx_ns, "bfd auto", IN_PLACE),
	P(track_count, "track", IN_PLACE),
	P(tracks, "track", IN_PLACE),
	P(link_down_number, "link_down_number", IN_PLACE),
	P(last_resort, "last_resort", IN_PLACE),
	P(notify, "notify", IN_PLACE),
	P(garp_repeat, "garp_repeat", IN_PLACE),
	P(garp_interval_ns, "garp_interval", IN_PLACE),
	P(garp_refresh_ns, "garp_refresh", IN_PLACE),
	P(route_count, "routes", IN_PLACE),
	P(routes, "routes", IN_PLACE),
	P(rule_count, "rules", IN_PLACE),
	P(rules, "rules", IN_PLACE),
	P(line, "line", EQUAL),
#define RO(member)	C("route", #member, routes[1].member, "routes", IN_PLACE)
	RO(to),
	RO(via),
	RO(source),
	RO(device),
	RO(type),
	RO(scope),
	RO(onlink),
	RO(table),
	RO(metric),
#define RU(member)	C("rule", #member, rules[1].member, "rules", IN_PLACE)
	RU(family),
	RU(type),
	RU(from),
	RU(to),
	RU(iif),
	RU(oif),
	RU(has_mark),
	RU(mark),
	RU(mask),
	RU(table),
	RU(priority),
#define V(member)	C("vip", #member, vips[1].member,		\
			    "virtual_addresses", IN_PLACE)
	V(prefix),
	C("vip", "prefix", vips[1].prefix.addr.bytes[3],
	    "virtual_addresses", IN_PLACE),
	C("vip", "prefix", vips[1].prefix.len, "virtual_addresses", IN_PLACE),
	V(device),
	V(label),
	V(untracked),
	V(deprecated),
#define B(member)	C("bfd_params", #member, bfd[1].member, "bfd", IN_PLACE)
	B(peer),
	B(role),
	B(min_tx_ns),
	B(min_rx_ns),
	B(multiplier),
	B(takeover_on),
	B(interface),
	B(multihop),
	B(weight),
	B(reverse),
	B(up_delay_ns),
#define T(member)	C("track_ref", #member, tracks[1].member, "track", \
			    IN_PLACE)
	T(kind),
	T(name),
	T(weight),
	T(reverse),
	T(from_group),
	T(from_address),
	T(up_delay_ns),
	T(down_delay_ns),
#define N(member, word)	C("notify_params", #member, notify.member, word, \
			    IN_PLACE)
#define H(on, word)	C("notify_params", "command",			\
			    notify.command[VRRP_NOTIFY_ON_##on], word, IN_PLACE)
	H(ANY, "notify"),
	H(ACTIVE, "notify_active"),
	H(BACKUP, "notify_backup"),
	H(FAULT, "notify_fault"),
	H(STOP, "notify_stop"),
	H(CONTESTED, "notify_contested"),
	N(user, "notify_user"),
	N(timeout_ns, "notify_timeout"),
	N(words, "notify_states"),
};
#define CASE_COUNT	(sizeof(cases) / sizeof(cases[0]))

/* Two of everything, so that the last of a list is looked at as well. */
static struct vrrp_params
sample(void)
{
	struct vrrp_params p;
	unsigned i;

	vrrp_params_init(&p);
	(void)strcpy(p.name, "web");
	(void)strcpy(p.interface, "eth0");
	p.vrid = 51;
	p.family = AF_INET;
	p.auth_len = 1;
	p.auth_pass[0] = 'x';
	p.vip_count = p.unicast_count = p.bfd_count = p.track_count = 2;
	p.route_count = p.rule_count = 2;
	p.has_bfd_auto = true;
	for (i = 0; i < 2; i++) {
		assert_int_equal(addr_prefix_parse(i == 0 ? "192.0.2.50/24" :
		    "192.0.2.51/24", &p.vips[i].prefix), 0);
		assert_int_equal(addr_parse(i == 0 ? "192.0.2.2" : "192.0.2.3",
		    &p.unicast_peers[i]), 0);
		p.bfd[i].peer = p.unicast_peers[i];
		(void)strcpy(p.tracks[i].name, i == 0 ? "eth1" : "eth2");
	}
	(void)strcpy(p.notify.command[VRRP_NOTIFY_ON_ANY],
	    "/bin/true");
	return p;
}

static void
change(struct vrrp_params *p, const struct field *f)
{
	((unsigned char *)p)[f->at] ^= 1;
}

static void
test_vrrp_diff_each_field_alone_is_worth_its_class(void **state)
{
	struct vrrp_diff_field out[VRRP_DIFF_FIELDS_MAX];
	struct vrrp_params a = sample(), b;
	const struct field *f;
	unsigned n;

	(void)state;
	assert_int_equal(vrrp_diff(&a, &a), VRRP_DIFF_EQUAL);
	assert_int_equal(vrrp_diff_fields(&a, &a, out), 0);
	for (f = cases; f < cases + CASE_COUNT; f++) {
		b = a;
		change(&b, f);
		n = vrrp_diff_fields(&a, &b, out);
		if (vrrp_diff(&a, &b) != f->worth ||
		    vrrp_diff(&b, &a) != f->worth ||
		    n != (f->worth == VRRP_DIFF_EQUAL ? 0 : 1) ||
		    (n > 0 && (out[0].worth != f->worth ||
		    strcmp(out[0].word, f->word) != 0)))
			fail_msg("%s of struct vrrp_%s: want %s, %s", f->member,
			    f->in, f->word, vrrp_diff_name(f->worth));
	}
}

static void
test_vrrp_diff_apply_copies_exactly_that_field(void **state)
{
	struct vrrp_params a = sample(), b, to;
	const struct field *f;

	(void)state;
	for (f = cases; f < cases + CASE_COUNT; f++) {
		b = to = a;
		change(&b, f);
		vrrp_diff_apply(&to, &b);
		if (memcmp(&to, f->worth == VRRP_DIFF_RESTART ? &a : &b,
		    sizeof(to)) != 0)
			fail_msg("%s of struct vrrp_%s, %s", f->member, f->in,
			    vrrp_diff_name(f->worth));
	}
}

static void
test_vrrp_diff_of_everything_is_in_the_order_of_the_table(void **state)
{
	struct vrrp_diff_field out[VRRP_DIFF_FIELDS_MAX];
	struct vrrp_params a = sample(), b = sample();
	const struct field *f;
	unsigned n, i, j, restarts = 0;

	(void)state;
	for (f = cases; f < cases + CASE_COUNT; f++)
		change(&b, f);
	assert_int_equal(vrrp_diff(&a, &b), VRRP_DIFF_RESTART);
	n = vrrp_diff_fields(&a, &b, out);
	for (i = 0; i < n; i++) {
		restarts += out[i].worth == VRRP_DIFF_RESTART;
		for (j = 0; j < i; j++)
			assert_string_not_equal(out[i].word, out[j].word);
	}
	assert_true(restarts > 0 && restarts < n);
	vrrp_diff_apply(&a, &b);
	/* With auto on both sides the virtual MAC is none any more. */
	assert_true(b.virtual_mac_auto);
	assert_int_equal(vrrp_diff_fields(&a, &b, out), restarts - 1);
}

/* The decision of an instance with auto is kept, until it is told otherwise. */
static void
test_vrrp_diff_of_auto_does_not_see_what_it_has_decided(void **state)
{
	struct vrrp_params running = sample(), wanted = sample();

	(void)state;
	running.virtual_mac_auto = wanted.virtual_mac_auto = true;
	running.virtual_mac = false;
	wanted.virtual_mac = true;
	assert_int_equal(vrrp_diff(&running, &wanted), VRRP_DIFF_EQUAL);
	wanted.priority++;
	vrrp_diff_apply(&running, &wanted);
	assert_false(running.virtual_mac);
	wanted.virtual_mac_auto = false;		/* yes */
	assert_int_equal(vrrp_diff(&running, &wanted), VRRP_DIFF_RESTART);
	wanted.virtual_mac = false;			/* no */
	assert_int_equal(vrrp_diff(&running, &wanted), VRRP_DIFF_IN_PLACE);
}

static void
test_vrrp_diff_behind_the_count_nothing_is_looked_at(void **state)
{
	struct vrrp_params a = sample(), b = sample();

	(void)state;
	memset(&b.vips[2], 0xff, sizeof(b.vips[2]));
	memset(&b.unicast_peers[2], 0xff, sizeof(b.unicast_peers[2]));
	memset(&b.bfd[2], 0xff, sizeof(b.bfd[2]));
	memset(&b.tracks[2], 0xff, sizeof(b.tracks[2]));
	memset(&b.routes[2], 0xff, sizeof(b.routes[2]));
	memset(&b.rules[2], 0xff, sizeof(b.rules[2]));
	b.notify.command[VRRP_NOTIFY_ON_ANY][sizeof("/bin/true")] = 'x';
	assert_int_equal(vrrp_diff(&a, &b), VRRP_DIFF_EQUAL);
	a.has_bfd_auto = b.has_bfd_auto = false;
	memset(&b.bfd_auto, 0xff, sizeof(b.bfd_auto));
	assert_int_equal(vrrp_diff(&a, &b), VRRP_DIFF_EQUAL);
}

/* Other addresses stand behind the virtual ones, wherever those end. */
static void
test_vrrp_diff_others_are_compared_wherever_they_begin(void **state)
{
	struct vrrp_params a = sample(), b;

	(void)state;
	assert_true(vrrp_params_add_address(&a, &a.vips[0], true));
	assert_true(vrrp_params_add_address(&a, &a.vips[1], true));
	b = a;
	assert_true(vrrp_params_add_address(&b, &a.vips[0], false));
	assert_true(vrrp_diff_in(&a, &b, "virtual_addresses"));
	assert_false(vrrp_diff_in(&a, &b, "other_addresses"));
	vrrp_diff_apply(&b, &a);
	assert_int_equal(vrrp_diff(&a, &b), VRRP_DIFF_EQUAL);
	b.vips[3].prefix.len--;
	assert_false(vrrp_diff_in(&a, &b, "virtual_addresses"));
	assert_true(vrrp_diff_in(&a, &b, "other_addresses"));
	assert_int_equal(vrrp_diff(&a, &b), VRRP_DIFF_IN_PLACE);
	vrrp_diff_apply(&a, &b);
	assert_int_equal(a.vips[3].prefix.len, b.vips[3].prefix.len);
}

/* Asked by its word, a field differs or does not, whatever its class. */
static void
test_vrrp_diff_in_names_one_word(void **state)
{
	struct vrrp_params a = sample(), b = sample();

	(void)state;
	b.family = AF_INET6;
	b.line = 7;
	assert_true(vrrp_diff_in(&a, &b, "virtual_addresses"));
	assert_true(vrrp_diff_in(&a, &b, "line"));
	assert_false(vrrp_diff_in(&a, &b, "unicast_peers"));
	b = a;
	b.unicast_count = 1;
	assert_true(vrrp_diff_in(&a, &b, "unicast_peers"));
	assert_false(vrrp_diff_in(&a, &b, "virtual_addresses"));
}

/* The addresses stay where they are, and whose they are is asked anew. */
static void
test_vrrp_diff_owner_comes_or_goes_in_place(void **state)
{
	struct vrrp_params a = sample(), b = sample();

	(void)state;
	b.priority = VRRP_PRIORITY_OWNER;
	assert_int_equal(vrrp_diff(&a, &b), VRRP_DIFF_IN_PLACE);
	assert_int_equal(vrrp_diff(&b, &a), VRRP_DIFF_IN_PLACE);
}

/* --- the members, as the header has them --- */

/* How many different members of a struct have a line, and whether this one. */
static unsigned
cases_of(const char *in, const char *member, bool *found)
{
	unsigned i, j, n = 0;

	*found = false;
	for (i = 0; i < CASE_COUNT; i++) {
		if (strcmp(cases[i].in, in) != 0)
			continue;
		*found |= strcmp(cases[i].member, member) == 0;
		for (j = 0; j < i; j++)
			if (strcmp(cases[j].in, in) == 0 &&
			    strcmp(cases[j].member, cases[i].member) == 0)
				break;
		n += j == i;
	}
	return n;
}

/* Each declarator ends at "," or ";"; its name is what stands before any "[". */
static unsigned
declared(char *line, const char *in)
{
	char *end, *next, *start;
	unsigned n = 0;
	bool found;

	for (; (next = strpbrk(line, ",;")) != NULL; line = next + 1) {
		*next = '\0';
		end = line + strcspn(line, "[");
		*end = '\0';
		for (start = end; start > line && (start[-1] == '_' ||
		    isalnum((unsigned char)start[-1])); start--)
			continue;
		(void)cases_of(in, start, &found);
		if (!found)
			fail_msg("%s of struct vrrp_%s: no line in cases[]",
			    start, in);
		n++;
	}
	return n;
}

static void
check_members(const char *file, const char *in)
{
	const char *top = getenv("srcdir");
	char path[4096], opening[64], line[256], *comment;
	bool inside = false, found;
	unsigned n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/vrrpd/pure/%s",
	    top != NULL ? top : ".", file);
	(void)snprintf(opening, sizeof(opening), "struct vrrp_%s {\n", in);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (!inside) {
			inside = strcmp(line, opening) == 0;
			continue;
		}
		if (line[0] == '}')
			break;
		if ((comment = strstr(line, "/*")) != NULL)
			*comment = '\0';
		n += declared(line, in);
	}
	(void)fclose(f);
	assert_int_equal(n, cases_of(in, "", &found));
}

static void
test_vrrp_diff_no_member_is_forgotten(void **state)
{
	(void)state;
	check_members("vrrp_params.h", "params");
	check_members("vrrp_params.h", "vip");
	check_members("vrrp_params.h", "bfd_params");
	check_members("vrrp_params.h", "track_ref");
	check_members("vrrp_params.h", "notify_params");
	check_members("vrrp_route.h", "route");
	check_members("vrrp_route.h", "rule");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_diff_each_field_alone_is_worth_its_class),
		cmocka_unit_test(
		    test_vrrp_diff_apply_copies_exactly_that_field),
		cmocka_unit_test(
		    test_vrrp_diff_of_everything_is_in_the_order_of_the_table),
		cmocka_unit_test(
		    test_vrrp_diff_behind_the_count_nothing_is_looked_at),
		cmocka_unit_test(
		    test_vrrp_diff_owner_comes_or_goes_in_place),
		cmocka_unit_test(test_vrrp_diff_others_are_compared_wherever_they_begin),
		cmocka_unit_test(test_vrrp_diff_in_names_one_word),
		cmocka_unit_test(test_vrrp_diff_of_auto_does_not_see_what_it_has_decided),
		cmocka_unit_test(test_vrrp_diff_no_member_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
