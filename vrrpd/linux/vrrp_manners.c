/*
 * vrrp_manners.c - how the interface under IPv4 virtual MAC devices behaves.
 *
 * The parent of such a device has the subnet's addresses too, and the kernel
 * would answer ARP for the virtual ones with the parent's MAC.  Two settings keep
 * it from that for as long as an instance holds them; the last one to let go
 * restores what was there.  What that was outlives a crash in the tag of the
 * devices (vrrp_vmac.h).
 *
 * Called by vrrp_hold.c; each interface owns a struct vrrp_manners.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>

#include "shared/devconf.h"
#include "vrrpd/linux/vrrp_manners.h"
#include "vrrpd/linux/vrrp_vip_state.h"
#include "vrrpd/linux/vrrp_vmac.h"

static const struct {
	const char	*key;
	int		 wanted;
	unsigned	 right;		/* bit n: n will do as well */
} manners[] = {
	/* V-84: answer for addresses of mine only; 3 answers for all but a few, and 8
	 * for none, of which only its owner knows what it is for. */
	{ "arp_ignore", 1, 1U << 1 | 1U << 2 | 1U << 8 },
	/* V-82: ask with an address of mine only */
	{ "arp_announce", 2, 1U << 2 },
};

_Static_assert(sizeof(manners) / sizeof(manners[0]) == VRRP_VMAC_TAG_VALUES,
    "every setting has its number in the tag");

static bool
is_right(size_t i, int value)
{
	return value >= 0 && value < 32 &&
	    (manners[i].right & 1U << value) != 0;
}

static void
check(const struct vrrp_manners *parent)
{
	size_t i;

	/* The last one to let go has put everything back. */
	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		assert(parent->holders > 0 || !parent->changed[i]);
}

/* The settings are found by the name that the interface has now. */
static int
get(int ifindex, const char *key, int *value)
{
	char name[IF_NAMESIZE];

	return if_indextoname((unsigned)ifindex, name) == NULL ? -ENODEV :
	    devconf_get(AF_INET, name, key, value);
}

static int
set(int ifindex, const char *key, int value)
{
	char name[IF_NAMESIZE];

	return if_indextoname((unsigned)ifindex, name) == NULL ? -ENODEV :
	    devconf_set(AF_INET, name, key, value);
}

/*
 * The kernel tells of a new name before the settings are to be found by it: what
 * cannot be put back in that moment is owed.
 */
static void
put_back(struct vrrp_manners *parent, size_t i)
{
	int now, error = get(parent->ifindex, manners[i].key, &now);

	if (error == 0 && now == manners[i].wanted)
		error = set(parent->ifindex, manners[i].key, parent->saved[i]);
	parent->owed[i] = error == -ENOENT;
}

void
vrrp_manners_pay(struct vrrp_manners *parent)
{
	size_t i;

	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		if (parent->owed[i])
			put_back(parent, i);
}

int
vrrp_manners_hold(struct vrrp_manners *parent, int ifindex)
{
	size_t i;
	int error, now = 0;

	if (parent->holders++ > 0)
		return 0;
	vrrp_manners_pay(parent);
	parent->ifindex = ifindex;
	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		parent->changed[i] = parent->owed[i] = false;
		error = get(ifindex, manners[i].key, &now);
		if (!parent->recalled || now != manners[i].wanted)
			parent->saved[i] = now;
		if (error == 0 && !is_right(i, parent->saved[i])) {
			error = set(ifindex, manners[i].key,
			    manners[i].wanted);
			parent->changed[i] = error == 0;
		}
		if (error < 0) {
			vrrp_manners_release(parent);
			return error;
		}
	}
	parent->recalled = false;
	check(parent);
	return 0;
}

const char *
vrrp_manners_insist(struct vrrp_manners *parent)
{
	const char *first = NULL;
	size_t i;
	int now;

	for (i = 0; parent->holders > 0 &&
	    i < sizeof(manners) / sizeof(manners[0]); i++) {
		if (get(parent->ifindex, manners[i].key, &now) < 0 ||
		    is_right(i, now) || set(parent->ifindex, manners[i].key,
		    manners[i].wanted) < 0)
			continue;
		parent->saved[i] = now;
		parent->changed[i] = true;
		if (first == NULL)
			first = manners[i].key;
	}
	check(parent);
	return first;
}

void
vrrp_manners_release(struct vrrp_manners *parent)
{
	size_t i;

	if (parent->holders == 0 || --parent->holders > 0)
		return;
	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		if (!parent->changed[i])
			continue;
		parent->changed[i] = false;
		put_back(parent, i);
	}
	check(parent);
}

void
vrrp_manners_recall(struct vrrp_manners *parent, const struct vrrp_vips *v)
{
	if (parent->holders > 0 || !v->adopted ||
	    !vrrp_vmac_tag(v, parent->saved))
		return;
	parent->recalled = true;
}

int
vrrp_manners_tag(const struct vrrp_manners *parent, int ifindex)
{
	int values[VRRP_VMAC_TAG_VALUES];
	size_t i;

	for (i = 0; i < VRRP_VMAC_TAG_VALUES; i++) {
		values[i] = parent->saved[i];
		if (parent->holders == 0)
			(void)get(ifindex, manners[i].key, &values[i]);
	}
	return vrrp_vmac_tag_with(values);
}

void
vrrp_manners_note(const struct vrrp_manners *parent, const struct vrrp_vips *v)
{
	vrrp_vmac_set_tag(v, parent->saved);
}

void
vrrp_manners_restore(int ifindex, int tag)
{
	int values[VRRP_VMAC_TAG_VALUES], now;
	size_t i;

	if (tag == 0)
		return;
	vrrp_vmac_tag_values(tag, values);
	for (i = 0; i < VRRP_VMAC_TAG_VALUES; i++)
		if (!is_right(i, values[i]) &&
		    get(ifindex, manners[i].key, &now) == 0 &&
		    now == manners[i].wanted)
			(void)set(ifindex, manners[i].key, values[i]);
}
