/*
 * vrrp_frames.c - the bytes of what an instance says.
 *
 * The frames of multicast adverts (priority in force, priority 0, both again in
 * version 2 where that is wished) and of announcements are built while Backup,
 * so that a takeover only hands them to the kernel.  A message to a unicast peer
 * is built when it is sent, since each has a checksum of its own.
 *
 * Nothing is sent here and no state is changed but the bytes.  vrrp_send.c sends
 * them; vrrp_bequest.c has the adverts built, because the monitor holds a copy
 * of the one with priority 0; vrrp_hold.c has the announcements built, when it
 * is known where the addresses go.
 *
 * RFC 9568 §5 (adverts), §8.1.2 and §8.2.2 (announcements); vrrp_wire.h and
 * vrrp_announce.h know the formats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "shared/devconf.h"
#include "vrrpd/instance/vrrp_frames.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_announce.h"

static bool
room_for_version_2(struct vrrp_instance *v)
{
	if (v->frame_v2 == NULL)
		v->frame_v2 = malloc(VRRP_FRAME_MAX);
	if (v->resign_v2 == NULL)
		v->resign_v2 = malloc(VRRP_FRAME_MAX);
	return v->frame_v2 != NULL && v->resign_v2 != NULL;
}

static bool
room_for_announcements(struct vrrp_instance *v, unsigned count)
{
	struct iovec *list;
	uint8_t *bytes;

	bytes = realloc(v->announce_bytes, count * VRRP_ANNOUNCE_FRAME_MAX);
	if (bytes == NULL)
		return false;
	v->announce_bytes = bytes;
	list = realloc(v->announce, count * sizeof(*list));
	if (list == NULL)
		return false;
	v->announce = list;
	return true;
}

bool
vrrp_frames_make_room(struct vrrp_instance *v, const struct vrrp_params *p)
{
	unsigned now = vrrp_params_addresses(&v->p);
	unsigned count = vrrp_params_addresses(p);

	if (count < now)
		count = now;

	return (!p->also_version_2 || room_for_version_2(v)) &&
	    room_for_announcements(v, count);
}

bool
vrrp_frames_alloc(struct vrrp_instance *v)
{
	v->frame = malloc(VRRP_FRAME_MAX);
	v->resign = malloc(VRRP_FRAME_MAX);
	return v->frame != NULL && v->resign != NULL &&
	    vrrp_frames_make_room(v, &v->p);
}

void
vrrp_frames_free(struct vrrp_instance *v)
{
	free(v->frame);
	free(v->resign);
	free(v->frame_v2);
	free(v->resign_v2);
	free(v->announce_bytes);
	free(v->announce);
}

enum vrrp_checksum_form
vrrp_frames_form(const struct vrrp_params *p)
{
	return p->checksum_compat == VRRP_CHECKSUM_LEGACY &&
	    p->family == AF_INET && p->version == 3 ? VRRP_FORM_PSEUDO :
	    VRRP_FORM_MESSAGE;
}

static void
advert_spec(const struct vrrp_instance *v, uint8_t version, uint8_t priority,
    struct addr addrs[VRRP_VIPS_MAX], struct vrrp_advert_spec *spec)
{
	unsigned i;

	for (i = 0; i < v->p.vip_count; i++)
		addrs[i] = v->p.vips[i].prefix.addr;
	memset(spec, 0, sizeof(*spec));
	spec->version = version;
	spec->vrid = v->p.vrid;
	spec->priority = priority;
	spec->interval_cs = v->p.advert_int_cs;
	spec->form = v->send_form;
	spec->auth_len = v->p.auth_len;
	spec->auth_pass = v->p.auth_pass;
	spec->source = *vrrp_iface_primary_of(v);
	spec->destination = vrrp_wire_group(v->p.family);
	spec->addr_count = v->p.vip_count;
	spec->addrs = addrs;
}

static size_t
build_advert(const struct vrrp_instance *v, uint8_t version, uint8_t priority,
    uint8_t *buf)
{
	struct vrrp_advert_spec spec;
	struct addr addrs[VRRP_VIPS_MAX];

	advert_spec(v, version, priority, addrs, &spec);
	return vrrp_wire_build_frame(&spec, vrrp_vip_mac(v->vips), NULL, buf,
	    VRRP_FRAME_MAX);
}

void
vrrp_frames_forget(struct vrrp_instance *v)
{
	v->frame_len = v->resign_len = 0;
	v->frame_v2_len = v->resign_v2_len = 0;
}

void
vrrp_frames_build_adverts(struct vrrp_instance *v)
{
	const uint8_t version = v->p.version;

	vrrp_frames_forget(v);
	if (v->vips == NULL || !addr_is_set(vrrp_iface_primary_of(v)))
		return;
	v->frame_priority = v->core.p.priority;
	v->frame_len = build_advert(v, version, v->frame_priority, v->frame);
	v->resign_len = build_advert(v, version, 0, v->resign);
	if (!v->p.also_version_2)
		return;
	v->frame_v2_len = build_advert(v, 2, v->frame_priority, v->frame_v2);
	v->resign_v2_len = build_advert(v, 2, 0, v->resign_v2);
}

/* A message per peer: checksums with a pseudo-header differ. */
size_t
vrrp_frames_build_unicast(const struct vrrp_instance *v, uint8_t version,
    uint8_t priority, const struct addr *peer, uint8_t *buf, size_t size)
{
	struct vrrp_advert_spec spec;
	struct addr addrs[VRRP_VIPS_MAX];

	advert_spec(v, version, priority, addrs, &spec);
	spec.destination = *peer;
	return vrrp_wire_build_message(&spec, buf, size);
}

