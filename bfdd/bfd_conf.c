/*
 * bfd_conf.c - bfdd.conf(5) to struct bfd_config; bfd_conf_print.c is the way back.
 *
 * libconfuse knows the block syntax and nothing of our values: every value is
 * handed to us as a word with its line, and read by the functions of
 * conf_words.h, so that every error names its line and all errors of a file are
 * found in one go.  Only what libconfuse itself refuses, a syntax error or an
 * unknown word, ends the file at once.
 *
 * Words are turned into sessions one by one; when all are there, they are
 * checked against each other.
 *
 * A new word touches: bfd_params.h, here (table, build), bfd_conf_print.c, its
 * user, the man page, a golden in test/conf/bfdd.
 */
#include "config.h"

#include "bfdd/bfd_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/pure/bfd_auth.h"
#include "bfdd/pure/bfd_congestion.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/conf_words.h"
#include "shared/pure/mono.h"

#define PACKETS_MAX_MAX	10000000
#define KEY_LEN_MAX_MD5	16			/* and simple passwords */

/* The configuration that is being made. */
struct draft {
	struct parse		p;
	struct bfd_config	config;
};

/* --- authentication (B-106) --- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t
key_len_max(enum bfd_auth_type type)
{
	return type == BFD_AUTH_KEYED_SHA1 ||
	    type == BFD_AUTH_METICULOUS_SHA1 ? BFD_AUTH_KEY_LEN_MAX :
	    KEY_LEN_MAX_MD5;
}

bool
bfd_conf_key_is_hex(const char *text)
{
	size_t i;

	if (text[0] != '0' || text[1] != 'x')
		return false;
	for (i = 2; text[i] != '\0'; i++) {
		if (hex_digit(text[i]) < 0)
			return false;
	}
	return i > 2 && i % 2 == 0;
}

/* Complaints never say what the key is. */
static void
read_key(struct parse *p, const char *name, const struct word *w,
    enum bfd_auth_type type, struct bfd_auth_key *out)
{
	bool hex = bfd_conf_key_is_hex(w->text);
	size_t i, len = hex ? strlen(w->text) / 2 - 1 : strlen(w->text);

	if (len == 0 || len > key_len_max(type)) {
		bad(p, w->line, "%s: must have 1 to %zu bytes", name,
		    key_len_max(type));
		return;
	}
	for (i = 0; i < len; i++)
		out->key[i] = hex ?
		    (uint8_t)(hex_digit(w->text[2 + 2 * i]) << 4 |
		    hex_digit(w->text[3 + 2 * i])) : (uint8_t)w->text[i];
	out->len = (uint8_t)len;
}

/* A title that is not a key id may be the key: not repeated either. */
static bool
read_key_id(struct parse *p, cfg_t *sec, uint8_t *id)
{
	const char *title = cfg_title(sec);
	char *end;
	long v;

	errno = 0;
	v = strtol(title, &end, 10);
	if (!isdigit((unsigned char)title[0]) || errno != 0 || *end != '\0' ||
	    v > 255) {
		bad(p, begin_line(sec), "accept_key: must be followed by a key "
		    "id from 0 to 255");
		return false;
	}
	*id = (uint8_t)v;
	return true;
}

/* Keys that are accepted beside the one that signs: a rollover. */
static void
build_accept_keys(struct parse *p, cfg_t *session, struct bfd_auth_params *a)
{
	unsigned i, j, count = cfg_size(session, "accept_key");

	if (count >= BFD_AUTH_KEYS_MAX) {
		bad(p, begin_line(cfg_getnsec(session, "accept_key",
		    BFD_AUTH_KEYS_MAX - 1)), "more than %d accept_key",
		    BFD_AUTH_KEYS_MAX - 1);
		return;
	}
	for (i = 0; i < count; i++) {
		cfg_t *sec = cfg_getnsec(session, "accept_key", i);
		struct bfd_auth_key *k = &a->keys[a->key_count];
		const struct word *key = word_get(sec, "key");

		if (!read_key_id(p, sec, &k->id))
			continue;
		for (j = 0; j < a->key_count; j++) {
			if (a->keys[j].id == k->id)
				bad(p, begin_line(sec), "accept_key %u: the "
				    "session has a key with this id", k->id);
		}
		if (key == NULL)
			bad(p, begin_line(sec), "accept_key %u has no key",
			    k->id);
		else
			read_key(p, "key", key, a->type, k);
		a->key_count++;
	}
}

