/*
 * bfd_away.h - sessions whose own address is away for a moment.
 */
#ifndef BFDD_BFD_AWAY_H
#define BFDD_BFD_AWAY_H

#include <stdbool.h>

#include "bfdd/bfd_table.h"
#include "shared/nl.h"

/* Nobody is granted more than this. */
#define BFD_AWAY_NS	(1 * NS_PER_S)

struct bfd_engine;

/* An address of this host has gone or come: sessions from it take note. */
void	bfd_away_addr(struct bfd_engine *, const struct nl_addr *, bool gone);
/* The engine does not know which addresses there are: none is away. */
void	bfd_away_forget(struct bfd_engine *);
/* Is the own address of the session away, and waited for? */
static inline bool
bfd_away_is(const struct bfd_session *s)
{
	return !mono_is_never(s->away_until);
}
/*
 * Before detection is judged: what has passed while the session's own address was
 * away is no silence of the peer.
 */
void	bfd_away_grant(struct bfd_session *, mono_t now);
/* This process did not run from since to until: the core is told, once. */
void	bfd_away_absent(struct bfd_session *, mono_t since, mono_t until);

#endif
