/*
 * bfd_conf_print.c - struct bfd_config to the text of bfdd.conf(5).
 *
 * Every value is spelled out, whether it was said or is the default, so that
 * "bfdd -nv" shows what is in force.  What is printed is read by bfd_conf.c as
 * the same configuration; the goldens of test/conf/bfdd and fuzz_bfd_conf hold
 * that.  No output but into memory.
 */
#include "config.h"

#include "bfdd/bfd_conf_print.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_conf.h"
#include "bfdd/pure/bfd_auth.h"
#include "shared/conf_words.h"

#define INDENT	"    "

static void
print_addr(FILE *f, const char *name, const struct addr *a)
{
	char text[ADDR_STRLEN];

	if (addr_is_set(a))
		(void)fprintf(f, "    %s = %s\n", name,
		    addr_format(a, text, sizeof(text)));
}

static void
print_bool(FILE *f, const char *name, bool value)
{
	(void)fprintf(f, "    %s = %s\n", name, value ? "yes" : "no");
}

/* name = KEY, as text where it is some. */
static void
print_key(FILE *f, const char *name, const struct bfd_auth_key *k)
{
	char text[BFD_AUTH_KEY_LEN_MAX + 1];
	bool plain = true;
	size_t i;

	for (i = 0; i < k->len; i++)
		plain = plain && isascii(k->key[i]) && isprint(k->key[i]);
	memcpy(text, k->key, k->len);
	text[k->len] = '\0';
	if (plain && !bfd_conf_key_is_hex(text)) {
		(void)fprintf(f, "    %s = ", name);
		print_quoted(f, text, k->len);
		(void)fputc('\n', f);
	} else {
		(void)fprintf(f, "    %s = 0x", name);
		for (i = 0; i < k->len; i++)
			(void)fprintf(f, "%02x", k->key[i]);
		(void)fputc('\n', f);
	}
	explicit_bzero(text, sizeof(text));
}

static void
print_auth(FILE *f, const struct bfd_auth_params *a)
{
	unsigned i;

	(void)fprintf(f, "    auth = %s\n", bfd_auth_type_name(a->type));
	if (a->type == BFD_AUTH_NONE)
		return;
	(void)fprintf(f, "    auth_key_id = %u\n", a->keys[0].id);
	print_key(f, "auth_key", &a->keys[0]);
	for (i = 1; i < a->key_count; i++) {
		(void)fprintf(f, "    accept_key %u {\n    ", a->keys[i].id);
		print_key(f, "key", &a->keys[i]);
		(void)fprintf(f, "    }\n");
	}
}

static void
print_session(FILE *f, const struct bfd_params *s)
{
	(void)fprintf(f, "\nsession %s {\n", s->name);
	print_addr(f, "peer", &s->peer);
	print_addr(f, "local", &s->local);
	if (s->interface[0] != '\0')
		print_string(f, INDENT, "interface", s->interface);
	print_bool(f, "multihop", s->multihop);
	if (s->multihop)
		(void)fprintf(f, "    rx_ttl = %u\n", s->rx_ttl);
	if (s->desired_min_tx_ns == s->required_min_rx_ns)
		print_span(f, INDENT, "interval", s->desired_min_tx_ns);
	else {
		print_span(f, INDENT, "min_tx", s->desired_min_tx_ns);
		print_span(f, INDENT, "min_rx", s->required_min_rx_ns);
	}
	(void)fprintf(f, "    multiplier = %u\n", s->detect_mult);
	print_bool(f, "passive", s->passive);
	if (s->echo_min_rx_ns > 0)
		print_span(f, INDENT, "echo_min_rx", s->echo_min_rx_ns);
	if (s->echo_tx_ns > 0)
		print_span(f, INDENT, "echo_min_tx", s->echo_tx_ns);
	print_bool(f, "unaffiliated_echo", s->unaffiliated);
	print_bool(f, "admin_down", s->admin_down);
	print_auth(f, &s->auth);
	(void)fprintf(f, "}\n");
}

char *
bfd_conf_print(const struct bfd_config *c)
{
	char *text = NULL;
	size_t len;
	unsigned i;
	FILE *f;

	if ((f = open_memstream(&text, &len)) == NULL)
		return NULL;
	(void)fprintf(f, "realtime_priority = %d\n", c->realtime_priority);
	(void)fprintf(f, "max_packets_per_second = %lld\n",
	    (long long)c->packets_max);
	for (i = 0; i < c->count; i++)
		print_session(f, &c->sessions[i]);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