static void
build_auth(struct parse *p, cfg_t *sec, struct bfd_auth_params *a)
{
	const struct word *auth = word_get(sec, "auth");
	const struct word *key = word_get(sec, "auth_key");
	const struct word *id = word_get(sec, "auth_key_id");
	enum bfd_auth_type type;
	long v;

	for (type = BFD_AUTH_NONE; auth != NULL && type < BFD_AUTH_TYPE_COUNT;
	    type++) {
		if (strcmp(auth->text, bfd_auth_type_name(type)) == 0)
			break;
	}
	if (auth != NULL && type == BFD_AUTH_TYPE_COUNT) {
		bad(p, auth->line, "auth = %s: must be none, simple, keyed-md5,"
		    " meticulous-md5, keyed-sha1 or meticulous-sha1",
		    auth->text);
		return;
	}
	if (auth == NULL || type == BFD_AUTH_NONE) {
		if (key != NULL || id != NULL)
			bad(p, key != NULL ? key->line : id->line,
			    "%s without auth", key != NULL ? "auth_key" :
			    "auth_key_id");
		if (cfg_size(sec, "accept_key") > 0)
			bad(p, begin_line(cfg_getnsec(sec, "accept_key", 0)),
			    "accept_key without auth");
		return;
	}
	a->type = type;
	if (!bfd_auth_available(a->type)) {
		bad(p, auth->line, "auth = %s: the cryptographic library of "
		    "this machine refuses it", auth->text);
		return;
	}
	if (key == NULL) {
		bad(p, auth->line, "auth = %s needs auth_key", auth->text);
		return;
	}
	if (id == NULL) {
		bad(p, auth->line, "auth = %s needs auth_key_id", auth->text);
		return;
	}
	a->key_count = 1;
	read_key(p, "auth_key", key, a->type, &a->keys[0]);
	if (read_int(p, sec, "auth_key_id", 0, 255, &v))
		a->keys[0].id = (uint8_t)v;
	build_accept_keys(p, sec, a);
}

/* --- a session --- */

static void
build_name(struct parse *p, const char *title, struct bfd_params *s)
{
	char why[160];

	if (name_parse("session", title, BFD_NAME_MAX - 1, why,
	    sizeof(why)) != 0)
		bad(p, s->line, "%s", why);
	(void)snprintf(s->name, sizeof(s->name), "%s", title);
}

static void
build_path(struct parse *p, cfg_t *sec, struct bfd_params *s)
{
	const struct word *interface = word_get(sec, "interface");
	const struct word *ttl = word_get(sec, "rx_ttl");
	long v;

	(void)read_bool(p, sec, "multihop", &s->multihop);
	(void)read_addr(p, sec, "peer", &s->peer);
	(void)read_addr(p, sec, "local", &s->local);
	(void)read_interface(p, sec, "interface", s->interface);
	if (word_get(sec, "peer") == NULL)
		bad(p, s->line, "session %s has no peer", s->name);
	if (addr_is_set(&s->peer) && addr_is_set(&s->local)) {
		if (s->peer.family != s->local.family)
			bad(p, word_get(sec, "local")->line, "local and peer "
			    "are of different families");
		else if (addr_equal(&s->peer, &s->local))
			bad(p, word_get(sec, "local")->line, "local and peer "
			    "are the same address");
	}
	if (!s->multihop) {
		if (interface == NULL)
			bad(p, s->line, "session %s has no interface (only "
			    "multihop = yes goes without)", s->name);
		if (ttl != NULL)
			bad(p, ttl->line, "rx_ttl is for multihop = yes; over "
			    "one hop it is 255");
		return;
	}
	s->rx_ttl = BFD_RX_TTL_MULTIHOP_DEFAULT;
	if (interface != NULL)
		bad(p, interface->line, "multihop = yes has no interface: the "
		    "routes decide");
	if (addr_is_set(&s->peer) && addr_is_link_local(&s->peer))
		bad(p, s->line, "session %s: a link-local peer is never more "
		    "than one hop away", s->name);
	if (read_int(p, sec, "rx_ttl", 1, 255, &v))
		s->rx_ttl = (uint8_t)v;
}

static void
build_timers(struct parse *p, cfg_t *sec, struct bfd_params *s)
{
	const struct word *interval = word_get(sec, "interval");
	long v;

	if (interval != NULL && (word_get(sec, "min_tx") != NULL ||
	    word_get(sec, "min_rx") != NULL))
		bad(p, interval->line, "interval sets min_tx and min_rx: give "
		    "one or the others");
	(void)read_bfd_interval(p, sec, "interval", &s->desired_min_tx_ns);
	if (interval != NULL)
		s->required_min_rx_ns = s->desired_min_tx_ns;
	(void)read_bfd_interval(p, sec, "min_tx", &s->desired_min_tx_ns);
	(void)read_bfd_interval(p, sec, "min_rx", &s->required_min_rx_ns);
	if (read_int(p, sec, "multiplier", 1, 255, &v))
		s->detect_mult = (uint8_t)v;
}

