/*
 * vrrpd_world.h - a daemon without a machine under it.
 *
 * Takes the place of the loop, the sockets, netlink and the virtual addresses:
 * time is a variable, and what the code under test does is written down in
 * order.  Programs that link this get these definitions instead of those of
 * libshared.a and libvrrpd.a, because the linker finds them first.
 */
#ifndef TEST_UNIT_VRRPD_WORLD_H
#define TEST_UNIT_VRRPD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/linux/vrrp_ear.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_patience.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_probation.h"

#define WORLD_IFINDEX	7
#define WORLD_IFINDEX2	8	/* another interface, for engine_world.h */
#define WORLD_ASKED_MAX	64
#define WORLD_DEVICE	100	/* + VRID: of the virtual MAC, if named */

struct world {
	mono_t		now;
	char		did[4096];	/* "advert:100 install announce:1 ..." */
	uint8_t		frame[2048];	/* the last one sent */
	size_t		frame_len;
	unsigned	announced;
	uint8_t		announcement[128];	/* the first of the last round */
	int		forwarding;	/* net.ipv6.conf.eth0.forwarding */
	int		arp_filter;	/* of "all" */
	int		arp_ignore;	/* of links other than eth0 */
	int		steer_error;
	bool		strict;		/* the host's firewall */
	const char	*unsettled;	/* setting of the device */
	int		install_error;	/* of the call itself, negative */
	int		refusal;	/* seen before the answer: errno */
	int		vip_open_error;
	int		no_device;	/* of a virtual MAC, negative */
	int		change_error;	/* of other addresses, negative */
	int		filter_error;	/* of adding, negative */
	int		unicast_error;	/* of opening, negative */
	struct addr	unicast_source;	/* last opened with */
	uint8_t		advert_ttl;	/* of adverts received; 0: 255 */
	struct nl_link	stranger;	/* has the virtual MAC; index 0: none */
	bool		stranger_alive;
	struct nl_link	tracked;	/* found by nl_link_known(), by name */
	struct vrrp_device_wish wish;	/* the last one */
	bool		device_gone, device_down, device_astray;
	int		del_many_error;	/* of nl_link_del_many() */
	int		deleted[8];	/* one by one */
	unsigned	deleted_count, deleted_together;
	bool		clock_unset;	/* the wall clock says 1970 */
	bool		busy;		/* each batch has had its budget */
	bool		channel_full;	/* the one to the monitor */
	unsigned	asked_to_read;	/* the number; 0: never */
	struct vrrp_reloaded reloaded;	/* the last one told */
	size_t		withdrawal_len;	/* of the last will; zeros */
	bool		adopts;		/* devices that are there already */
	bool		named;		/* did[] says whose: install:web */
	bool		acks;		/* the kernel answers every batch */
	bool		no_member[2];	/* of the group; a join changes that */
	vrrp_ear_cb	ear;		/* hears ARP and ND; NULL: not open */
	void		*ear_arg;
	unsigned	ear_macs;	/* that it listens for frames from */
	bool		ear_askers;	/* listened for, too */
	struct {
		uint8_t	frame[96];
		size_t	len;
	} asked[WORLD_ASKED_MAX];	/* questions sent */
	unsigned	asked_count;
	uint64_t	drops;		/* for want of room; read once */
	void		(*on_nl_drain)(void);	/* events that were waiting */
	unsigned	drains;
	void		(*on_drain)(void);	/* packets that were waiting */
	bool		unjudged;	/* this process was away */
	void		(*on_judge)(void);	/* and that is found now */
	unsigned	spent;		/* batches to come that take 2 ms each */
	/* The batch not acknowledged yet. */
	nl_batch_done	done;
	void		*done_arg;
	nl_batch_done	refreshed;	/* the same of a refresh */
	void		*refreshed_arg;
	int		send_error;	/* of frames; 0: they leave */
	/* Of leases; not in did[], since each instance has one. */
	unsigned	leases;		/* asked for, or to be taken away */
	struct vrrp_lease_errand lease;	/* the last of them */
	char		words[64];	/* to the rules, a letter each: PIOASER */
	bool		no_rules;	/* words meet nothing, and leave */
	bool		ran_out;	/* and they say so, once */
	bool		neighbour_lost;	/* every unicast peer, by the kernel */
	struct loop	*loop;
	struct vrrp_addrs addrs;
	struct vrrp_env	env;
	struct vrrp_iface *iface;
	unsigned	changes, transitions, withdrawn;
	struct vrrp_record last;	/* as published */
};
extern struct world world;

/* An interface eth0, up, with 192.0.2.2/24 (and fe80::2). */
void	world_open(void);
void	world_close(void);
void	world_addr(const char *prefix, bool secondary, bool gone);
/* 192.0.2.50/24 on eth0, VRID 51, priority 100, every second. */
struct vrrp_params world_params(void);
/* The same of the other family: fe80::50/64 and 2001:db8::50/64. */
struct vrrp_params world_params_ipv6(void);
/* netlink tells of another interface, and the turn of the loop ends. */
void	world_track(const struct nl_link *, bool gone);
/* Forget what was done so far. */
void	world_forget(void);
/* Timers that are due until `at`, each at its time, then deferred calls. */
void	world_run_until(mono_t at);
void	world_run(int64_t ns);
void	world_deferred(void);
/* The kernel answers the last batch. */
void	world_ack(int error, unsigned failed_at);
/* An advert as received from the wire, handed to the interface. */
void	world_advert(const char *source, uint8_t priority, uint16_t interval_cs);
/* The same with this version, form, password and (if set) destination. */
void	world_advert_as(const struct vrrp_advert_spec *, const char *source,
	    uint8_t priority, uint16_t interval_cs);

/* As the monitor was told last. */
extern struct vrrp_patience world_patience;

#endif
