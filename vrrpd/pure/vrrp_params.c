/*
 * vrrp_params.c - defaults of configured values, and what follows from them.
 *
 * The defaults are those of vrrpd.conf(5); RFC 9568 §6.1 gives priority,
 * interval and preemption.  accept = yes is a chosen deviation from the RFC's
 * Accept_Mode default, explained in the man page: people ping the address.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "vrrpd/pure/vrrp_params.h"

void
vrrp_params_init(struct vrrp_params *p)
{
	memset(p, 0, sizeof(*p));
	p->version = 3;
	p->priority = VRRP_PRIORITY_DEFAULT;
	p->advert_int_cs = VRRP_ADVERT_INT_DEFAULT;
	p->preempt = true;
	p->accept = true;
	p->virtual_mac = true;
	p->lease = true;
	p->reclaim = true;
	p->unicast_min_ttl = 255;
	p->checksum_compat = VRRP_CHECKSUM_AUTO;
	p->garp_repeat = 5;
	p->garp_interval_ns = 200 * NS_PER_MS;
	p->notify.timeout_ns = VRRP_NOTIFY_DEFAULT_TIMEOUT_NS;
}

const char *
vrrp_notify_on_word(enum vrrp_notify_on on)
{
	static const char *const words[VRRP_NOTIFY_ON_COUNT] = {
		[VRRP_NOTIFY_ON_ANY] = "notify",
		[VRRP_NOTIFY_ON_ACTIVE] = "notify_active",
		[VRRP_NOTIFY_ON_BACKUP] = "notify_backup",
		[VRRP_NOTIFY_ON_FAULT] = "notify_fault",
		[VRRP_NOTIFY_ON_STOP] = "notify_stop",
		[VRRP_NOTIFY_ON_CONTESTED] = "notify_contested",
	};

	return words[on];
}

bool
vrrp_notify_wanted(const struct vrrp_notify_params *n)
{
	unsigned i;

	for (i = 0; i < VRRP_NOTIFY_ON_COUNT; i++)
		if (n->command[i][0] != '\0')
			return true;
	return false;
}

const char *
vrrp_track_kind_name(enum vrrp_track_kind kind)
{
	switch (kind) {
#define X(id, word, text) case VRRP_TRACK_##id: return word;
	VRRP_TRACK_KINDS(X)
#undef X
	}
	return "unknown";
}

const char *
vrrp_track_kind_text(enum vrrp_track_kind kind)
{
	switch (kind) {
#define X(id, word, text) case VRRP_TRACK_##id: return text;
	VRRP_TRACK_KINDS(X)
#undef X
	}
	return "unknown";
}

const struct vrrp_params *
vrrp_config_instance(const struct vrrp_config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->instances[i].name, name) == 0)
			return &c->instances[i];
	return NULL;
}

const struct vrrp_tracker_params *
vrrp_config_tracker(const struct vrrp_config *c, enum vrrp_track_kind kind,
    const char *name)
{
	unsigned i;

	for (i = 0; i < c->tracker_count; i++)
		if (c->trackers[i].kind == kind &&
		    strcmp(c->trackers[i].name, name) == 0)
			return &c->trackers[i];
	return NULL;
}

bool
vrrp_tracker_same_check(const struct vrrp_tracker_params *a,
    const struct vrrp_tracker_params *b)
{
	struct vrrp_tracker_params x;

	memcpy(&x, b, sizeof(x));
	x.line = a->line;
	x.weight = a->weight;
	memcpy(x.on_change, a->on_change, sizeof(x.on_change));
	memcpy(x.on_change_user, a->on_change_user, sizeof(x.on_change_user));
	x.on_change_timeout_ns = a->on_change_timeout_ns;
	return memcmp(a, &x, sizeof(x)) == 0;
}

/* One word from *s to *to; false when its quote is open. */
static bool
command_word(const char **s, char **to)
{
	const char *p = *s;
	char *out = *to, quote = '\0';

	for (; *p != '\0' && (quote != '\0' || (*p != ' ' && *p != '\t'));
	    p++) {
		if (quote == '\0' && (*p == '\'' || *p == '"'))
			quote = *p;
		else if (*p == quote)
			quote = '\0';
		else if (*p == '\\' && quote != '\'' && p[1] != '\0')
			*out++ = *++p;
		else
			*out++ = *p;
	}
	*out++ = '\0';
	*s = p;
	*to = out;
	return quote == '\0';
}

int
vrrp_params_command(const char *command, char *storage, char **argv)
{
	const char *s = command;
	int n = 0;

	if (strlen(command) >= VRRP_COMMAND_MAX)
		return -EINVAL;
	for (;;) {
		while (*s == ' ' || *s == '\t')
			s++;
		if (*s == '\0')
			break;
		if (n == VRRP_COMMAND_WORDS_MAX)
			return -EINVAL;
		argv[n++] = storage;
		if (!command_word(&s, &storage))
			return -EINVAL;
	}
	argv[n] = NULL;
	return n == 0 ? -EINVAL : n;
}

const char *
vrrp_params_bfd_interface(const struct vrrp_params *p,
    const struct vrrp_bfd_params *b)
{
	if (b->multihop)
		return "";
	return b->interface[0] != '\0' ? b->interface : p->interface;
}

bool
vrrp_params_has_family(const struct vrrp_params *p, uint8_t family)
{
	unsigned i;

	if (p->family == family)
		return true;
	for (i = p->vip_count; i < vrrp_params_addresses(p); i++)
		if (p->vips[i].prefix.addr.family == family)
			return true;
	return false;
}

void
vrrp_params_remove_address(struct vrrp_params *p, unsigned i)
{
	unsigned *count = i < p->vip_count ? &p->vip_count : &p->other_count;

	(*count)--;
	memmove(&p->vips[i], &p->vips[i + 1],
	    (vrrp_params_addresses(p) - i) * sizeof(p->vips[0]));
}

bool
vrrp_params_add_address(struct vrrp_params *p, const struct vrrp_vip *vip,
    bool other)
{
	unsigned at = other ? vrrp_params_addresses(p) : p->vip_count;

	if (vrrp_params_addresses(p) == VRRP_ADDRESSES_MAX ||
	    (!other && p->vip_count == VRRP_VIPS_MAX))
		return false;
	memmove(&p->vips[at + 1], &p->vips[at],
	    (vrrp_params_addresses(p) - at) * sizeof(p->vips[0]));
	p->vips[at] = *vip;
	if (other)
		p->other_count++;
	else
		p->vip_count++;
	return true;
}

void
vrrp_params_virtual_mac(uint8_t family, uint8_t vrid, uint8_t mac[6])
{
	const uint8_t virtual[6] = {
		0x00, 0x00, 0x5e, 0x00, family == AF_INET6 ? 0x02 : 0x01, vrid
	};

	memcpy(mac, virtual, sizeof(virtual));
}
