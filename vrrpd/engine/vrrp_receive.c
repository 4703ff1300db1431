/*
 * vrrp_receive.c - a packet to its instance.
 *
 * vrrp_io hands every VRRP packet of an interface to vrrp_receive_packet(),
 * which validates it (vrrp_wire.h, V-40..V-49), finds the instance by family and
 * VRID (V-45), and passes it on.  A packet that fails changes one counter: the
 * instance's when its bytes name a configured VRID, because that is where an
 * operator looks (V-56), else the interface's.  What RFC 8347 calls global
 * counters (Y-4) is the sum of both.
 *
 * No state but counters, and log lines of limited rate.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_receive.h"

#include <string.h>
#include <sys/socket.h>

#include "shared/log.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/instance/vrrp_accept.h"
#include "vrrpd/instance/vrrp_backup.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/pure/vrrp_wire.h"

/*
 * V-45.  Somebody else's virtual router may live on this network for years: it
 * is said once.
 */
static void
foreign_vrid(struct vrrp_iface *f, const struct vrrp_io_packet *in,
    const struct vrrp_packet *pkt)
{
	bool *said = &f->foreign_said[in->family == AF_INET6][pkt->message[1]];
	char text[ADDR_STRLEN];

	if (*said)
		return;
	*said = true;
	log_notice("interface=%s source=%s discarded=%s vrid=%u: not ours, "
	    "not said again", f->name, addr_format(&pkt->source, text,
	    sizeof(text)), vrrp_verdict_name(VRRP_VRID), pkt->message[1]);
}

static void
refuse(struct vrrp_iface *f, const struct vrrp_io_packet *in,
    const struct vrrp_packet *pkt, enum vrrp_verdict verdict)
{
	struct vrrp_instance *v = NULL;
	char text[ADDR_STRLEN];
	uint64_t suppressed;

	if (pkt->len >= 2)
		v = vrrp_iface_find(f, in->family, pkt->message[1]);
	if (v != NULL) {
		vrrp_accept_refuse(v, in->now, verdict, &pkt->source);
		return;
	}
	f->verdicts[verdict]++;
	if (verdict == VRRP_VRID) {
		foreign_vrid(f, in, pkt);
		return;
	}
	if (!token_bucket_take(&f->buckets[verdict], in->now, &suppressed))
		return;
	log_warning("interface=%s source=%s discarded=%s suppressed=%llu",
	    f->name, addr_format(&pkt->source, text, sizeof(text)),
	    vrrp_verdict_name(verdict), (unsigned long long)suppressed);
}

/* V-40: only for unicast peers, and only where the operator allows hops. */
static bool
may_be_routed(const struct vrrp_iface *f, const struct vrrp_io_packet *in,
    const struct vrrp_packet *pkt)
{
	const struct vrrp_instance *v;

	v = vrrp_iface_find(f, in->family, pkt->message[1]);
	return v != NULL && v->p.unicast_count > 0 &&
	    pkt->ttl >= v->p.unicast_min_ttl;
}

/* Type 2 exists where it was asked for, and is a wrong type elsewhere (V-42). */
static unsigned
kinds_taken(const struct vrrp_iface *f, const struct vrrp_io_packet *in,
    const struct vrrp_packet *pkt)
{
	unsigned kinds = VRRP_ACCEPT_V2 | VRRP_ACCEPT_V3;
	const struct vrrp_instance *v = NULL;

	if (pkt->len >= 2)
		v = vrrp_iface_find(f, in->family, pkt->message[1]);
	if (v != NULL && vrrp_backup_wanted(v))
		kinds |= VRRP_ACCEPT_BACKUP;
	return kinds;
}

void
vrrp_receive_packet(const struct vrrp_io_packet *in, void *arg)
{
	struct vrrp_iface *f = arg;
	struct vrrp_packet pkt;
	struct vrrp_advert advert;
	struct vrrp_instance *v;
	enum vrrp_verdict verdict;

	memset(&pkt, 0, sizeof(pkt));
	verdict = vrrp_wire_packet(in->family, in->bytes, in->len, &pkt);
	if (verdict == VRRP_OK)
		verdict = vrrp_wire_parse(&pkt, kinds_taken(f, in, &pkt), true,
		    &advert);
	if (verdict == VRRP_IP_TTL && may_be_routed(f, in, &pkt))
		verdict = vrrp_wire_parse(&pkt, kinds_taken(f, in, &pkt),
		    false, &advert);
	if (verdict != VRRP_OK) {
		refuse(f, in, &pkt, verdict);
		return;
	}
	v = vrrp_iface_find(f, in->family, advert.vrid);
	if (v == NULL)
		refuse(f, in, &pkt, VRRP_VRID);
	else if (advert.backup)
		vrrp_backup_rx(v, in->now, in->arrival, &advert);
	else
		vrrp_machine_rx(v, in->now, in->arrival, &advert);
}
