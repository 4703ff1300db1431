/*
 * bfd_ctl_json.h - bfdd's values as swiftover-ctl(7) has them.
 *
 * Every function makes a new document, which the caller owns; NULL or a missing
 * member: no memory.  Everything given is borrowed for the call.
 */
#ifndef BFDD_BFD_CTL_JSON_H
#define BFDD_BFD_CTL_JSON_H

#include <jansson.h>

#include "bfdd/bfd_client.h"
#include "bfdd/bfd_engine_values.h"
#include "bfdd/bfd_passive.h"
#include "bfdd/bfd_table.h"
#include "shared/rtsched.h"

/* The level of a session. Never a key. */
json_t	*bfd_ctl_level(const struct bfd_session *);

/* The members of show. */
json_t	*bfd_ctl_json_summary(const struct bfd_table *);
json_t	*bfd_ctl_json_statistics(const struct bfd_engine_stats *);
/* One of passive: where sessions are accepted (RFC 9468). */
json_t	*bfd_ctl_json_offer(const struct bfd_offer *);
/* One of fate-sharing: a client that said what is to be done when it vanishes. */
json_t	*bfd_ctl_json_fate(const struct bfd_client *);
json_t	*bfd_ctl_json_scheduling(const struct rtsched *,
	    const struct bfd_engine_stats *);

#endif
