/*
 * fuzz_bfd_conf.c - any text as bfdd.conf: an answer, and what it promises.
 *
 * What is accepted is printed and read back as the same values, keys included,
 * and keeps to the ranges the daemon relies on; what is refused says why and
 * leaves the result alone.  Files that are included are not looked at.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "bfdd/pure/bfd_auth.h"
#include "bfdd/bfd_conf.h"
#include "bfdd/bfd_conf_print.h"
#include "bfdd/pure/bfd_wire.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static struct conf_errors errors;

static void
check_session(const struct bfd_params *p)
{
	unsigned i, j;

	REQUIRE(p->name[0] != '\0' && addr_is_host(&p->peer));
	REQUIRE(p->multihop == (p->interface[0] == '\0'));
	REQUIRE(!addr_is_set(&p->local) ||
	    p->local.family == p->peer.family);
	REQUIRE(p->desired_min_tx_ns >= BFD_INTERVAL_MIN_NS &&
	    p->required_min_rx_ns >= BFD_INTERVAL_MIN_NS);
	REQUIRE(p->desired_min_tx_ns <= ns_from_us(UINT32_MAX));
	REQUIRE(p->detect_mult != 0 && p->rx_ttl != 0);
	REQUIRE(p->multihop || p->rx_ttl == 255);
	if (p->multihop || p->unaffiliated)		/* B-94 */
		REQUIRE(p->echo_min_rx_ns == 0 && p->echo_tx_ns == 0);
	REQUIRE(!p->unaffiliated || (!p->multihop && !p->passive));
	REQUIRE((p->auth.type == BFD_AUTH_NONE) == (p->auth.key_count == 0));
	REQUIRE(p->auth.key_count <= BFD_AUTH_KEYS_MAX);
	REQUIRE(BFD_PACKET_MIN + bfd_auth_section_len(&p->auth) <=
	    BFD_PACKET_MAX);
	for (i = 0; i < p->auth.key_count; i++) {
		REQUIRE(p->auth.keys[i].len >= 1 &&
		    p->auth.keys[i].len <= BFD_AUTH_KEY_LEN_MAX);
		for (j = 0; j < i; j++)
			REQUIRE(p->auth.keys[i].id != p->auth.keys[j].id);
	}
}

static void
check_round_trip(const struct bfd_config *c)
{
	struct bfd_config again;
	struct bfd_params a, b;
	char *text = bfd_conf_print(c);
	unsigned i, j;

	REQUIRE(text != NULL);
	errors.count = 0;
	REQUIRE(bfd_conf_parse_text(text, "printed", &again, &errors) == 0);
	REQUIRE(again.count == c->count);
	REQUIRE(again.realtime_priority == c->realtime_priority);
	for (i = 0; i < c->count; i++) {
		a = c->sessions[i];
		b = again.sessions[i];
		a.line = b.line = 0;
		REQUIRE(memcmp(&a, &b, sizeof(a)) == 0);
		check_session(&a);
		for (j = 0; j < i; j++)			/* B-113, B-121 */
			REQUIRE(!bfd_params_same_key(&a, &c->sessions[j]));
	}
	bfd_config_free(&again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bfd_config c, untouched;
	char *text;

	if ((text = malloc(size + 1)) == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	memset(&c, 0xa5, sizeof(c));
	memcpy(&untouched, &c, sizeof(c));
	errors.count = 0;
	if (strstr(text, "include") != NULL)
		;
	else if (bfd_conf_parse_text(text, "fuzz", &c, &errors) != 0) {
		REQUIRE(errors.count > 0);
		REQUIRE(memcmp(&c, &untouched, sizeof(c)) == 0);
	} else {
		REQUIRE(errors.count == 0);
		check_round_trip(&c);
		bfd_config_free(&c);
	}
	free(text);
	return 0;
}
