/*
 * vrrp_words.c - what an instance says in the log, and how often.
 *
 * Called after the packets of the batch (vrrp_machine.c), never on the way of a
 * takeover, since a log write may block for longer than a failover may take.
 * Whatever other routers can cause is limited by a token bucket each.  Nothing
 * here changes more than a bucket, or remembers more than what has been said.
 */
#include "config.h"

#include <stdio.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_words.h"

#define LOG_EVERY_NS	(10 * NS_PER_S)
#define LOG_BURST	1
#define STATE_EVERY_NS	(200 * NS_PER_MS)	/* of what others can cause */
#define STATE_BURST	100
#define OTHER_STRLEN	(ADDR_STRLEN + 32)

void
vrrp_words_init(struct vrrp_instance *v)
{
	unsigned i;

	for (i = 0; i < VRRP_VERDICT_COUNT; i++)
		token_bucket_init(&v->buckets[i], LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->interval_bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->contest_bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->close_bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->flap_bucket, LOG_EVERY_NS, LOG_BURST);
	for (i = 0; i < VRRP_CONFLICT_COUNT; i++)
		token_bucket_init(&v->conflict_buckets[i], LOG_EVERY_NS,
		    LOG_BURST);
	token_bucket_init(&v->spared_bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->send_bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->restore_bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->peer_bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&v->state_bucket, STATE_EVERY_NS, STATE_BURST);
}

static const char *
family_name(const struct vrrp_instance *v)
{
	return v->p.family == AF_INET6 ? "ipv6" : "ipv4";
}

/* " other=ADDRESS other_priority=N"; "" where there is none. */
static const char *
other_words(const struct vrrp_other *o, char *buf, size_t size)
{
	char text[ADDR_STRLEN];

	buf[0] = '\0';
	if (addr_is_set(&o->address))
		(void)snprintf(buf, size, " other=%s other_priority=%u",
		    addr_format(&o->address, text, sizeof(text)), o->priority);
	return buf;
}

void
vrrp_words_transition(struct vrrp_instance *v, const struct vrrp_record *r)
{
	char heard[48] = "", late[48] = "", other[OTHER_STRLEN];
	char waiting[VRRP_VIP_REASON_MAX + 16] = "", left_out[40] = "";
	const mono_t *s = r->step;
	uint64_t suppressed;

	if (!token_bucket_take(&v->state_bucket, loop_clock(), &suppressed))
		return;
	if (suppressed > 0)
		(void)snprintf(left_out, sizeof(left_out), " suppressed=%llu",
		    (unsigned long long)suppressed);
	if (!mono_is_never(s[VRRP_STEP_LAST_HEARD]))
		(void)snprintf(heard, sizeof(heard), " last_advert_us=%lld",
		    (long long)us_from_ns_floor(mono_sub(
		    s[VRRP_STEP_DECIDED], s[VRRP_STEP_LAST_HEARD])));
	if (!mono_is_never(s[VRRP_STEP_DETECTED]))
		(void)snprintf(late, sizeof(late), " late_us=%lld",
		    (long long)us_from_ns_floor(mono_sub(
		    s[VRRP_STEP_DECIDED], s[VRRP_STEP_DETECTED])));
	if (r->tr.to == VRRP_INITIALIZE && v->waiting[0] != '\0')
		(void)snprintf(waiting, sizeof(waiting), " waiting=\"%s\"",
		    v->waiting);
	log_notice("state instance=%s vrid=%u af=%s from=%s to=%s cause=%s "
	    "in_state_us=%lld%s%s%s%s%s", v->p.name, v->p.vrid, family_name(v),
	    vrrp_state_name(r->tr.from), vrrp_state_name(r->tr.to),
	    vrrp_cause_name(r->tr.cause),
	    (long long)us_from_ns_floor(r->tr.in_state_ns), heard, late,
	    other_words(&r->tr.other, other, sizeof(other)), left_out, waiting);
}

/* L-10..L-15: the Down of a session that made nobody move. */
void
vrrp_words_spared(struct vrrp_instance *v)
{
	const struct vrrp_spare *s = &v->core.spared;
	char other[OTHER_STRLEN];
	uint64_t suppressed;

	if (v->spared_logged == s->count)
		return;
	v->spared_logged = s->count;
	if (token_bucket_take(&v->spared_bucket, loop_clock(), &suppressed))
		log_notice("no-takeover instance=%s why=%s%s suppressed=%llu",
		    v->p.name, vrrp_spared_name(s->why), other_words(&s->other,
		    other, sizeof(other)), (unsigned long long)suppressed);
}

/* V-35: heard now that it follows the same Active as we do. */
void
vrrp_words_too_close(struct vrrp_instance *v, mono_t now)
{
	const struct vrrp_core *c = &v->core;
	const struct vrrp_heard_router *r;
	char text[ADDR_STRLEN];
	uint64_t suppressed;

	r = vrrp_heard_too_close(&v->heard, &c->active.source, c->p.version,
	    c->p.priority, c->active_adver_interval_cs);
	if (r == NULL || !token_bucket_take(&v->close_bucket, now, &suppressed))
		return;
	log_warning("instance=%s source=%s priority=%u ours=%u skew_gap_us=%lld "
	    "suppressed=%llu: two Backups so close may both take over; "
	    "priorities further apart prevent that", v->p.name,
	    addr_format(&r->source, text, sizeof(text)), r->priority,
	    c->p.priority, (long long)us_from_ns_floor(vrrp_heard_skew_gap_ns(r,
	    &c->active.source, c->p.version, c->p.priority,
	    c->active_adver_interval_cs)), (unsigned long long)suppressed);
}

/* V-39 */
void
vrrp_words_flapping(struct vrrp_instance *v, mono_t now,
    const struct vrrp_advert *a)
{
	char text[ADDR_STRLEN];
	uint64_t suppressed;
	uint16_t interval_cs = a->interval_cs > v->core.p.advert_int_cs ?
	    a->interval_cs : v->core.p.advert_int_cs;

	if (!vrrp_heard_flapping(&v->heard, now, ns_from_cs(interval_cs)) ||
	    !token_bucket_take(&v->flap_bucket, now, &suppressed))
		return;
	log_warning("flapping instance=%s source=%s priority=%u times=%u "
	    "suppressed=%llu: Backups take over and give way again, so our "
	    "adverts are late or lost on the way to them", v->p.name,
	    addr_format(&a->source, text, sizeof(text)), a->priority,
	    v->heard.bursts, (unsigned long long)suppressed);
}

void
vrrp_words_contest(struct vrrp_instance *v, mono_t now,
    const struct vrrp_advert *a)
{
	char text[ADDR_STRLEN];
	uint64_t suppressed;

	if (token_bucket_take(&v->contest_bucket, now, &suppressed))
		log_notice("contest instance=%s source=%s priority=%u ours=%u "
		    "suppressed=%llu: it was Active as well, addresses "
		    "announced again", v->p.name,
		    addr_format(&a->source, text, sizeof(text)), a->priority,
		    v->core.p.priority, (unsigned long long)suppressed);
}

void
vrrp_words_fenced_out(const struct vrrp_instance *v,
    const struct addr *successor)
{
	char text[ADDR_STRLEN];

	log_warning("fenced instance=%s successor=%s absent_us=%lld "
	    "both_us=%lld: this process was asleep and has been replaced",
	    v->p.name, addr_format(successor, text, sizeof(text)),
	    (long long)us_from_ns_floor(mono_sub(v->core.absent_until,
	    v->core.absent_since)),
	    (long long)us_from_ns_floor(v->stats.both_ns));
}
