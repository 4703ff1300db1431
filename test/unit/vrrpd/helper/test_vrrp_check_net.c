/*
 * test_vrrp_check_net.c - trackers that ask over the network: tcp, ping, http.
 *
 * Real sockets on the loopback interface, one loop for both sides: servers that
 * answer well, wrongly, late or not at all.  Certificates are made here, of keys
 * made here.  What needs root (raw sockets for ping) is skipped without.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "vrrpd/helper/vrrp_check_kinds.h"
#include "vrrpd/helper/vrrp_check_ping.h"
#include "vrrpd/helper/vrrp_checks.h"

#define PATIENCE	(20 * NS_PER_S)

static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_checks_shared shared;
static struct vrrp_checks *checks;
static struct vrrp_level last;
static unsigned told, wanted;
static bool timed_out;

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_level(const struct vrrp_level *level, void *arg)
{
	(void)arg;
	last = *level;
	if (++told == wanted)
		loop_stop(l);
}

static int
setup(void **state)
{
	static const struct vrrp_checks_kind *const kinds[] = {
		&vrrp_check_tcp, &vrrp_check_ping, &vrrp_check_http, NULL,
	};

	(void)state;
	told = 0;
	timed_out = false;
	memset(&last, 0, sizeof(last));
	l = loop_new();
	assert_non_null(l);
	shared.ping = vrrp_ping_open();
	assert_non_null(shared.ping);
	assert_int_equal(vrrp_ping_listen(shared.ping, l), 0);
	checks = vrrp_checks_new(l, kinds, &shared, on_level, NULL);
	assert_non_null(checks);
	guard = loop_timer_new(l, on_guard, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_checks_free(checks);
	vrrp_ping_close(shared.ping);
	loop_timer_free(guard);
	loop_free(l);
	return 0;
}

/* Until so many levels were told in all. */
static void
run_until(unsigned n)
{
	wanted = n;
	loop_timer_set(guard, mono_add(loop_clock(), PATIENCE));
	while (told < n && !timed_out)
		assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
}

static void
run_for(int64_t ns)
{
	wanted = 0;
	timed_out = false;
	loop_timer_set(guard, mono_add(loop_clock(), ns));
	assert_int_equal(loop_run(l), 0);
	assert_true(timed_out);
	timed_out = false;
}

static struct vrrp_tracker_params
tracker(enum vrrp_track_kind kind, const char *address)
{
	struct vrrp_tracker_params p = {
		.kind = kind,
		.name = "t",
		.interval_ns = 10 * NS_PER_MS,
		.timeout_ns = 5 * NS_PER_S,
		.fall = 1,
		.rise = 1,
		.verify = true,
	};

	if (address != NULL)
		assert_int_equal(addr_parse(address, &p.address), 0);
	return p;
}

static void
declare(struct vrrp_tracker_params *p)
{
	struct vrrp_config config = { .tracker_count = 1, .trackers = p };

	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
}

static void
forget(void)
{
	struct vrrp_config config = { .tracker_count = 0 };

	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	told = 0;
}

/* --- tcp --- */

static int
listener(uint16_t *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*port = ntohs(sin.sin_port);
	return fd;
}

static void
test_vrrp_check_tcp_follows_the_port(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_TCP, "127.0.0.1");
	int fd = listener(&p.port);

	(void)state;
	declare(&p);
	run_until(1);
	assert_true(last.up);
	assert_string_equal(last.name, "t");
	close(fd);
	run_until(2);
	assert_false(last.up);
	assert_string_equal(last.reason, strerror(ECONNREFUSED));
}

static void
test_vrrp_check_tcp_asks_each_interval_from_its_source(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_TCP, "127.0.0.1");
	int fd = listener(&p.port), seen = 0, one;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	(void)state;
	assert_int_equal(addr_parse("127.0.0.9", &p.source), 0);
	declare(&p);
	run_until(1);
	assert_true(last.up);
	run_for(200 * NS_PER_MS);
	while ((one = accept(fd, (struct sockaddr *)&from, &len)) >= 0) {
		assert_int_equal(ntohl(from.sin_addr.s_addr), 0x7f000009);
		close(one);
		seen++;
	}
	assert_in_range(seen, 3, 40);
	close(fd);
}

/* A source that is not ours is a check that fails, not one that lies. */
static void
test_vrrp_check_tcp_source_of_others_fails(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_TCP, "127.0.0.1");
	int fd = listener(&p.port);

	(void)state;
	assert_int_equal(addr_parse("192.0.2.77", &p.source), 0);
	declare(&p);
	run_until(1);
	assert_false(last.up);
	assert_string_equal(last.reason, strerror(EADDRNOTAVAIL));
	close(fd);
}