static void
build_echo(struct parse *p, cfg_t *sec, struct bfd_params *s)
{
	const struct word *rx = word_get(sec, "echo_min_rx");
	const struct word *tx = word_get(sec, "echo_min_tx");
	const struct word *unaffiliated = word_get(sec, "unaffiliated_echo");
	const struct word *passive = word_get(sec, "passive");
	const struct word *echo = rx != NULL ? rx : tx;

	(void)read_bfd_interval(p, sec, "echo_min_rx", &s->echo_min_rx_ns);
	(void)read_bfd_interval(p, sec, "echo_min_tx", &s->echo_tx_ns);
	(void)read_bool(p, sec, "unaffiliated_echo", &s->unaffiliated);
	if (s->multihop && echo != NULL)		/* B-94 */
		bad(p, echo->line, "multihop = yes has no echo");
	if (!s->unaffiliated)
		return;
	if (s->multihop)
		bad(p, unaffiliated->line, "multihop = yes has no echo");
	if (echo != NULL)
		bad(p, echo->line, "unaffiliated_echo = yes has no other echo: "
		    "its interval is interval");
	if (s->passive)
		bad(p, passive->line, "unaffiliated_echo = yes: a peer that "
		    "only forwards does not begin");
	if (s->desired_min_tx_ns != s->required_min_rx_ns)
		bad(p, unaffiliated->line, "unaffiliated_echo = yes has one "
		    "interval, not min_tx and min_rx");
}

static void
build_session(struct parse *p, cfg_t *sec, struct bfd_params *s)
{
	bfd_params_init(s);
	s->line = begin_line(sec);
	build_name(p, cfg_title(sec), s);
	build_path(p, sec, s);
	build_timers(p, sec, s);
	build_auth(p, sec, &s->auth);
	(void)read_bool(p, sec, "passive", &s->passive);
	build_echo(p, sec, s);
	(void)read_bool(p, sec, "admin_down", &s->admin_down);
}

/* --- the whole --- */

/* Equal keys next to each other, then by line; an unset peer has no key. */
static int
by_key(const void *x, const void *y)
{
	const struct bfd_params *a = *(const struct bfd_params *const *)x;
	const struct bfd_params *b = *(const struct bfd_params *const *)y;
	int rv;

	if (a->multihop != b->multihop)
		return a->multihop ? 1 : -1;
	if ((rv = addr_cmp(&a->peer, &b->peer)) != 0)
		return rv;
	rv = a->multihop ? addr_cmp(&a->local, &b->local) :
	    strcmp(a->interface, b->interface);
	return rv != 0 ? rv : a->line - b->line;
}

/* B-113, B-121: one session per key. */
static int
check_keys(struct draft *d)
{
	const struct bfd_config *c = &d->config;
	const struct bfd_params **sorted;
	unsigned i;

	if (c->count < 2)
		return 0;
	if ((sorted = calloc(c->count, sizeof(*sorted))) == NULL)
		return -ENOMEM;
	for (i = 0; i < c->count; i++)
		sorted[i] = &c->sessions[i];
	qsort(sorted, c->count, sizeof(*sorted), by_key);
	for (i = 1; i < c->count; i++) {
		const struct bfd_params *a = sorted[i - 1], *b = sorted[i];

		if (addr_is_set(&b->peer) && bfd_params_same_key(a, b))
			bad(&d->p, b->line, "session %s is the same as %s (line "
			    "%d): one session per peer and %s", b->name,
			    a->name, a->line, b->multihop ? "local address" :
			    "interface");
	}
	free(sorted);
	return 0;
}

static int
build_config(struct draft *d, cfg_t *root)
{
	struct parse *p = &d->p;
	unsigned i, count = cfg_size(root, "session");
	long v;

	if (read_int(p, root, "realtime_priority", 0, 99, &v))
		d->config.realtime_priority = (int)v;
	if (read_int(p, root, "max_packets_per_second", 0, PACKETS_MAX_MAX, &v))
		d->config.packets_max = v;
	if (count > BFD_SESSIONS_MAX) {
		bad(p, begin_line(cfg_getnsec(root, "session",
		    BFD_SESSIONS_MAX)), "more than %d sessions",
		    BFD_SESSIONS_MAX);
		return 0;
	}
	if (count == 0)
		return 0;
	d->config.sessions = calloc(count, sizeof(*d->config.sessions));
	if (d->config.sessions == NULL)
		return -ENOMEM;
	d->config.count = count;
	for (i = 0; i < count; i++)
		build_session(p, cfg_getnsec(root, "session", i),
		    &d->config.sessions[i]);
	return check_keys(d);
}

