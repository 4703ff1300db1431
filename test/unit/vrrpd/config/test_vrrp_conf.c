/*
 * test_vrrp_conf.c - vrrpd.conf(5): goldens, defaults, files, and the round trip.
 *
 * test/conf/vrrpd/X.conf is parsed and must give X.ok, the canonical text, or
 * X.err, the errors; and X.warn where it gives warnings.  With
 * UPDATE_GOLDENS=1 the files are written instead: read the difference.
 */
#include "config.h"

#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "shared/pure/mono.h"
#include "shared/nonlocal_bind.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_print.h"

static char top[4096];			/* top of the source, absolute */

struct result {
	struct conf_errors	errors, warnings;
	struct vrrp_config	config;
	int			rv;
};

static struct result *
parse(const char *text, const char *file, unsigned flags)
{
	struct result *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->rv = vrrp_conf_parse_text(text, file, flags, &r->config,
	    &r->errors, &r->warnings);
	assert_int_equal(r->rv == 0, r->errors.count == 0);
	return r;
}

static void
result_free(struct result *r)
{
	vrrp_config_free(&r->config);
	free(r);
}

static char *
slurp(const char *path)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(path, "r");

	assert_non_null(text);
	if (f != NULL) {
		assert_true(fread(text, 1, 65535, f) < 65535);
		(void)fclose(f);
	}
	return text;
}

static char *
errors_text(const struct conf_errors *list)
{
	char *text = NULL, line[768];
	size_t len;
	unsigned i;
	FILE *f = open_memstream(&text, &len);

	for (i = 0; i < list->count && i < CONF_ERRORS_MAX; i++)
		(void)fprintf(f, "%s\n", conf_error_format(&list->list[i],
		    line, sizeof(line)));
	(void)fclose(f);
	return text;
}

/* The file x.conf has with this ending must hold the text; "" is no file. */
static void
golden(const char *conf, const char *ending, const char *text)
{
	char path[512];
	char *want;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%.*s%s",
	    (int)(strlen(conf) - strlen(".conf")), conf, ending);
	if (getenv("UPDATE_GOLDENS") != NULL) {
		(void)unlink(path);
		if (text[0] != '\0' && (f = fopen(path, "w")) != NULL) {
			(void)fputs(text, f);
			(void)fclose(f);
		}
	}
	want = slurp(path);
	if (strcmp(want, text) != 0)
		fail_msg("%s: want\n%sgot\n%s", path, want, text);
	free(want);
}

/* Two configurations are the same, apart from the lines they stand on. */
static void
assert_same(const struct vrrp_config *a, const struct vrrp_config *b)
{
	struct vrrp_tracker_params t, u;
	struct vrrp_params x, y;
	unsigned i;

	assert_int_equal(a->tracker_count, b->tracker_count);
	for (i = 0; i < a->tracker_count; i++) {
		t = a->trackers[i];
		u = b->trackers[i];
		t.line = u.line = 0;
		assert_memory_equal(&t, &u, sizeof(t));
	}
	assert_string_equal(a->router_id, b->router_id);
	assert_int_equal(a->realtime_priority, b->realtime_priority);
	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		x = a->instances[i];
		y = b->instances[i];
		x.line = y.line = 0;
		assert_memory_equal(&x, &y, sizeof(x));
	}
}

static void
check_golden(const char *name)
{
	char *text = slurp(name), *printed, *complaints;
	struct result *r = parse(text, name, 0), *again;

	complaints = errors_text(&r->errors);
	golden(name, ".err", complaints);
	free(complaints);
	complaints = errors_text(&r->warnings);
	golden(name, ".warn", r->rv == 0 ? complaints : "");
	free(complaints);
	if (r->rv == 0) {
		printed = vrrp_conf_print(&r->config);
		assert_non_null(printed);
		golden(name, ".ok", printed);
		again = parse(printed, "printed", 0);
		if (again->rv != 0)
			fail_msg("%s: what is printed is not read: %s", name,
			    again->errors.list[0].text);
		assert_same(&r->config, &again->config);
		result_free(again);
		free(printed);
	} else
		golden(name, ".ok", "");
	result_free(r);
	free(text);
}

