/*
 * bfd_params.h - the configured values of a BFD session, as plain values.
 *
 * The one type between parser, control socket, core and printer.  Complete:
 * defaults filled in, cross-checks done.  Names follow RFC 5880 and RFC 9314.
 */
#ifndef BFDD_BFD_PARAMS_H
#define BFDD_BFD_PARAMS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

#define BFD_NAME_MAX		32
#define BFD_SESSIONS_MAX	4096
#define BFD_INTERVAL_DEFAULT_NS	(50 * NS_PER_MS)
#define BFD_INTERVAL_MIN_NS	(1 * NS_PER_MS)
#define BFD_MULTIPLIER_DEFAULT	3
#define BFD_TX_TTL		255	/* B-111 */
#define BFD_AUTH_KEYS_MAX	4
#define BFD_AUTH_KEY_LEN_MAX	20

/* RFC 5880 §4.1: the values on the wire. */
enum bfd_auth_type {
	BFD_AUTH_NONE = 0,
	BFD_AUTH_SIMPLE = 1,
	BFD_AUTH_KEYED_MD5 = 2,
	BFD_AUTH_METICULOUS_MD5 = 3,
	BFD_AUTH_KEYED_SHA1 = 4,
	BFD_AUTH_METICULOUS_SHA1 = 5,
};
#define BFD_AUTH_TYPE_COUNT	(BFD_AUTH_METICULOUS_SHA1 + 1)
/* As configured and shown: "none", "simple", "keyed-md5" and so on. */
const char *bfd_auth_type_name(enum bfd_auth_type);

struct bfd_auth_key {
	uint8_t	id;
	uint8_t	len;			/* 1..16 simple and MD5, 1..20 SHA1 */
	uint8_t	key[BFD_AUTH_KEY_LEN_MAX];	/* zero padded */
};

struct bfd_auth_params {
	enum bfd_auth_type	type;
	unsigned		key_count;	/* [0] signs, all are accepted */
	struct bfd_auth_key	keys[BFD_AUTH_KEYS_MAX];
};

struct bfd_params {
	char			name[BFD_NAME_MAX];	/* "" when a client asked */
	struct addr		peer;
	struct addr		local;		/* unset: chosen by the kernel */
	char			interface[IF_NAMESIZE];	/* "" only for multihop */
	int64_t			desired_min_tx_ns;
	int64_t			required_min_rx_ns;
	uint8_t			detect_mult;
	bool			multihop;	/* RFC 5883, port 4784 */
	uint8_t			rx_ttl;		/* least TTL accepted: 255, or config */
	bool			passive;	/* B-58 */
	bool			admin_down;
	int64_t			echo_min_rx_ns;	/* interval we reflect at; 0 = none */
	int64_t			echo_tx_ns;	/* interval we send at; 0 = none */
	bool			unaffiliated;	/* RFC 9747: the peer only forwards */
	bool			spared;		/* a client's fate is not its (L-20) */
	struct bfd_auth_params	auth;
	int			line;		/* where declared; 0 for clients */
};

struct bfd_config {
	int			realtime_priority;	/* 0 = off; default 50 */
	int64_t			packets_max;	/* a second (B-84); 0 = no limit */
	unsigned		count;
	struct bfd_params	*sessions;	/* malloc'd */
};

void	bfd_params_init(struct bfd_params *);	/* every default */

/* Of parsers and daemons; inline, so that the pure core knows no heap. */
static inline void
bfd_config_free(struct bfd_config *c)
{
	if (c == NULL)
		return;
	free(c->sessions);
	c->sessions = NULL;
	c->count = 0;
}

/*
 * One session key: single hop is family, peer and interface (B-113); multihop is
 * the pair of addresses (B-121), an unset local address being a value of its own.
 */
bool	bfd_params_same_key(const struct bfd_params *, const struct bfd_params *);
/* Type, ids, keys and their order. */
bool	bfd_auth_params_equal(const struct bfd_auth_params *,
	    const struct bfd_auth_params *);

#endif
