/* test_vrrp_changes.c - what a reload changes: classes, words, lines, costs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "vrrpd/config/vrrp_changes.h"
#include "vrrpd/config/vrrp_conf.h"

#define NAMED(name, vrid, more)						\
	"instance " name " { interface = eth0 virtual_router_id = " vrid \
	" virtual_addresses = { 192.0.2.50/24, 192.0.2.51/24 } " more " }\n"
#define WEB(more) NAMED("web", "51", more)
#define DB "instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } }\n"

static struct vrrp_config from, to;
static struct vrrp_changes *changes;
static char text[8192];

static struct vrrp_config
config_of(const char *conf)
{
	static struct conf_errors errors;
	struct vrrp_config c;
	char line[640];

	memset(&errors, 0, sizeof(errors));
	if (vrrp_conf_parse_text(conf, "t", 0, &c, &errors, NULL) < 0)
		fail_msg("%s", conf_error_format(&errors.list[0], line,
		    sizeof(line)));
	return c;
}

/* As in the file before, and Active. */
static const struct vrrp_params *
running(const char *name, bool *active, void *arg)
{
	unsigned i;

	assert_ptr_equal(arg, &from);
	*active = true;
	for (i = 0; i < from.count; i++)
		if (strcmp(from.instances[i].name, name) == 0)
			return &from.instances[i];
	return NULL;
}

/* "KIND NAME CLASS [WORDS]: COST" and the lines, of all. */
static const char *
between(const char *old, const char *new)
{
	const struct vrrp_change *c;
	size_t len = 0;

	from = config_of(old);
	to = config_of(new);
	changes = vrrp_changes_new(&from, &to, running, &from);
	assert_non_null(changes);
	while (vrrp_changes_step(changes))
		;
	assert_false(vrrp_changes_step(changes));
	vrrp_config_free(&from);
	vrrp_config_free(&to);
	text[0] = '\0';
	for (c = vrrp_changes_first(changes); c != NULL; c = c->next)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s %s %s [%s]: %s\n%s", c->kind, c->name,
		    vrrp_change_class_name(c->class), c->words,
		    vrrp_change_cost(c), c->lines);
	return text;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_changes_free(changes);
	changes = NULL;
	return 0;
}

static void
test_vrrp_changes_of_the_same_are_none(void **state)
{
	(void)state;
	assert_string_equal(between("router_id = x\n" WEB(""),
	    "\n\nrouter_id = x\n" WEB("\n priority = 100")), "");
	assert_int_equal(vrrp_changes_unchanged(changes), 1);
}

static void
test_vrrp_changes_in_place_name_words_and_values(void **state)
{
	(void)state;
	assert_string_equal(between(WEB(""), WEB("priority = 150")),
	    "instance web in-place [priority]: no address moves by itself; the "
	    "election may have another result\n"
	    "- priority = 100\n+ priority = 150\n");
	assert_int_equal(vrrp_changes_count(changes, VRRP_CHANGE_IN_PLACE), 1);
}

/* Addresses one by one; words of a block with their block; no password. */
static void
test_vrrp_changes_of_lists_and_blocks(void **state)
{
	(void)state;
	assert_string_equal(between(WEB("bfd 192.0.2.9 { role = peer "
	    "interval = 10ms }"), "instance web { interface = eth0 "
	    "virtual_router_id = 51 virtual_addresses = { 192.0.2.50/24, "
	    "192.0.2.53/24 } bfd 192.0.2.9 { role = peer interval = 20ms } }"),
	    "instance web in-place [virtual_addresses bfd]: no other address "
	    "is touched\n"
	    "- virtual_addresses 192.0.2.51/24\n"
	    "- bfd 192.0.2.9 interval = 10ms\n"
	    "+ virtual_addresses 192.0.2.53/24\n"
	    "+ bfd 192.0.2.9 interval = 20ms\n");
	(void)teardown(NULL);
	assert_string_equal(between(WEB("version = 2 auth_pass = \"1111\""),
	    WEB("version = 2 auth_pass = \"2222\"")), "instance web in-place "
	    "[auth_pass]: no address moves, as long as the other routers "
	    "agree\n");
}