/* V-127 +, V-127 - version-2.conf, version-2-subsecond.conf */
/* B-116 - bfd-address.conf */
static void
test_vrrp_conf_goldens(void **state)
{
	struct dirent **list;
	int n, i;
	size_t len;

	(void)state;
	assert_int_equal(chdir(top), 0);
	assert_int_equal(chdir("test/conf/vrrpd"), 0);
	n = scandir(".", &list, NULL, alphasort);
	assert_true(n > 50);
	for (i = 0; i < n; i++) {
		len = strlen(list[i]->d_name);
		if (len > 5 && strcmp(list[i]->d_name + len - 5, ".conf") == 0)
			check_golden(list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

static void
test_vrrp_conf_minimal_has_every_default(void **state)
{
	struct result *r = parse("instance a {\n interface = eth0\n"
	    "virtual_router_id = 7\nvirtual_addresses = { 192.0.2.1/24 } }",
	    "t", 0);
	const struct vrrp_params *v;
	struct vrrp_params want;

	(void)state;
	assert_int_equal(r->rv, 0);
	assert_int_equal(r->config.count, 1);
	assert_int_equal(r->config.realtime_priority, 50);
	assert_string_equal(r->config.router_id, "");
	v = &r->config.instances[0];
	vrrp_params_init(&want);
	assert_string_equal(v->name, "a");
	assert_string_equal(v->interface, "eth0");
	assert_int_equal(v->vrid, 7);
	assert_int_equal(v->family, AF_INET);
	assert_int_equal(v->line, 1);
	/* RFC 9568 6.1: 100, 100 cs, preempt; accept is our deviation. */
	assert_int_equal(v->version, 3);
	assert_int_equal(v->priority, 100);
	assert_int_equal(v->advert_int_cs, 100);
	assert_true(v->preempt);
	assert_true(v->accept);
	assert_true(v->virtual_mac);
	assert_true(v->lease);
	assert_int_equal(v->garp_repeat, want.garp_repeat);
	assert_int_equal(v->vip_count, 1);
	assert_int_equal(v->vips[0].prefix.len, 24);
	result_free(r);
}

static void
test_vrrp_conf_bfd_block_gives_its_values(void **state)
{
	struct result *r = parse("instance a {\n interface = eth0\n"
	    "virtual_router_id = 7\nvirtual_addresses = { 192.0.2.1/24 }\n"
	    "bfd 192.0.2.2 { role = peer interval = 3300us multiplier = 5 }\n"
	    "bfd 192.0.2.3 { role = peer }\n}", "t", 0);
	const struct vrrp_bfd_params *b;

	(void)state;
	assert_int_equal(r->rv, 0);
	b = r->config.instances[0].bfd;
	assert_int_equal(r->config.instances[0].bfd_count, 2);
	assert_true(b[0].min_tx_ns == 3300000 && b[0].min_rx_ns == 3300000);
	assert_int_equal(b[0].multiplier, 5);
	assert_int_equal(b[0].role, VRRP_BFD_PEER);
	assert_int_equal(b[0].takeover_on, VRRP_TAKEOVER_TIMEOUT);
	assert_true(b[1].min_tx_ns == ns_from_ms(10));
	assert_int_equal(b[1].multiplier, 3);
	result_free(r);
}

/* L-1 +, L-1 - at the edge: 2 intervals and the skew. */
static void
test_vrrp_conf_bfd_slower_than_vrrp_is_a_warning(void **state)
{
	static const struct {
		const char *interval;
		unsigned warnings;
	} cases[] = { { "8ms", 0 }, { "8697us", 0 }, { "8698us", 1 },
	    { "10ms", 1 } };
	char text[512];
	struct result *r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* priority 100 at 1 cs: 20 + 6.09375 ms */
		(void)snprintf(text, sizeof(text), "instance a {\n"
		    "interface = eth0\nvirtual_router_id = 7\nadvert_int = 1\n"
		    "virtual_addresses = { 192.0.2.1/24 }\n"
		    "bfd 192.0.2.2 { role = peer interval = %s } }",
		    cases[i].interval);
		r = parse(text, "t", 0);
		assert_int_equal(r->rv, 0);
		assert_int_equal(r->warnings.count, cases[i].warnings);
		if (r->warnings.count > 0)
			assert_int_equal(r->warnings.list[0].line, 6);
		result_free(r);
	}
}

/* Whatever is cut off, the parser answers and leaves the output alone. */
static void
test_vrrp_conf_every_prefix_of_a_good_file_is_answered(void **state)
{
	struct result *r;
	char *text;
	size_t n;

	(void)state;
	assert_int_equal(chdir(top), 0);
	text = slurp("test/conf/vrrpd/design.conf");
	assert_true(strlen(text) > 500);
	for (n = strlen(text) - 3; n > 0; n--) {
		text[n] = '\0';
		r = parse(text, "t", 0);
		if (r->rv != 0) {
			assert_null(r->config.instances);
			assert_int_equal(r->config.count, 0);
		}
		result_free(r);
	}
	free(text);
}

/* A failure leaves nothing behind in libconfuse's scanner. */
static void
test_vrrp_conf_good_after_bad_is_good(void **state)
{
	static const char *const bad[] = { "instance a { interface = \"\\9\" }",
	    "instance a { interface = 'x", "instance {", "/* x", "include = {",
	    "include = \"/dev/null\"", "instance a { bfd x { role = {" };
	struct result *r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = parse(bad[i], "t", 0);
		assert_int_not_equal(r->rv, 0);
		result_free(r);
		r = parse("router_id = x\n", "t", 0);
		assert_int_equal(r->rv, 0);
		assert_string_equal(r->config.router_id, "x");
		result_free(r);
	}
}

static void
test_vrrp_conf_more_errors_than_kept_are_counted(void **state)
{
	char *text;
	struct result *r;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int i;

	(void)state;
	(void)fprintf(f, "instance a { interface = eth0 virtual_router_id = 1 "
	    "virtual_addresses = { x");
	for (i = 0; i < 200; i++)
		(void)fprintf(f, ", x%d\n", i);
	(void)fprintf(f, "} }");
	(void)fclose(f);
	r = parse(text, "t", 0);
	assert_int_equal(r->rv, -EINVAL);
	assert_true(r->errors.count > CONF_ERRORS_MAX);
	result_free(r);
	free(text);
}

static void
test_vrrp_conf_instances_have_a_limit(void **state)
{
	char *text;
	struct result *r;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int i;

	(void)state;
	for (i = 0; i <= VRRP_INSTANCES_MAX; i++)
		(void)fprintf(f, "instance i%d { interface = e%d "
		    "virtual_router_id = 1 virtual_addresses = "
		    "{ 10.0.%d.%d/24 } }\n", i, i, i / 250, i % 250 + 1);
	(void)fclose(f);
	r = parse(text, "t", 0);
	assert_int_equal(r->rv, -EINVAL);
	assert_int_equal(r->errors.count, 1);
	assert_int_equal(r->errors.list[0].line, VRRP_INSTANCES_MAX + 1);
	result_free(r);
	free(text);
}

static void
test_vrrp_conf_files_that_are_none_are_one_clear_error(void **state)
{
	char dir[] = "/tmp/vrrp_conf.XXXXXX", path[64];
	static const char *const names[] = { "missing", "dir", "garbage", "big",
	    "pipe" };
	struct result *r;
	unsigned x = 1;
	size_t i;
	FILE *f;
	int n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("dir", 0700), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	f = fopen("garbage", "w");
	for (n = 0; n < 4096; n++)
		(void)fputc((int)((x = x * 1103515245 + 12345) >> 16 & 255), f);
	(void)fclose(f);
	f = fopen("big", "w");
	for (n = 0; n < 10 * 1024 * 1024 / 16; n++)
		(void)fputs("# sixteen bytes\n", f);
	(void)fclose(f);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = calloc(1, sizeof(*r));
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		r->rv = vrrp_conf_parse_file(path, &r->config, &r->errors,
		    &r->warnings);
		assert_int_equal(r->rv, -EINVAL);
		assert_int_equal(r->errors.count, 1);
		assert_string_equal(r->errors.list[0].file, path);
		assert_true(strlen(r->errors.list[0].text) > 5);
		result_free(r);
		(void)remove(path);
	}
	assert_int_equal(chdir(top), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_vrrp_conf_shipped_example_is_good_as_it_is(void **state)
{
	static const char *const examples[] = { "vrrpd.conf.example",
	    "vrrpd-ipvs.conf.example" };
	struct result *r;
	char path[sizeof(top) + 64];
	unsigned j;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		r = calloc(1, sizeof(*r));
		(void)snprintf(path, sizeof(path), "%s/conf/%s", top,
		    examples[i]);
		r->rv = vrrp_conf_parse_file(path, &r->config, &r->errors,
		    &r->warnings);
		if (r->rv != 0)
			fail_msg("line %d: %s", r->errors.list[0].line,
			    r->errors.list[0].text);
		/* But that the other examples are not installed here. */
		for (j = 0; j < r->warnings.count; j++)
			assert_memory_equal(r->warnings.list[j].text,
			    "/usr/local/lib/swiftover/", 25);
		assert_true(r->config.count >= 1);
		result_free(r);
	}
}

/* A service that binds an address which comes only when the service is there. */
static void
test_vrrp_conf_service_may_wait_for_its_address(void **state)
{
	static const struct {
		const char *words, *tracker, *use;
		unsigned warnings;
	} cases[] = {
		{ "", "process p { name = haproxy }", "track_process p { }", 1 },
		{ "nonlocal_bind = yes", "process p { name = haproxy }",
		    "track_process p { }", 0 },
		{ "nonlocal_bind = no", "process p { name = haproxy }",
		    "track_process p { }", 0 },
		{ "", "process p { name = haproxy }",
		    "track_process p { weight = -5 }", 0 },
		{ "", "process p { name = haproxy weight = -5 }",
		    "track_process p { }", 0 },
		{ "", "process p { name = haproxy }",
		    "track_process p { reverse = yes }", 0 },
		{ "", "tcp p { address = 127.0.0.1 port = 80 }",
		    "track_tcp p { }", 1 },
		{ "", "http p { url = \"http://127.0.0.1/\" "
		    "address = 127.0.0.1 }", "track_http p { }", 1 },
		{ "group g { members = { web } track_process p { } }",
		    "process p { name = haproxy }", "", 1 },
		{ "group g { members = { other } track_process p { } }\n"
		    "instance other { interface = lo virtual_router_id = 8 "
		    "virtual_addresses = { 127.0.0.1/8 } }",
		    "process p { name = haproxy }", "", 1 /* of 127.0.0.1 */ },
		/* Of another host: that one does not wait. */
		{ "", "tcp p { address = 198.51.100.9 port = 80 }",
		    "track_tcp p { }", 0 },
		{ "", "ping p { address = 127.0.0.1 }", "track_ping p { }", 0 },
	};
	char conf[512];
	struct result *r;
	bool allowed = true;
	unsigned j, count;
	size_t i;

	(void)state;
	if (nonlocal_bind_get(AF_INET, &allowed) < 0 || allowed) {
		print_message("skipped: ip_nonlocal_bind is set here\n");
		skip();
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(conf, sizeof(conf), "%s\n%s\ninstance web {\n"
		    "interface = lo\nvirtual_router_id = 7\n"
		    "virtual_addresses = { 192.0.2.77/24 }\n%s }",
		    cases[i].words, cases[i].tracker, cases[i].use);
		r = parse(conf, "t", VRRP_CONF_LOOK);
		assert_int_equal(r->rv, 0);
		/* Nor is lo an interface to write; but every host has it. */
		for (j = count = 0; j < r->warnings.count; j++)
			count += strstr(r->warnings.list[j].text,
			    "is the loopback") == NULL;
		if (count != cases[i].warnings)
			fail_msg("case %zu: %u warnings: %s", i,
			    r->warnings.count, r->warnings.list[0].text);
		assert_true(count < r->warnings.count);
		if (count > 0) {
			assert_int_equal(r->warnings.list[0].line, 2);
			assert_true((strstr(r->warnings.list[0].text,
			    "nonlocal_bind = yes") != NULL) !=
			    (strstr(conf, "127.0.0.1/8") != NULL));
		}
		result_free(r);
		/* Without a look at this host, nothing is said of it. */
		r = parse(conf, "t", 0);
		for (j = 0; j < r->warnings.count; j++)
			assert_null(strstr(r->warnings.list[j].text,
			    "nonlocal_bind"));
		result_free(r);
	}
}

static void
test_vrrp_conf_free_twice_is_fine(void **state)
{
	struct vrrp_config c = { .count = 2 };

	(void)state;
	c.instances = calloc(2, sizeof(*c.instances));
	assert_non_null(c.instances);
	vrrp_config_free(&c);
	assert_null(c.instances);
	assert_int_equal(c.count, 0);
	vrrp_config_free(&c);
	vrrp_config_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_conf_goldens),
		cmocka_unit_test(test_vrrp_conf_minimal_has_every_default),
		cmocka_unit_test(test_vrrp_conf_bfd_block_gives_its_values),
		cmocka_unit_test(
		    test_vrrp_conf_bfd_slower_than_vrrp_is_a_warning),
		cmocka_unit_test(
		    test_vrrp_conf_every_prefix_of_a_good_file_is_answered),
		cmocka_unit_test(test_vrrp_conf_good_after_bad_is_good),
		cmocka_unit_test(
		    test_vrrp_conf_more_errors_than_kept_are_counted),
		cmocka_unit_test(test_vrrp_conf_instances_have_a_limit),
		cmocka_unit_test(
		    test_vrrp_conf_files_that_are_none_are_one_clear_error),
		cmocka_unit_test(
		    test_vrrp_conf_shipped_example_is_good_as_it_is),
		cmocka_unit_test(
		    test_vrrp_conf_service_may_wait_for_its_address),
		cmocka_unit_test(test_vrrp_conf_free_twice_is_fine),
	};
	const char *srcdir = getenv("srcdir");

	if (realpath(srcdir != NULL ? srcdir : ".", top) == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
