/*
 * vrrp_unsent.c - an Active whose adverts do not leave.  See vrrp_unsent.h.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_unsent.h"

#define TRIES		4		/* while the peers wait */
#define TRY_MIN_NS	(10 * NS_PER_MS)

void
vrrp_unsent_init(struct vrrp_unsent *u)
{
	*u = (struct vrrp_unsent){ .since = MONO_NEVER, .heard = MONO_NEVER };
}

void
vrrp_unsent_failed(struct vrrp_unsent *u, mono_t now, int error)
{
	if (mono_is_never(u->since))
		u->since = now;
	u->error = error;
}

void
vrrp_unsent_left(struct vrrp_unsent *u, mono_t now)
{
	vrrp_unsent_init(u);
	u->left = now;
}

void
vrrp_unsent_heard(struct vrrp_unsent *u, mono_t now,
    const struct vrrp_other *rival)
{
	if (mono_is_never(u->since))
		return;
	u->rival = *rival;
	u->heard = now;
}

bool
vrrp_unsent_is_over(const struct vrrp_unsent *u, mono_t now,
    int64_t patience_ns, bool blind)
{
	mono_t from = u->left;

	if (mono_is_never(u->since) || mono_is_never(u->heard))
		return false;
	/* The peers do not wait from an advert of another reign. */
	if (mono_sub(u->since, from) > patience_ns)
		from = u->since;
	return mono_sub(now, from) >= patience_ns ||
	    (blind && mono_sub(now, u->since) >= VRRP_UNSENT_BLIND_NS);
}

mono_t
vrrp_unsent_try_at(const struct vrrp_unsent *u, mono_t now,
    int64_t patience_ns, bool blind)
{
	int64_t ns = blind ? 0 : patience_ns / TRIES;

	if (mono_is_never(u->since))
		return MONO_NEVER;
	return mono_add(now, ns < TRY_MIN_NS ? TRY_MIN_NS : ns);
}

void
vrrp_unsent_give_up(struct vrrp_unsent *u)
{
	int error = u->error;

	vrrp_unsent_init(u);
	u->error = error;
	u->gave_up = true;
}

void
vrrp_unsent_resume(struct vrrp_unsent *u, bool proven)
{
	int error = u->error;

	vrrp_unsent_init(u);
	u->error = proven ? 0 : error;
	u->unproven = !proven;
}
