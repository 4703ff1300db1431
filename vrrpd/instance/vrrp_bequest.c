/*
 * vrrp_bequest.c - what the monitor is to do for an instance when we are dead.
 *
 * A will exists as long as the instance holds its addresses, and not longer: it
 * is deposited right after they are installed and revoked right after they are
 * taken away.  Between an event and its message lies the rest of one batch; an
 * engine that dies in there leaves addresses behind that the next one clears.
 *
 * An instance that another one of ours has succeeded may answer for a moment more,
 * on a device of its own.  The will of its name is the successor's by then, so it
 * leaves one of another name, which no instance can have.
 *
 * A message that the channel has no room for, because the monitor is stopped or
 * starved, is tried again with the next beat.
 */
#include "config.h"

#include "vrrpd/instance/vrrp_bequest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_frames.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_routes.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_will.h"

#define FRAMES_ROOM	4096

/* One engine has one thread; the memory is there from the start. */
static struct vrrp_will will;
static uint8_t body[VRRP_WILL_MAX];
static uint8_t withdrawal[VRRP_WILL_MAX];
static uint8_t messages[VRRP_WILL_FRAMES_MAX][VRRP_MESSAGE_MAX];

static void
add_frame(const struct vrrp_instance *v, const uint8_t *bytes, size_t len)
{
	struct vrrp_will_frame *f;

	if (len == 0 || will.frame_count == VRRP_WILL_FRAMES_MAX)
		return;
	f = &will.frames[will.frame_count++];
	memset(f, 0, sizeof(*f));
	f->ifindex = v->iface->link.ifindex;
	f->bytes = bytes;
	f->len = len;
}

static void
add_message(const struct vrrp_instance *v, uint8_t version,
    const struct addr *peer)
{
	unsigned at = will.frame_count;
	size_t len;

	if (at == VRRP_WILL_FRAMES_MAX)
		return;
	len = vrrp_frames_build_unicast(v, version, 0, peer, messages[at],
	    sizeof(messages[at]));
	add_frame(v, messages[at], len);
	if (will.frame_count > at) {
		will.frames[at].source = *vrrp_iface_primary_of(v);
		will.frames[at].destination = *peer;
	}
}

static const char *
name_of(const struct vrrp_instance *v)
{
	return v->succeeded ? v->will_name : v->p.name;
}

/* Rules and routes, then the addresses. */
static void
write_withdrawal(const struct vrrp_instance *v)
{
	size_t first, then;
	const uint8_t *routes = vrrp_routes_withdrawal(v, &first);
	const uint8_t *addresses = vrrp_vip_withdrawal(v->vips, &then);

	will.netlink = addresses;
	will.netlink_len = then;
	if (first == 0)
		return;
	/* The addresses are what matters; room for the adverts is needed too. */
	if (first + then > sizeof(withdrawal) - FRAMES_ROOM) {
		log_warning("instance=%s routes and rules are left out of its "
		    "last will, which is too long", v->p.name);
		return;
	}
	memcpy(withdrawal, routes, first);
	if (then > 0)
		memcpy(withdrawal + first, addresses, then);
	will.netlink = withdrawal;
	will.netlink_len = first + then;
}

static size_t
write_will(const struct vrrp_instance *v)
{
	unsigned i;

	will.frame_count = 0;
	(void)snprintf(will.name, sizeof(will.name), "%s", name_of(v));
	will.flags = v->p.virtual_mac_auto && !v->p.virtual_mac ?
	    VRRP_WILL_WITHOUT : 0;
	write_withdrawal(v);
	/*
	 * An instance that lingers has resigned; a second advert of priority 0
	 * would move the switch port of the virtual MAC away from the successor.
	 */
	if (v->core.state != VRRP_ACTIVE ||
	    !addr_is_set(vrrp_iface_primary_of(v)))
		return vrrp_will_encode(&will, body, sizeof(body));
	if (v->p.unicast_count == 0) {
		add_frame(v, v->resign, v->resign_len);
		add_frame(v, v->resign_v2, v->resign_v2_len);
	}
	for (i = 0; i < v->p.unicast_count; i++) {
		add_message(v, v->p.version, &v->p.unicast_peers[i]);
		if (v->p.also_version_2)
			add_message(v, 2, &v->p.unicast_peers[i]);
	}
	return vrrp_will_encode(&will, body, sizeof(body));
}

void
vrrp_bequest_now(struct vrrp_instance *v)
{
	struct vrrp_channel *channel = v->env->channel;
	bool holds = v->holds && v->vips != NULL;
	size_t len;
	int error = 0;

	if (channel == NULL)
		return;
	if (holds) {
		len = write_will(v);
		error = len == 0 ? -EMSGSIZE : vrrp_channel_send(channel,
		    VRRP_MSG_WILL, body, len);
		if (error == -EMSGSIZE) {
			log_warning("instance=%s its last will is too long to "
			    "be kept", v->p.name);
			/* An older one would be carried out in its place. */
			holds = false;
			error = 0;
		}
	}
	if (!holds && v->bequeathed)
		error = vrrp_channel_send(channel, VRRP_MSG_WILL_REVOKE,
		    name_of(v), strlen(name_of(v)));
	v->bequest_owed = error == -ENOBUFS;
	if (!v->bequest_owed)
		v->bequeathed = holds;
}

static void
deposit(void *arg)
{
	vrrp_bequest_now(arg);
}

void
vrrp_bequest_later(struct vrrp_instance *v)
{
	if (v->env->channel != NULL &&
	    loop_defer(v->env->loop, deposit, v) < 0)
		vrrp_bequest_now(v);
}

void
vrrp_bequest_build_adverts(struct vrrp_instance *v)
{
	vrrp_frames_build_adverts(v);
	if (v->holds)
		vrrp_bequest_later(v);
}

void
vrrp_bequest_retry(struct vrrp_instance *v)
{
	if (v->bequest_owed)
		vrrp_bequest_now(v);
}

void
vrrp_bequest_rename(struct vrrp_instance *v)
{
	if (v->bequeathed && v->env->channel != NULL)
		(void)vrrp_channel_send(v->env->channel, VRRP_MSG_WILL_REVOKE,
		    v->p.name, strlen(v->p.name));
	v->bequeathed = v->bequest_owed = false;
	if (v->holds)
		vrrp_bequest_later(v);
}

void
vrrp_bequest_cede(struct vrrp_instance *v)
{
	static unsigned count;

	(void)snprintf(v->will_name, sizeof(v->will_name), "%.20s~%u",
	    v->p.name, ++count % 100000);
	v->bequeathed = v->bequest_owed = false;
	if (v->holds)
		vrrp_bequest_now(v);
}

void
vrrp_bequest_cancel(struct vrrp_instance *v)
{
	loop_defer_cancel(v->env->loop, deposit, v);
}