/* Any device will do for a VRF here; without one the check fails. */
static void
test_vrrp_check_tcp_in_a_vrf(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_TCP, "127.0.0.1");
	int fd = listener(&p.port);

	(void)state;
	(void)strcpy(p.vrf, "lo");
	declare(&p);
	run_until(1);
	assert_true(last.up);
	forget();
	(void)strcpy(p.vrf, "no-such-vrf");
	declare(&p);
	run_until(1);
	assert_false(last.up);
	assert_string_equal(last.reason, strerror(ENODEV));
	close(fd);
}

/* The queue of the listener is full: nothing answers, the deadline ends it. */
static void
test_vrrp_check_tcp_silence_ends_at_the_deadline(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_TCP, "127.0.0.1");
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = listener(&p.port), others[8];
	unsigned i;

	(void)state;
	assert_int_equal(listen(fd, 0), 0);
	sin.sin_port = htons(p.port);
	for (i = 0; i < 8; i++) {
		others[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0);
		(void)connect(others[i], (struct sockaddr *)&sin, sizeof(sin));
	}
	p.interval_ns = p.timeout_ns = 50 * NS_PER_MS;
	declare(&p);
	run_until(1);
	assert_false(last.up);
	for (i = 0; i < 8; i++)
		close(others[i]);
	close(fd);
}

/* --- ping --- */

static bool
raw_allowed(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd == -1)
		return false;
	close(fd);
	return true;
}

static void
test_vrrp_check_ping_hears_its_answers(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };
	unsigned i;

	(void)state;
	if (!raw_allowed())
		skip();
	for (i = 0; i < 2; i++) {
		struct vrrp_tracker_params p = tracker(VRRP_TRACK_PING,
		    addresses[i]);
		int fd = socket(i == 0 ? AF_INET : AF_INET6, SOCK_RAW |
		    SOCK_CLOEXEC, i == 0 ? IPPROTO_ICMP : (int)IPPROTO_ICMPV6);

		if (fd == -1)
			continue;
		close(fd);
		declare(&p);
		run_until(1);
		assert_true(last.up);
		run_for(100 * NS_PER_MS);
		assert_int_equal(told, 1);
		forget();
	}
}

static void
test_vrrp_check_ping_in_a_vrf(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };
	struct vrrp_tracker_params p;
	unsigned i;

	(void)state;
	if (!raw_allowed())
		skip();
	for (i = 0; i < 2; i++) {
		p = tracker(VRRP_TRACK_PING, addresses[i]);
		(void)strcpy(p.vrf, "lo");
		declare(&p);
		run_until(1);
		assert_true(last.up);
		forget();
		(void)strcpy(p.vrf, "no-such-vrf");
		declare(&p);
		run_until(1);
		assert_false(last.up);
		assert_string_equal(last.reason, strerror(ENODEV));
		forget();
	}
}

/* 127.0.0.1 answers, but 198.51.100.1 (RFC 5737) does not, nor is it routed. */
static void
test_vrrp_check_ping_silence_is_down(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_PING,
	    "198.51.100.1");

	(void)state;
	if (!raw_allowed())
		skip();
	assert_int_equal(addr_parse("127.0.0.1", &p.source), 0);
	p.timeout_ns = p.interval_ns = 50 * NS_PER_MS;
	declare(&p);
	run_until(1);
	assert_false(last.up);
}

static void
test_vrrp_check_ping_without_the_right_says_so(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_PING, "127.0.0.1");

	(void)state;
	if (raw_allowed())
		skip();
	declare(&p);
	run_until(1);
	assert_false(last.up);
	assert_string_equal(last.reason, strerror(EPERM));
}

/* --- http --- */

static SSL_CTX *server_ctx;
static unsigned asked;
static char host_seen[128], from_seen[64];

static void
serve(struct evhttp_request *req, void *arg)
{
	const char *uri = evhttp_request_get_uri(req), *host, *from;
	struct evbuffer *body = evbuffer_new();
	uint16_t port;

	(void)arg;
	asked++;
	host = evhttp_find_header(evhttp_request_get_input_headers(req),
	    "Host");
	(void)snprintf(host_seen, sizeof(host_seen), "%s",
	    host == NULL ? "" : host);
	evhttp_connection_get_peer(evhttp_request_get_connection(req),
	    (char **)(uintptr_t)&from, &port);
	(void)snprintf(from_seen, sizeof(from_seen), "%s", from);
	if (strcmp(uri, "/late") == 0) {
		evbuffer_free(body);
		return;			/* never answered */
	}
	if (strcmp(uri, "/huge") == 0) {
		size_t i;

		for (i = 0; i < VRRP_CHECK_HTTP_BODY_MAX / 1024 + 2; i++)
			evbuffer_add_printf(body, "%1024s", "x");
	} else
		evbuffer_add_printf(body, "hello, %s", uri);
	evhttp_send_reply(req, strcmp(uri, "/500") == 0 ? 500 : 200, "x",
	    body);
	evbuffer_free(body);
}

