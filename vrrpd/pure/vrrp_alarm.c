/*
 * vrrp_alarm.c - what is wrong with a virtual router, as a state.
 *
 * Each kind is a small state machine: not seen, suspected, standing.  An alarm
 * that has ended keeps its text and who until the log has told of the end.  The
 * files that find something out call in through vrrpd/instance/vrrp_alert.h,
 * which passes the time in and carries the news out.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "vrrpd/pure/vrrp_alarm.h"

#define LOG_EVERY_NS	(10 * NS_PER_S)

const char *
vrrp_alarm_name(enum vrrp_alarm_kind kind)
{
	static const char *const names[] = {
#define X(id, word) word,
		VRRP_ALARMS(X)
#undef X
	};

	return names[kind];
}

const char *
vrrp_alarm_remedy(enum vrrp_alarm_kind kind)
{
	switch (kind) {
	case VRRP_ALARM_UNKNOWN_PEER:
		return "write the address that the peer has now into "
		    "unicast_peers, or name that one as source there";
	case VRRP_ALARM_BFD_ELSEWHERE:
		return "write the address that the peer has now, or name that one "
		    "as source there, or write bfd auto";
	case VRRP_ALARM_VRRP_BLOCKED:
		return "let IP protocol 112 pass between the routers: firewalls, "
		    "multicast snooping, port security";
	case VRRP_ALARM_BFD_BLOCKED:
		return "let UDP 3784 pass between the routers, or see why bfdd "
		    "of the peer is gone";
	case VRRP_ALARM_CANNOT_SEND:
		return "see what keeps packets from leaving: a full queue "
		    "(tc -s qdisc), a rule of a firewall for output or egress";
	case VRRP_ALARM_HOST_SETTING:
		return "set that value to 0, and what is needed of it on each "
		    "interface, or write virtual_mac = no";
	case VRRP_ALARM_ADDRESS_ELSEWHERE:
		return "take the address away there (ip address del), and stop "
		    "what puts it there";
	case VRRP_ALARM_TWO_ACTIVES:
		return "let VRRP pass between the routers: IP protocol 112, its "
		    "multicast group, and the virtual MAC at the switch";
	case VRRP_ALARM_UNHEARD:
		return "let our advertisements arrive there: a filter or a cable "
		    "that works in one direction";
	case VRRP_ALARM_ADDRESS_CLAIMED:
		return "find the host with this MAC and take the address from it, "
		    "or configure VRRP there";
	case VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE:
		return "find the other router with this VRID, or the loop by which "
		    "our own frames come back";
	case VRRP_ALARM_VIRTUAL_MAC_REFUSED:
		return "virtual_mac = no, or allow MAC 00:00:5e:00:01:VRID (IPv6: "
		    "02) at the port: port security, promiscuous mode and forged "
		    "transmits of a hypervisor";
	case VRRP_ALARM_LEASE_LOST:
		return "see what removes or refuses the nf_tables rules of "
		    "swiftover (nft list tables), or write lease = no";
	case VRRP_ALARM_LEASE_RAN_OUT:
		return "see what kept vrrpd, bfdd or their packets for so long: "
		    "the log, the load, a queue; longer intervals bear more";
	case VRRP_ALARM_COUNT:
		break;
	}
	return "";
}

static void
check(const struct vrrp_alarm *a)
{
	assert(!a->stands || !a->suspected);
	assert(a->patience_ns >= 0 && a->hold_ns >= 0);
	assert(!a->stands || a->count > 0);
	assert(!a->inherited || (a->stands && a->hold_ns > 0));
}

void
vrrp_alarm_init(struct vrrp_alarms *alarms)
{
	memset(alarms, 0, sizeof(*alarms));
}

static void
begin(struct vrrp_alarm *a, mono_t now, int64_t real_ns)
{
	a->suspected = false;
	a->stands = true;
	a->since = now;
	a->since_real_ns = real_ns;
	a->count++;
}

static bool
is_same_who(const struct vrrp_alarm_who *a, const struct vrrp_alarm_who *b)
{
	return addr_equal(&a->address, &b->address) &&
	    a->has_mac == b->has_mac &&
	    (!a->has_mac || memcmp(a->mac, b->mac, sizeof(a->mac)) == 0);
}

/* True: they are others than before. */
static bool
set_words(struct vrrp_alarm *a, const struct vrrp_alarm_who *who,
    const char *text)
{
	static const struct vrrp_alarm_who nobody;
	char cut[VRRP_ALARM_TEXT_MAX];

	if (who == NULL)
		who = &nobody;
	(void)snprintf(cut, sizeof(cut), "%s", text);
	if (is_same_who(&a->who, who) && strcmp(a->text, cut) == 0)
		return false;
	a->who = *who;
	memcpy(a->text, cut, sizeof(a->text));
	return true;
}

/* Nobody has seen it for as long as a sighting lasts. */
static bool
is_over(const struct vrrp_alarm *a, mono_t now)
{
	return a->hold_ns > 0 && !mono_before(now, mono_add(a->last,
	    a->hold_ns));
}

static bool
seen(struct vrrp_alarm *a, mono_t now, int64_t real_ns,
    const struct vrrp_alarm_who *who, const char *text, int64_t patience_ns,
    int64_t hold_ns)
{
	bool stood = a->stands, news;

	if (a->suspected && is_over(a, now))
		a->suspected = false;
	if (!a->stands && !a->suspected) {
		a->suspected = true;
		a->first = now;
	}
	a->inherited = false;
	a->last = now;
	a->patience_ns = patience_ns;
	a->hold_ns = hold_ns;
	news = set_words(a, who, text);
	if (a->suspected && mono_sub(now, a->first) >= patience_ns)
		begin(a, now, real_ns);
	check(a);
	return a->stands && (news || !stood);
}

