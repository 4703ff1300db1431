/*
 * fuzz_bfd_reading.c - any bytes as what a reader of bfdd.conf has found.
 *
 * 'c' and a configuration: it is encoded, is the same when decoded, and then one
 * byte after the other of the encoding is changed.  Anything else are the bytes
 * behind the head, which is made here because it changes with every field.  What
 * is taken is within the limits, and is the same bytes when encoded again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_conf.h"
#include "bfdd/bfd_reading.h"

#define HEAD		8U
#define CHANGES		64U

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static void
take(const uint8_t *bytes, size_t len)
{
	struct bfd_reading *r = calloc(1, sizeof(*r));
	uint8_t *again = NULL;
	unsigned i;

	REQUIRE(r != NULL);
	if (bfd_reading_decode(bytes, len, r) < 0) {
		REQUIRE(r->config.count == 0 && r->config.sessions == NULL);
		free(r);
		return;
	}
	REQUIRE(r->good == (r->errors.count == 0));
	REQUIRE(r->config.count <= BFD_SESSIONS_MAX);
	for (i = 0; i < r->config.count; i++) {
		REQUIRE(r->config.sessions[i].detect_mult > 0);
		REQUIRE(r->config.sessions[i].desired_min_tx_ns >=
		    BFD_INTERVAL_MIN_NS);
		REQUIRE(r->config.sessions[i].auth.key_count <=
		    BFD_AUTH_KEYS_MAX);
	}
	REQUIRE(bfd_reading_encode(r, &again) == len);
	REQUIRE(memcmp(again, bytes, len) == 0);
	free(again);
	bfd_config_free(&r->config);
	free(r);
}

static void
of_text(const uint8_t *data, size_t size)
{
	struct bfd_reading *r = calloc(1, sizeof(*r));
	char *text = calloc(1, size + 1);
	uint8_t *bytes = NULL;
	size_t len, i, step;

	REQUIRE(r != NULL && text != NULL);
	memcpy(text, data, size);
	r->good = bfd_conf_parse_text(text, "fuzz", &r->config,
	    &r->errors) == 0;
	len = bfd_reading_encode(r, &bytes);
	REQUIRE(len > HEAD);
	take(bytes, len);
	step = len / CHANGES + 1;
	for (i = HEAD + size % step; i < len; i += step) {
		bytes[i] ^= (uint8_t)(1 + i % 255);
		take(bytes, len);
		bytes[i] ^= (uint8_t)(1 + i % 255);
	}
	free(bytes);
	free(text);
	bfd_config_free(&r->config);
	free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bfd_reading none;
	uint8_t *head = NULL, *bytes;

	if (size > 0 && data[0] == 'c') {
		of_text(data + 1, size - 1);
		return 0;
	}
	none.good = true;
	REQUIRE(bfd_reading_encode(&none, &head) > HEAD);
	bytes = malloc(HEAD + size);
	REQUIRE(bytes != NULL);
	memcpy(bytes, head, HEAD);
	if (size > 0)
		memcpy(bytes + HEAD, data, size);
	take(bytes, HEAD + size);
	free(bytes);
	free(head);
	return 0;
}
