/*
 * bfd_away.c - sessions whose own address is away for a moment.
 *
 * Whoever configures interfaces (systemd-networkd when it is restarted,
 * NetworkManager, an operator) takes their addresses away and gives them again
 * some tenths of a second later.  The link is up all the time.  What such a
 * session sends leaves with the old source (bfd_io.c), so that the peer knows no
 * difference; but nothing that the peer sends is delivered, because it is not
 * for us.  So that time counts as one of our own blindness, as when this process
 * did not run (L-32): the peer is granted it, for BFD_AWAY_NS and no longer, and
 * a peer that dies meanwhile is noticed that much later.
 *
 * Called by bfd_wishes.c, which hears of addresses, and bfd_engine.c before it
 * judges.  A session is matched by the address that it was configured with, or
 * else by the one that its packets come to.
 */
#include "config.h"

#include "bfdd/bfd_away.h"

#include "bfdd/bfd_act.h"
#include "bfdd/bfd_engine_state.h"
#include "bfdd/bfd_io.h"
#include "shared/pure/addr.h"

static bool
is_from(const struct bfd_session *s, const struct nl_addr *a)
{
	const struct bfd_params *p = &s->core.p;

	if (!p->multihop && s->ifindex != a->ifindex)
		return false;
	return addr_equal(addr_is_set(&p->local) ? &p->local : &s->local,
	    &a->prefix.addr);
}

/* Not a moment longer: an address that is not ours is not to be sent from. */
static void
send_foreign(struct bfd_session *s, bool foreign)
{
	if (s->fd != -1)
		bfd_io_send_foreign(s->fd, s->core.p.peer.family, foreign);
}

void
bfd_away_grant(struct bfd_session *s, mono_t now)
{
	mono_t until;

	if (mono_is_never(s->away_until))
		return;
	until = mono_min(now, s->away_until);
	if (mono_before(s->away_from, until)) {
		bfd_core_blind(&s->core, s->away_from, until);
		s->away_from = until;
	}
	if (mono_before(now, s->away_until))
		return;
	s->away_until = MONO_NEVER;
	send_foreign(s, false);
}

void
bfd_away_absent(struct bfd_session *s, mono_t since, mono_t until)
{
	bfd_away_grant(s, since);
	bfd_core_absent(&s->core, since, until);
	s->away_from = mono_max(s->away_from, until);
}

static void
goes(struct bfd_session *s, mono_t now)
{
	if (!mono_is_never(s->away_until))
		return;
	s->away_from = now;
	s->away_until = mono_add(now, BFD_AWAY_NS);
	send_foreign(s, true);
}

static void
comes(struct bfd_session *s, mono_t now)
{
	if (mono_is_never(s->away_until))
		return;
	bfd_away_grant(s, now);
	s->away_until = MONO_NEVER;
	send_foreign(s, false);
	bfd_act_rearm(s);
}

void
bfd_away_addr(struct bfd_engine *e, const struct nl_addr *a, bool gone)
{
	struct bfd_session *s;
	mono_t now = bfd_act_now(e);

	/* An address that may be a duplicate yet is not delivered to. */
	if (!gone && a->tentative)
		return;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (!is_from(s, a))
			continue;
		if (gone)
			goes(s, now);
		else
			comes(s, now);
	}
}

void
bfd_away_forget(struct bfd_engine *e)
{
	struct bfd_session *s;
	mono_t now = bfd_act_now(e);

	for (s = bfd_table_first(e->table); s != NULL; s = s->next)
		comes(s, now);
}
