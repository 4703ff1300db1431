/*
 * fuzz_vrrp_reading.c - any bytes as what a reader of vrrpd.conf has found.
 *
 * 'c' and a configuration: it is encoded, is the same when decoded, and then one
 * byte after the other of the encoding is changed.  Anything else are the bytes
 * behind the head, which is made here because it changes with every field.  What
 * is taken is within the limits, and is the same bytes when encoded again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_reading.h"

#define HEAD		8U
#define CHANGES		64U

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static void
take(const uint8_t *bytes, size_t len)
{
	struct vrrp_reading *r = NULL;
	uint8_t *again = NULL;
	unsigned i, j;

	if (vrrp_reading_decode(bytes, len, &r) < 0) {
		REQUIRE(r == NULL);
		return;
	}
	REQUIRE(r->good == (r->errors.count == 0));
	REQUIRE(r->config.count <= VRRP_INSTANCES_MAX);
	for (i = 0; i < r->config.count; i++) {
		REQUIRE(r->config.instances[i].vip_count <= VRRP_VIPS_MAX);
		REQUIRE(vrrp_params_addresses(&r->config.instances[i]) <=
		    VRRP_ADDRESSES_MAX);
		REQUIRE(r->config.instances[i].bfd_count <= VRRP_PEERS_MAX);
		REQUIRE(r->config.instances[i].track_count <= VRRP_TRACKS_MAX);
	}
	for (i = 0; i < r->config.group_count; i++)
		for (j = 0; j < r->config.groups[i].count; j++)
			REQUIRE(r->config.groups[i].members[j] <
			    r->config.count);
	REQUIRE(vrrp_reading_encode(r, &again) == len);
	REQUIRE(memcmp(again, bytes, len) == 0);
	free(again);
	vrrp_reading_free(r);
}

static void
of_text(const uint8_t *data, size_t size)
{
	struct vrrp_reading *r = calloc(1, sizeof(*r));
	char *text = calloc(1, size + 1);
	uint8_t *bytes = NULL;
	size_t len, i, step;

	REQUIRE(r != NULL && text != NULL);
	memcpy(text, data, size);
	r->good = vrrp_conf_parse_text(text, "fuzz", 0, &r->config, &r->errors,
	    &r->warnings) == 0;
	len = vrrp_reading_encode(r, &bytes);
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
	vrrp_reading_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vrrp_config none = { .router_id = "" };
	uint8_t *head = NULL, *bytes;

	if (size > 0 && data[0] == 'c') {
		of_text(data + 1, size - 1);
		return 0;
	}
	REQUIRE(vrrp_reading_encode_config(&none, &head) > HEAD);
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
