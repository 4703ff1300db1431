/*
 * vrrp_send.c - an instance speaks: adverts and announcements go out.
 *
 * vrrp_frames.c has built the frames; on the takeover path they are only handed
 * to the kernel.  Messages to unicast peers are built as they are sent.
 *
 * Announcements go in rounds, a frame per address; a timer of the instance
 * sends what cannot go at once.  vrrp_machine.c decides when; nothing here
 * changes a state.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_frames.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_send.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_neigh.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_said.h"

#define ANNOUNCE_CHUNK	64			/* L-33: frames at a time */
#define ANNOUNCE_PAUSE_NS (1 * NS_PER_MS)
/* While the loser still answers, whatever a switch believes (vrrp_linger.h). */
#define CONTEST_REPEAT_NS (2 * NS_PER_MS)
#define CONTEST_LATER_NS (10 * NS_PER_MS)

/* --- adverts --- */

static void
send_failed(struct vrrp_instance *v, const char *what, int error)
{
	uint64_t suppressed;

	v->stats.send_errors++;
	if (token_bucket_take(&v->send_bucket, loop_clock(), &suppressed))
		log_warning("instance=%s cannot send %s: %s suppressed=%llu",
		    v->p.name, what, strerror(error),
		    (unsigned long long)suppressed);
}

/* The kernel keeps it back until the neighbour is found: vrrp_neigh.c. */
static void
send_to_lost(struct vrrp_instance *v, uint8_t version, uint8_t priority,
    const struct addr *peer)
{
	uint8_t frame[VRRP_FRAME_MAX], mac[6];
	size_t len;

	if (!vrrp_neigh_is_lost(v->env->neigh, v->iface->link.ifindex, peer,
	    mac))
		return;
	len = vrrp_frames_build_unicast_frame(v, version, priority, peer, mac,
	    frame, sizeof(frame));
	if (len > 0)
		(void)vrrp_io_send(v->env->tx, v->iface->link.ifindex, frame,
		    len);
}

static int
unicast_to(struct vrrp_instance *v, uint8_t version, uint8_t priority,
    const struct addr *peer)
{
	uint8_t message[VRRP_MESSAGE_MAX];
	size_t len;

	send_to_lost(v, version, priority, peer);
	len = vrrp_frames_build_unicast(v, version, priority, peer, message,
	    sizeof(message));
	return vrrp_io_send_unicast(v->iface->io, peer, message, len);
}

/* *error: the last one; to each peer that can be reached all the same. */
static enum vrrp_said_to
unicast(struct vrrp_instance *v, uint8_t version, uint8_t priority, int *error)
{
	unsigned i, sent = 0;
	int e;

	*error = 0;
	for (i = 0; i < v->p.unicast_count; i++) {
		e = unicast_to(v, version, priority, &v->p.unicast_peers[i]);
		if (e < 0)
			*error = e;
		else
			sent++;
	}
	return sent == 0 ? VRRP_SAID_TO_NOBODY :
	    sent < v->p.unicast_count ? VRRP_SAID_TO_SOME : VRRP_SAID_TO_ALL;
}

static enum vrrp_said_to
send_one(struct vrrp_instance *v, uint8_t version, uint8_t priority,
    const uint8_t *frame, size_t len, int *error)
{
	enum vrrp_said_to to = VRRP_SAID_TO_ALL;

	if (v->p.unicast_count > 0)
		to = unicast(v, version, priority, error);
	else
		*error = vrrp_io_send(v->env->tx, v->iface->link.ifindex,
		    frame, len);
	if (*error < 0) {
		/* Resigning because the link is gone: expected. */
		if (priority != 0)
			send_failed(v, "an advert", -*error);
		return to == VRRP_SAID_TO_SOME ? to : VRRP_SAID_TO_NOBODY;
	}
	v->stats.advertisement_sent++;
	if (priority == 0)
		v->stats.priority_zero_pkts_sent++;
	return to;
}

/*
 * This process was away, and nobody has asked yet whether it was replaced: what
 * it says now could drive out a router that serves (design §6).  The loop asks
 * before the next callback, and then it is said, or not.
 */
static void
say_withheld(void *arg)
{
	struct vrrp_instance *v = arg;
	bool resigned = v->withheld_resign;

	v->withheld_resign = false;
	if (v->core.state == VRRP_ACTIVE) {
		if (!vrrp_core_is_fenced(&v->core))
			vrrp_send_advert(v, v->core.p.priority);
	} else if (resigned && v->linger.phase != VRRP_LINGER_TAIL)
		vrrp_send_advert(v, 0);
}