size_t
vrrp_frames_build_unicast_frame(const struct vrrp_instance *v, uint8_t version,
    uint8_t priority, const struct addr *peer, const uint8_t mac[6],
    uint8_t *buf, size_t size)
{
	struct vrrp_advert_spec spec;
	struct addr addrs[VRRP_VIPS_MAX];

	advert_spec(v, version, priority, addrs, &spec);
	spec.destination = *peer;
	return vrrp_wire_build_frame(&spec, v->iface->link.mac, mac, buf, size);
}

size_t
vrrp_frames_build_backup(const struct vrrp_instance *v, uint8_t priority,
    const struct addr *peer, uint8_t *buf, size_t size)
{
	struct vrrp_advert_spec spec;
	struct addr addrs[VRRP_VIPS_MAX];

	advert_spec(v, 3, priority, addrs, &spec);
	spec.backup = true;
	spec.interval_cs = vrrp_core_backup_interval_cs(v->p.advert_int_cs);
	if (peer == NULL)
		return vrrp_wire_build_frame(&spec, v->iface->link.mac, NULL,
		    buf, size);
	spec.destination = *peer;
	return vrrp_wire_build_message(&spec, buf, size);
}

void
vrrp_frames_build_announcements(struct vrrp_instance *v)
{
	const struct vrrp_vip_address *a = vrrp_vip_addresses(v->vips);
	uint8_t *at;
	unsigned i;
	int router = 1;

	/*
	 * V-86.  In address mode, and beside addresses of IPv4, the kernel answers
	 * with the interface's own flag: hosts that are told now this and now that
	 * would take a router off their list and put it on again.
	 */
	if (vrrp_params_has_family(&v->p, AF_INET6) &&
	    (v->p.family == AF_INET || !v->p.virtual_mac) &&
	    devconf_get(AF_INET6, v->iface->name, "forwarding", &router) < 0)
		router = 1;
	for (i = 0; i < vrrp_params_addresses(&v->p); i++) {
		at = v->announce_bytes + i * VRRP_ANNOUNCE_FRAME_MAX;
		v->announce[i].iov_base = at;
		v->announce[i].iov_len = vrrp_announce_build(
		    &v->p.vips[i].prefix.addr, v->p.family == AF_INET6 ?
		    &v->p.vips[0].prefix.addr : &v->p.vips[i].prefix.addr,
		    a[i].mac, router != 0, at, VRRP_ANNOUNCE_FRAME_MAX);
	}
}
