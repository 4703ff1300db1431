/*
 * bfd_params.c - defaults and identity of a session's configuration.  PURE.
 */
#include "config.h"

#include <string.h>

#include "bfdd/pure/bfd_params.h"

void
bfd_params_init(struct bfd_params *p)
{
	memset(p, 0, sizeof(*p));
	p->desired_min_tx_ns = BFD_INTERVAL_DEFAULT_NS;
	p->required_min_rx_ns = BFD_INTERVAL_DEFAULT_NS;
	p->detect_mult = BFD_MULTIPLIER_DEFAULT;
	p->rx_ttl = 255;			/* B-112 */
}

bool
bfd_params_same_key(const struct bfd_params *a, const struct bfd_params *b)
{
	if (a->multihop != b->multihop || !addr_equal(&a->peer, &b->peer))
		return false;
	if (a->multihop)
		return addr_equal(&a->local, &b->local);
	return strcmp(a->interface, b->interface) == 0;
}

const char *
bfd_auth_type_name(enum bfd_auth_type type)
{
	switch (type) {
	case BFD_AUTH_NONE:
		return "none";
	case BFD_AUTH_SIMPLE:
		return "simple";
	case BFD_AUTH_KEYED_MD5:
		return "keyed-md5";
	case BFD_AUTH_METICULOUS_MD5:
		return "meticulous-md5";
	case BFD_AUTH_KEYED_SHA1:
		return "keyed-sha1";
	case BFD_AUTH_METICULOUS_SHA1:
		return "meticulous-sha1";
	}
	return "unknown";
}

bool
bfd_auth_params_equal(const struct bfd_auth_params *a,
    const struct bfd_auth_params *b)
{
	unsigned i;

	if (a->type != b->type || a->key_count != b->key_count)
		return false;
	for (i = 0; i < a->key_count; i++)
		if (a->keys[i].id != b->keys[i].id ||
		    a->keys[i].len != b->keys[i].len ||
		    memcmp(a->keys[i].key, b->keys[i].key, a->keys[i].len) != 0)
			return false;
	return true;
}