static bool
is_withheld(struct vrrp_instance *v, uint8_t priority)
{
	if (!loop_is_unjudged(v->env->loop))
		return false;
	v->stats.adverts_withheld++;
	if (priority == 0)
		v->withheld_resign = true;
	(void)loop_defer(v->env->loop, say_withheld, v);
	return true;
}

void
vrrp_send_cancel(struct vrrp_instance *v)
{
	loop_defer_cancel(v->env->loop, say_withheld, v);
}

/* V-131: in both versions where that is wished; version 3 first (V-133). */
void
vrrp_send_advert(struct vrrp_instance *v, uint8_t priority)
{
	bool resign = priority == 0;
	enum vrrp_said_to to, to_v2;
	int error, error_v2;
	mono_t at;

	if (!resign && priority != v->frame_priority)
		vrrp_bequest_build_adverts(v);
	if (v->frame_len == 0 || v->iface->io == NULL ||
	    is_withheld(v, priority))
		return;
	at = loop_clock();
	to = send_one(v, v->p.version, priority, resign ? v->resign : v->frame,
	    resign ? v->resign_len : v->frame_len, &error);
	if (v->p.also_version_2) {
		to_v2 = send_one(v, 2, priority, resign ? v->resign_v2 :
		    v->frame_v2, resign ? v->resign_v2_len : v->frame_v2_len,
		    &error_v2);
		if (to_v2 != to)
			to = VRRP_SAID_TO_SOME;
	}
	if (to != VRRP_SAID_TO_NOBODY)
		vrrp_unsent_left(&v->unsent, at);
	else if (!resign)
		vrrp_unsent_failed(&v->unsent, at, -error);
	/* Neither those to one router each, nor what did not leave, is a clock. */
	if (v->p.unicast_count > 0 || to == VRRP_SAID_TO_NOBODY)
		vrrp_guard_said(v, resign);
	vrrp_core_said(&v->core, at, to);
}

static void
query_in(struct vrrp_instance *v, uint8_t version, const uint8_t *resign,
    size_t len)
{
	uint8_t frame[VRRP_FRAME_MAX];
	int error;

	if (v->p.unicast_count == 0) {
		memcpy(frame, resign, len);
		memcpy(frame + 6, v->iface->link.mac, 6);
		resign = frame;
	}
	(void)send_one(v, version, 0, resign, len, &error);
}

void
vrrp_send_query(struct vrrp_instance *v)
{
	if (v->resign_len == 0 || v->iface->io == NULL)
		return;
	query_in(v, v->p.version, v->resign, v->resign_len);
	if (v->p.also_version_2)
		query_in(v, 2, v->resign_v2, v->resign_v2_len);
}

/* The rhythm makes good what is lost, and what is not sent after an absence. */
void
vrrp_send_backup(struct vrrp_instance *v, uint8_t priority)
{
	uint8_t bytes[VRRP_FRAME_MAX];
	unsigned i, sent = 0;
	size_t len;

	if (v->iface->io == NULL || !addr_is_set(vrrp_iface_primary_of(v)) ||
	    loop_is_unjudged(v->env->loop))
		return;
	if (v->p.unicast_count == 0) {
		len = vrrp_frames_build_backup(v, priority, NULL, bytes,
		    sizeof(bytes));
		sent = vrrp_io_send(v->env->tx, v->iface->link.ifindex, bytes,
		    len) == 0;
	}
	for (i = 0; i < v->p.unicast_count; i++) {
		len = vrrp_frames_build_backup(v, priority,
		    &v->p.unicast_peers[i], bytes, sizeof(bytes));
		sent += vrrp_io_send_unicast(v->iface->io,
		    &v->p.unicast_peers[i], bytes, len) == 0;
	}
	if (sent > 0)
		v->stats.backup_adverts_sent++;
}

/*
 * The frame is that of an advert, and is let out or kept back as one would be.
 * But as an Ethernet frame it is addressed to ourselves, so no switch passes it on
 * and no router hears it.
 */
bool
vrrp_send_probe(struct vrrp_instance *v, int *error)
{
	uint8_t frame[VRRP_FRAME_MAX];

	*error = ENOTCONN;
	if (v->frame_len == 0 || v->iface->io == NULL)
		return true;
	if (v->p.unicast_count > 0)
		return false;
	memcpy(frame, v->frame, v->frame_len);
	memcpy(frame, v->iface->link.mac, 6);
	memcpy(frame + 6, v->iface->link.mac, 6);
	*error = -vrrp_io_send(v->env->tx, v->iface->link.ifindex, frame,
	    v->frame_len);
	return true;
}