bool
vrrp_alarm_raise(struct vrrp_alarms *alarms, mono_t now, int64_t real_ns,
    enum vrrp_alarm_kind kind, const struct vrrp_alarm_who *who,
    const char *text, int64_t patience_ns)
{
	return seen(&alarms->of[kind], now, real_ns, who, text, patience_ns, 0);
}

bool
vrrp_alarm_see(struct vrrp_alarms *alarms, mono_t now, int64_t real_ns,
    enum vrrp_alarm_kind kind, const struct vrrp_alarm_who *who,
    const char *text, int64_t patience_ns, int64_t hold_ns)
{
	assert(hold_ns > 0);
	return seen(&alarms->of[kind], now, real_ns, who, text, patience_ns,
	    hold_ns);
}

void
vrrp_alarm_inherit(struct vrrp_alarms *alarms, mono_t now,
    enum vrrp_alarm_kind kind, mono_t since, int64_t since_real_ns,
    const struct vrrp_alarm_who *who, int64_t hold_ns)
{
	struct vrrp_alarm *a = &alarms->of[kind];

	assert(hold_ns > 0);
	memset(a, 0, sizeof(*a));
	a->stands = a->inherited = a->logged = true;
	a->first = a->since = since;
	a->since_real_ns = since_real_ns;
	a->last = a->logged_at = now;
	a->hold_ns = hold_ns;
	a->count = a->logged_count = 1;
	(void)set_words(a, who, "as before the restart of this process, which "
	    "looks whether it is so still");
	check(a);
}

bool
vrrp_alarm_end(struct vrrp_alarms *alarms, enum vrrp_alarm_kind kind)
{
	struct vrrp_alarm *a = &alarms->of[kind];
	bool stood = a->stands;

	if (a->inherited)
		return false;
	a->stands = a->suspected = false;
	return stood;
}

bool
vrrp_alarm_expire(struct vrrp_alarms *alarms, mono_t now, int64_t real_ns)
{
	struct vrrp_alarm *a;
	bool news = false;
	unsigned i;

	for (i = 0; i < VRRP_ALARM_COUNT; i++) {
		a = &alarms->of[i];
		if ((a->stands || a->suspected) && is_over(a, now)) {
			a->inherited = false;
			if (vrrp_alarm_end(alarms, i))
				news = true;
		} else if (a->suspected && a->hold_ns == 0 &&
		    mono_sub(now, a->first) >= a->patience_ns) {
			begin(a, now, real_ns);
			news = true;
		}
		check(a);
	}
	return news;
}

mono_t
vrrp_alarm_next_expiry(const struct vrrp_alarms *alarms)
{
	const struct vrrp_alarm *a;
	mono_t next = MONO_NEVER;
	unsigned i;

	for (i = 0; i < VRRP_ALARM_COUNT; i++) {
		a = &alarms->of[i];
		if ((a->stands || a->suspected) && a->hold_ns > 0)
			next = mono_min(next, mono_add(a->last, a->hold_ns));
		else if (a->suspected)
			next = mono_min(next, mono_add(a->first,
			    a->patience_ns));
		if (a->stands && !a->logged && a->logged_count > 0)
			next = mono_min(next, mono_add(a->logged_at,
			    LOG_EVERY_NS));
	}
	return next;
}

bool
vrrp_alarm_stands(const struct vrrp_alarms *alarms, enum vrrp_alarm_kind kind)
{
	return alarms->of[kind].stands;
}

bool
vrrp_alarm_is_suspected(const struct vrrp_alarms *alarms,
    enum vrrp_alarm_kind kind)
{
	return alarms->of[kind].suspected;
}

const struct vrrp_alarm *
vrrp_alarm_find(const struct vrrp_alarms *alarms, enum vrrp_alarm_kind kind)
{
	return alarms->of[kind].stands ? &alarms->of[kind] : NULL;
}

enum vrrp_alarm_news
vrrp_alarm_news(struct vrrp_alarms *alarms, mono_t now,
    enum vrrp_alarm_kind kind, uint64_t *suppressed)
{
	struct vrrp_alarm *a = &alarms->of[kind];

	*suppressed = 0;
	if (a->stands == a->logged)
		return VRRP_ALARM_NO_NEWS;
	if (!a->stands) {
		a->logged = false;
		return VRRP_ALARM_OVER;
	}
	if (a->logged_count > 0 && mono_sub(now, a->logged_at) < LOG_EVERY_NS)
		return VRRP_ALARM_NO_NEWS;
	*suppressed = a->count - a->logged_count - 1;
	a->logged = true;
	a->logged_at = now;
	a->logged_count = a->count;
	return VRRP_ALARM_BEGAN;
}

const char *
vrrp_alarm_who_words(const struct vrrp_alarm_who *who, char *buf, size_t size)
{
	char text[ADDR_STRLEN];
	const uint8_t *m = who->mac;
	int n = 0;

	buf[0] = '\0';
	if (addr_is_set(&who->address))
		n = snprintf(buf, size, " peer=%s", addr_format(&who->address,
		    text, sizeof(text)));
	if (who->has_mac && n >= 0 && (size_t)n < size)
		(void)snprintf(buf + n, size - (size_t)n,
		    " mac=%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
		    m[3], m[4], m[5]);
	return buf;
}