/* Words that people write instead of ours. */
static const struct conf_hint hints[] = {
	{ "instance", NULL, "a block of vrrpd.conf(5)" },
	{ "group", NULL, "a block of vrrpd.conf(5)" },
	{ "bfd", "session", NULL },
	{ "peers", "session", NULL },
	{ "bfd_instance", NULL, "a word of keepalived: vrrpctl convert FILE "
	    "makes a vrrpd.conf of its configuration" },
	{ "neighbor", "peer", NULL },
	{ "neighbour", "peer", NULL },
	{ "address", "peer", NULL },
	{ "iface", "interface", NULL },
	{ "tx", "min_tx", NULL },
	{ "rx", "min_rx", NULL },
	{ NULL, NULL, NULL },
};

static int
parse_text(struct draft *d, const char *text)
{
	cfg_opt_t key_opts[] = {
		BEGINNING,
		WORD("key"),
		CFG_END()
	};
	cfg_opt_t session_opts[] = {
		BEGINNING,
		WORD("peer"),
		WORD("local"),
		WORD("interface"),
		WORD("interval"),
		WORD("min_tx"),
		WORD("min_rx"),
		WORD("multiplier"),
		WORD("multihop"),
		WORD("rx_ttl"),
		WORD("passive"),
		WORD("echo_min_rx"),
		WORD("echo_min_tx"),
		WORD("unaffiliated_echo"),
		WORD("admin_down"),
		WORD("auth"),
		WORD("auth_key_id"),
		WORD("auth_key"),
		BLOCK_OF("accept_key", key_opts, CFGF_NONE),
		CFG_END()
	};
	cfg_opt_t root_opts[] = {
		WORD("realtime_priority"),
		WORD("max_packets_per_second"),
		BLOCK("session", session_opts),
		CFG_END()
	};
	cfg_t *root;
	int rv;

	if ((root = cfg_init(root_opts, CFGF_NONE)) == NULL)
		return -ENOMEM;
	d->p.hints = hints;
	rv = parse_words(&d->p, root, text);
	if (rv == 0)
		rv = build_config(d, root);
	(void)cfg_free(root);
	return rv;
}

/* Errors are found in several passes; people read from top to bottom. */
static void
sort_errors(struct conf_errors *list, unsigned from)
{
	unsigned i, j, end = list->count < CONF_ERRORS_MAX ? list->count :
	    CONF_ERRORS_MAX;

	for (i = from + 1; i < end; i++) {
		struct conf_error e = list->list[i];

		for (j = i; j > from && list->list[j - 1].line > e.line; j--)
			list->list[j] = list->list[j - 1];
		list->list[j] = e;
	}
}

void
bfd_conf_empty(struct bfd_config *out)
{
	*out = (struct bfd_config){
		.realtime_priority = BFD_REALTIME_PRIORITY_DEFAULT,
		.packets_max = BFD_PACKETS_MAX_DEFAULT,
	};
}

int
bfd_conf_parse_text(const char *text, const char *filename,
    struct bfd_config *out, struct conf_errors *errors)
{
	unsigned before = errors->count;
	struct draft *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL) {
		conf_errors_add(errors, filename, 0, "out of memory");
		return -EINVAL;
	}
	d->p.file = filename;
	d->p.errors = errors;
	bfd_conf_empty(&d->config);
	if (parse_text(d, text) == -ENOMEM)
		conf_errors_add(errors, filename, 0, "out of memory");
	sort_errors(errors, before);
	if (errors->count == before)
		*out = d->config;
	else
		bfd_config_free(&d->config);
	free(d);
	return errors->count == before ? 0 : -EINVAL;
}

int
bfd_conf_parse_file(const char *path, struct bfd_config *out,
    struct conf_errors *errors)
{
	char *text;
	int rv;

	if (conf_read_file(path, &text, errors) != 0)
		return -EINVAL;
	rv = bfd_conf_parse_text(text, path, out, errors);
	explicit_bzero(text, strlen(text));
	free(text);
	return rv;
}