/*
 * To the better router we have just yielded to.  It has not necessarily heard
 * that there were two of us, so it would not draw back the hosts and switches
 * that followed us; a lesser advert tells it (design §5).  Not from the
 * virtual MAC, in spite of V-26: no switch may learn that it is still here.
 */
void
vrrp_send_last_advert(struct vrrp_instance *v, const struct addr *winner)
{
	uint8_t frame[VRRP_FRAME_MAX];
	int error;

	if (v->frame_len == 0 || v->iface->io == NULL ||
	    loop_is_unjudged(v->env->loop))
		return;
	if (v->p.unicast_count > 0)
		error = unicast_to(v, v->p.version, v->core.p.priority,
		    winner);
	else {
		memcpy(frame, v->frame, v->frame_len);
		memcpy(frame + 6, v->iface->link.mac, 6);
		error = vrrp_io_send(v->env->tx, v->iface->link.ifindex, frame,
		    v->frame_len);
	}
	if (error == 0)
		v->stats.advertisement_sent++;
}

/* --- announcements --- */

/* Frames [from, to) of one round. */
static void
announce_range(struct vrrp_instance *v, unsigned from, unsigned to)
{
	const struct vrrp_vip_address *a = vrrp_vip_addresses(v->vips);
	unsigned n, sent;
	int error;

	while (from < to) {
		for (n = 1; from + n < to && a[from + n].announce_ifindex ==
		    a[from].announce_ifindex; n++)
			;
		if (a[from].announce_ifindex == 0) {
			from += n;
			continue;
		}
		sent = vrrp_io_send_many(v->env->tx, a[from].announce_ifindex,
		    &v->announce[from], n, &error);
		v->stats.announcements_sent += sent;
		if (sent < n)
			send_failed(v, "an announcement", error);
		from += n;
	}
}

/*
 * V-83, L-33: a round is one frame per address, in chunks, so that 255 of them
 * are not one burst; rounds follow each other at garp_interval, then, if so
 * configured, at garp_refresh for ever.  withdraw() stops it all.
 */
static void
announce_chunk(struct vrrp_instance *v)
{
	int64_t wait_ns;
	unsigned to;

	if (loop_is_unjudged(v->env->loop)) {
		loop_timer_set(v->announce_timer, loop_clock());
		return;
	}
	to = v->announce_at + ANNOUNCE_CHUNK;
	if (to > vrrp_params_addresses(&v->p))
		to = vrrp_params_addresses(&v->p);
	announce_range(v, v->announce_at, to);
	v->announce_at = to == vrrp_params_addresses(&v->p) ? 0 : to;
	v->announce_later = false;
	if (v->announce_at > 0)
		wait_ns = ANNOUNCE_PAUSE_NS;
	else if (v->announce_again) {
		v->announce_again = false;
		wait_ns = CONTEST_REPEAT_NS;
		v->announce_repeat = mono_add(loop_clock(), wait_ns);
	} else if (v->announce_left > 0) {
		v->announce_left--;
		wait_ns = v->p.garp_interval_ns;
	} else if (v->p.garp_refresh_ns > 0)
		wait_ns = v->p.garp_refresh_ns;
	else
		return;
	loop_timer_set(v->announce_timer, mono_add(loop_clock(), wait_ns));
}

void
vrrp_send_announce_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;

	(void)deadline;
	/* The end of a fence announces anew. */
	if (v->core.state == VRRP_ACTIVE && v->vips != NULL &&
	    !vrrp_core_is_fenced(&v->core))
		announce_chunk(v);
}

/*
 * contested: somebody else may still announce the addresses, and his last word
 * may come after our first: one more round follows soon.
 */
void
vrrp_send_announce(struct vrrp_instance *v, bool contested)
{
	if (v->vips == NULL)
		return;
	v->announce_at = 0;
	v->announce_left = v->p.garp_repeat > 0 ? v->p.garp_repeat - 1 : 0;
	v->announce_again = contested;
	announce_chunk(v);
}

/*
 * The core does not announce again so soon.  But this may be the last that is
 * heard of the contest, and what was announced before may not have arrived
 * (loss, a network that heals in one direction first): one more round, the
 * later the more addresses there are.
 */
void
vrrp_send_announce_later(struct vrrp_instance *v)
{
	if (v->vips == NULL || v->announce_at > 0 || v->announce_again ||
	    v->announce_later)
		return;
	v->announce_later = true;
	/* The round that follows the answer comes first, and is not moved. */
	if (mono_before(loop_clock(), v->announce_repeat)) {
		v->announce_again = true;
		return;
	}
	v->announce_left++;
	loop_timer_set(v->announce_timer, mono_add(loop_clock(),
	    CONTEST_LATER_NS +
	    vrrp_params_addresses(&v->p) * NS_PER_MS));
}
