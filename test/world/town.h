/*
 * town.h - hosts on LANs, their configurations, and the things one does to them.
 *
 * What scenarios, random worlds and the soak have in common: a host is made with
 * its addresses, gets its files, and is asked by vrrpctl.  Addresses follow the
 * order of making: the first host of a LAN is .1, the second .2.
 */
#ifndef TEST_WORLD_TOWN_H
#define TEST_WORLD_TOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "shared/pure/addr.h"
#include "test/world/world.h"

struct host;
struct lan;

/*
 * LAN number n (0: "lan", 192.0.2.0/24; 1: "wan", 198.51.100.0/24; ...) and the
 * interface eth<n> of the hosts on it.
 */
struct lan *town_lan(unsigned n);
/* On LAN 0; its files are empty. */
struct host *town_host(const char *name);
void	town_connect(struct host *, unsigned lan);
/* The host's own address there: family AF_INET, or AF_INET6 (link-local). */
struct addr town_address(const struct host *, unsigned lan, uint8_t family);

/*
 * The host's vrrpd.conf from now on; the judge knows as well.  False, with why,
 * when the text is no configuration: the file has it all the same.
 */
bool	town_configure(struct host *, const char *text, char *why, size_t len);
void	town_start(struct host *);		/* bfdd, then vrrpd */
/* SIGHUP to vrrpd, or to bfdd. */
void	town_reload(struct host *, const char *name);
/* "engine", "monitor" (vrrpd's first process), "bfdd"; NULL: none runs. */
struct proc *town_proc(struct host *, const char *name);

/*
 * vrrpctl with these words, now, and the world runs until it has ended.  Its
 * exit status; *output is freed by the caller (NULL: not wanted).
 */
int	town_ask(struct host *, const char *words, char **output);
/* vrrpctl -j, as a document; NULL: it failed. */
json_t	*town_ask_json(struct host *, const char *words);
/* The instance in the answer to "show NAME", borrowed from *doc; or NULL. */
json_t	*town_instance(struct host *, const char *name, json_t **doc);
/*
 * Whatever was done has settled: in every part of a LAN whose hosts can hear each
 * other exactly one owns each address and says that it is Active, all others
 * follow it, and none that is better and may preempt waits behind it.  Fails.
 */
void	town_check_settled(void);
/* Every session that bfdd of a live host has is Up. */
bool	town_bfd_all_up(void);

#endif