static struct bufferevent *
tls_server(struct event_base *base, void *arg)
{
	(void)arg;
	return bufferevent_openssl_socket_new(base, -1, SSL_new(server_ctx),
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

static struct evhttp *
server(bool tls, uint16_t *port)
{
	struct evhttp *http = evhttp_new(loop_base(l));
	struct evhttp_bound_socket *s;
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	assert_non_null(http);
	if (tls)
		evhttp_set_bevcb(http, tls_server, NULL);
	evhttp_set_gencb(http, serve, NULL);
	s = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	assert_non_null(s);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(s),
	    (struct sockaddr *)&sin, &len), 0);
	*port = ntohs(sin.sin_port);
	return http;
}

/* One tracker of this URL until its first level. */
static void
ask_with(struct vrrp_tracker_params *p, const char *site, unsigned port,
    const char *path)
{
	(void)snprintf(p->url, sizeof(p->url), "%s:%u%s", site, port, path);
	forget();
	declare(p);
	run_until(1);
	forget();
}

static void
test_vrrp_check_http_judges_the_answer(void **state)
{
	/* printf %s 'hello, /d' | md5sum, | sha256sum */
	static const struct {
		const char	*path, *match, *digest;
		uint16_t	 first, last;
		bool		 good;
		const char	*reason;
	} cases[] = {
		{ "/a", "", "", 0, 0, true, "" },
		{ "/500", "", "", 0, 0, false, "status 500" },
		{ "/500", "", "", 400, 599, true, "" },
		{ "/a", "", "", 400, 599, false, "status 200" },
		{ "/a", "lo, /a", "", 0, 0, true, "" },
		{ "/a", "goodbye", "", 0, 0, false,
		    "status 200 without the text wanted" },
		{ "/d", "", "MD5", 0, 0, true, "" },
		{ "/d", "", "SHA", 0, 0, true, "" },
		{ "/e", "", "MD5", 0, 0, false,
		    "status 200 with another digest" },
		{ "/q?x=1&y=2", "/q?x=1&y=2", "", 0, 0, true, "" },
		{ "", "hello, /", "", 0, 0, true, "" },
		{ "/huge", "", "", 0, 0, false, "answer too long" },
	};
	uint16_t port;
	struct evhttp *http = server(false, &port);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n, k;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_tracker_params p = tracker(VRRP_TRACK_HTTP, NULL);
		const EVP_MD *md = strcmp(cases[i].digest, "MD5") == 0 ?
		    EVP_md5() : EVP_sha256();

		if (cases[i].first != 0) {
			p.status[0].first = cases[i].first;
			p.status[0].last = cases[i].last;
			p.status_count = 1;
		}
		(void)snprintf(p.match, sizeof(p.match), "%s",
		    cases[i].match);
		if (cases[i].digest[0] != '\0') {
			assert_int_equal(EVP_Digest("hello, /d", 9, digest, &n,
			    md, NULL), 1);
			for (k = 0; k < n; k++)
				(void)snprintf(p.digest + 2 * k, 3, "%02x",
				    digest[k]);
		}
		ask_with(&p, "http://127.0.0.1", port, cases[i].path);
		assert_string_equal(last.reason, cases[i].reason);
		assert_int_equal(last.up, cases[i].good);
	}
	evhttp_free(http);
}

static void
test_vrrp_check_http_asks_as_it_is_told(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_HTTP, "127.0.0.1");
	uint16_t port;
	struct evhttp *http = server(false, &port);
	char expect[64];

	(void)state;
	assert_int_equal(addr_parse("127.0.0.5", &p.source), 0);
	ask_with(&p, "http://www.example.net", port, "/");
	assert_true(last.up);
	(void)snprintf(expect, sizeof(expect), "www.example.net:%u", port);
	assert_string_equal(host_seen, expect);
	assert_string_equal(from_seen, "127.0.0.5");
	/* A name of /etc/hosts, through the resolver. */
	p = tracker(VRRP_TRACK_HTTP, NULL);
	ask_with(&p, "http://localhost", port, "/");
	/* The first may be ::1, where nobody listens; but it is resolved. */
	assert_true(last.up ||
	    strcmp(last.reason, strerror(ECONNREFUSED)) == 0);
	evhttp_free(http);
}

static void
test_vrrp_check_http_nobody_and_silence_are_down(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_HTTP, NULL);
	uint16_t port;
	struct evhttp *http = server(false, &port);
	int fd;

	(void)state;
	p.timeout_ns = p.interval_ns = 50 * NS_PER_MS;
	ask_with(&p, "http://127.0.0.1", port, "/late");
	assert_false(last.up);
	assert_true(asked > 0);
	evhttp_free(http);
	ask_with(&p, "http://127.0.0.1", port, "/");
	assert_false(last.up);
	/* Takes the connection and says nothing. */
	fd = listener(&port);
	ask_with(&p, "http://127.0.0.1", port, "/");
	assert_false(last.up);
	close(fd);
}