static void
test_vrrp_changes_more_addresses_than_fit_a_line(void **state)
{
#define SEVEN	"192.0.2.1/24, 192.0.2.2/24, 192.0.2.3/24, 192.0.2.4/24, " \
		"192.0.2.5/24, 192.0.2.6/24, 192.0.2.7/24"
	(void)state;
	assert_non_null(strstr(between("instance web { interface = eth0 "
	    "virtual_router_id = 51 virtual_addresses = { " SEVEN " } }",
	    "instance web { interface = eth0 virtual_router_id = 51 "
	    "virtual_addresses = { " SEVEN ", 192.0.2.8/24 } }"),
	    "\n+ virtual_addresses 192.0.2.8/24\n"));
	assert_null(strstr(text, "192.0.2.7"));
}

static void
test_vrrp_changes_of_what_makes_another_router(void **state)
{
	(void)state;
	assert_non_null(strstr(between(WEB(""), NAMED("web", "52", "")),
	    "instance web restart [virtual_router_id]: hands over to itself: "
	    "answers until the new one does\n"));
	(void)teardown(NULL);
	assert_non_null(strstr(between(WEB(""), NAMED("other", "52", "")),
	    "instance other added []: starts as Backup\n"));
	assert_non_null(strstr(text, "instance web removed []: resigns: another "
	    "router takes its addresses over, or they are gone\n"));
	assert_int_equal(vrrp_changes_count(changes, VRRP_CHANGE_ADDED), 1);
	assert_int_equal(vrrp_changes_count(changes, VRRP_CHANGE_REMOVED), 1);
}

/* As vrrp_apply has it: the same place is the same virtual router. */
static void
test_vrrp_changes_of_a_name_are_in_place(void **state)
{
	(void)state;
	assert_string_equal(between(WEB(""), NAMED("other", "51", "")),
	    "instance other in-place [instance]: no address moves\n"
	    "- instance web\n+ instance other\n");
	(void)teardown(NULL);
	assert_string_equal(between(WEB(""), NAMED("other", "51",
	    "priority = 150")), "instance other in-place [instance priority]: no "
	    "address moves by itself; the election may have another result\n"
	    "- instance web\n+ instance other\n"
	    "- priority = 100\n+ priority = 150\n");
	(void)teardown(NULL);
	assert_non_null(strstr(between(WEB(""), NAMED("other", "51",
	    "virtual_mac = no")), "instance other restart [instance virtual_mac]"));
}

static void
test_vrrp_changes_of_globals_trackers_and_groups(void **state)
{
	static const char check[] = "tcp c { address = 192.0.2.9 port = 80 }\n";
	static const char other[] = "tcp c { address = 192.0.2.9 port = 81 }\n";
	char a[1024], b[1024];

	(void)state;
	(void)snprintf(a, sizeof(a), "realtime_priority = 50\n%s" WEB("") DB
	    "group g { members = { web, db } }\n", check);
	(void)snprintf(b, sizeof(b), "realtime_priority = 7\nrouter_id = y\n%s"
	    WEB("") DB, other);
	assert_string_equal(between(a, b),
	    "global  in-place []: at once; no address moves by itself\n"
	    "+ router_id = y\n"
	    "global  later []: takes effect when vrrpd is started again\n"
	    "- realtime_priority = 50\n+ realtime_priority = 7\n"
	    "tcp c in-place []: at once; no address moves by itself\n"
	    "- port = 80\n+ port = 81\n"
	    "group g removed []: at once\n"
	    "- members web\n- members db\n");
}

/* Given up in the middle, and freed. */
static void
test_vrrp_changes_can_be_given_up(void **state)
{
	unsigned i, n;

	(void)state;
	for (n = 0; n < 6; n++) {
		from = config_of(WEB(""));
		to = config_of(WEB("priority = 5") DB);
		changes = vrrp_changes_new(&from, &to, running, &from);
		for (i = 0; i < n; i++)
			(void)vrrp_changes_step(changes);
		vrrp_changes_free(changes);
		vrrp_config_free(&from);
		vrrp_config_free(&to);
	}
	changes = NULL;
	vrrp_changes_free(NULL);
}

#define TEST(t)	cmocka_unit_test_teardown(t, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vrrp_changes_of_the_same_are_none),
		TEST(test_vrrp_changes_in_place_name_words_and_values),
		TEST(test_vrrp_changes_of_lists_and_blocks),
		TEST(test_vrrp_changes_more_addresses_than_fit_a_line),
		TEST(test_vrrp_changes_of_what_makes_another_router),
		TEST(test_vrrp_changes_of_a_name_are_in_place),
		TEST(test_vrrp_changes_of_globals_trackers_and_groups),
		TEST(test_vrrp_changes_can_be_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
