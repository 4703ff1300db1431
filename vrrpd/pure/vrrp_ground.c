/*
 * vrrp_ground.c - what kinds of interfaces bear a virtual router (vrrp_ground.h).
 *
 * The table names what does not, or not wholly.  Whatever else has an Ethernet
 * address is good: cards, veth, VLANs of any depth, bonds, teams, bridges, dummies,
 * macvlans (also in a container), tap, vxlan, gretap, and all of these as ports of a
 * VRF, which is a matter of routing and not of frames.
 *
 * The first row that fits is the answer.  A port of a bridge or bond is refused
 * whatever kind it is, since its master takes the frames.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_ground.h"

#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#define ANY_MODE	UINT32_MAX

struct row {
	const char			*kind;
	uint32_t			 mode;
	enum vrrp_ground_verdict	 verdict;
	const char			*text;	/* @: the interface's name */
};

/* By kind. */
static const struct row rows[] = {
	{ "vrf", ANY_MODE, VRRP_GROUND_NOT_THERE,
	    "interface @ is a VRF, a table of routes that sends no frames: write "
	    "the interface in it that the clients are on" },
	{ "ipvlan", IPVLAN_MODE_L2, VRRP_GROUND_NO_DEVICE,
	    "interface @ is an ipvlan, which hears no other MAC address: write "
	    "virtual_mac = no, or use a macvlan" },
	{ "ipvlan", ANY_MODE, VRRP_GROUND_NOT_THERE,
	    "interface @ is an ipvlan of mode l3, which hears no multicast: use "
	    "mode l2 and write virtual_mac = no, or use a macvlan" },
	{ "macvlan", MACVLAN_MODE_PASSTHRU, VRRP_GROUND_NO_DEVICE,
	    "interface @ is a macvlan of mode passthru, which is alone on its "
	    "card: write virtual_mac = no, or use mode bridge" },
	{ "macvtap", MACVLAN_MODE_PASSTHRU, VRRP_GROUND_NO_DEVICE,
	    "interface @ is a macvtap of mode passthru, which is alone on its "
	    "card: write virtual_mac = no, or use mode bridge" },
};

/* By flags, whatever kind it is. */
static const struct row loopback = { "", ANY_MODE, VRRP_GROUND_NOT_THERE,
    "interface @ is the loopback: write the interface that the clients are on "
    "(an address may have device = @)" };
static const struct row tunnel = { "", ANY_MODE, VRRP_GROUND_NOT_THERE,
    "interface @ has no Ethernet address to be found by: write the one that "
    "clients are on (an address may have device = @)" };
static const struct row silent = { "", ANY_MODE, VRRP_GROUND_NOT_THERE,
    "interface @ answers no ARP (NOARP): ip link set @ arp on" };

static const struct row *
row_of(const struct vrrp_ground *g)
{
	size_t i;

	if (g->loopback)
		return &loopback;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(g->kind, rows[i].kind) == 0 &&
		    (rows[i].mode == ANY_MODE || rows[i].mode == g->mode))
			return &rows[i];
	if (!g->has_mac)
		return &tunnel;
	/* A dummy is so by nature, and nobody is there who could ask. */
	return g->no_arp && strcmp(g->kind, "dummy") != 0 ? &silent : NULL;
}

/* Whoever has the port takes its frames, but for a VRF. */
static bool
is_port(const struct vrrp_ground *g)
{
	return g->port_of[0] != '\0' && strcmp(g->port_of, "vrf") != 0;
}

static void
say_port(const struct vrrp_ground *g, char text[VRRP_GROUND_TEXT_MAX])
{
	(void)snprintf(text, VRRP_GROUND_TEXT_MAX, "interface %s is a port of "
	    "%s%s%s, which takes its frames: write interface = %s", g->name,
	    g->port_of, g->master[0] == '\0' ? "" : " ", g->master,
	    g->master[0] == '\0' ? "that" : g->master);
}

static void
say_row(const char *format, const char *name, char text[VRRP_GROUND_TEXT_MAX])
{
	size_t n = 0;

	for (; *format != '\0' && n < VRRP_GROUND_TEXT_MAX - 1; format++) {
		if (*format != '@') {
			text[n++] = *format;
			continue;
		}
		(void)snprintf(text + n, VRRP_GROUND_TEXT_MAX - n, "%s", name);
		n += strlen(text + n);
	}
	text[n] = '\0';
}

enum vrrp_ground_verdict
vrrp_ground_judge(const struct vrrp_ground *g, bool virtual_mac,
    char text[VRRP_GROUND_TEXT_MAX])
{
	const struct row *r;

	text[0] = '\0';
	if (is_port(g)) {
		say_port(g, text);
		return VRRP_GROUND_NOT_THERE;
	}
	r = row_of(g);
	if (r == NULL || (r->verdict == VRRP_GROUND_NO_DEVICE && !virtual_mac))
		return VRRP_GROUND_GOOD;
	say_row(r->text, g->name, text);
	return r->verdict;
}