/* A hundred rounds leave nothing behind (run under a sanitizer). */
static void
test_vrrp_check_http_goes_on_and_follows(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_HTTP, NULL);
	uint16_t port;
	struct evhttp *http = server(false, &port);
	unsigned before;

	(void)state;
	(void)snprintf(p.url, sizeof(p.url), "http://127.0.0.1:%u/a", port);
	declare(&p);
	run_until(1);
	assert_true(last.up);
	before = asked;
	run_for(500 * NS_PER_MS);
	assert_true(asked >= before + 5);
	assert_int_equal(told, 1);
	evhttp_free(http);
	run_until(2);
	assert_false(last.up);
}

/* --- https --- */

static char ca_path[] = "/tmp/swiftover-ca-XXXXXX";

/* A certificate of its own authority, good for "good.example" and 127.0.0.1. */
static void
make_server_ctx(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509_NAME *name;
	X509V3_CTX v3;
	X509_EXTENSION *ext;
	FILE *f;
	int fd = mkstemp(ca_path);

	assert_true(fd >= 0);
	assert_non_null(key);
	assert_int_equal(X509_set_version(cert, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	name = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509V3_set_ctx(&v3, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &v3, NID_subject_alt_name,
	    "DNS:good.example,IP:127.0.0.1");
	assert_non_null(ext);
	X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	f = fdopen(fd, "w");
	assert_int_equal(PEM_write_X509(f, cert), 1);
	fclose(f);
	server_ctx = SSL_CTX_new(TLS_server_method());
	assert_int_equal(SSL_CTX_use_certificate(server_ctx, cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server_ctx, key), 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static void
test_vrrp_check_https_wants_a_good_certificate(void **state)
{
	static const struct {
		const char	*url;
		bool		 ca, verify, good;
		const char	*reason;
	} cases[] = {
		{ "https://good.example", true, true, true, "" },
		{ "https://127.0.0.1", true, true, true, "" },
		{ "https://bad.example", true, true, false,
		    "certificate: hostname mismatch" },
		{ "https://bad.example", true, false, true, "" },
		{ "https://good.example", false, true, false,
		    "certificate: self-signed certificate" },
		{ "https://good.example", false, false, true, "" },
	};
	struct evhttp *http;
	uint16_t port;
	size_t i;

	(void)state;
	make_server_ctx();
	http = server(true, &port);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_tracker_params p = tracker(VRRP_TRACK_HTTP,
		    "127.0.0.1");

		p.verify = cases[i].verify;
		if (cases[i].ca)
			(void)snprintf(p.ca, sizeof(p.ca), "%s", ca_path);
		ask_with(&p, cases[i].url, port, "/");
		if (!cases[i].good)
			assert_string_equal(last.reason, cases[i].reason);
		assert_int_equal(last.up, cases[i].good);
	}
	evhttp_free(http);
	SSL_CTX_free(server_ctx);
	unlink(ca_path);
}

static void
test_vrrp_check_https_against_a_server_without_tls(void **state)
{
	struct vrrp_tracker_params p = tracker(VRRP_TRACK_HTTP, "127.0.0.1");
	uint16_t port;
	struct evhttp *http = server(false, &port);

	(void)state;
	p.verify = false;
	ask_with(&p, "https://good.example", port, "/");
	assert_false(last.up);
	p.verify = true;
	(void)snprintf(p.ca, sizeof(p.ca), "/nonexistent/ca.pem");
	ask_with(&p, "https://good.example", port, "/");
	assert_false(last.up);
	assert_string_equal(last.reason,
	    "cannot read the certificates of the authorities");
	evhttp_free(http);
}

#define T(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_vrrp_check_tcp_follows_the_port),
		T(test_vrrp_check_tcp_asks_each_interval_from_its_source),
		T(test_vrrp_check_tcp_source_of_others_fails),
		T(test_vrrp_check_tcp_in_a_vrf),
		T(test_vrrp_check_ping_in_a_vrf),
		T(test_vrrp_check_tcp_silence_ends_at_the_deadline),
		T(test_vrrp_check_ping_hears_its_answers),
		T(test_vrrp_check_ping_silence_is_down),
		T(test_vrrp_check_ping_without_the_right_says_so),
		T(test_vrrp_check_http_judges_the_answer),
		T(test_vrrp_check_http_asks_as_it_is_told),
		T(test_vrrp_check_http_nobody_and_silence_are_down),
		T(test_vrrp_check_http_goes_on_and_follows),
		T(test_vrrp_check_https_wants_a_good_certificate),
		T(test_vrrp_check_https_against_a_server_without_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
