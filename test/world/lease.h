/*
 * lease.h - the leases that vrrpd-net has put into a host's kernel (lease.c).
 */
#ifndef TEST_WORLD_LEASE_H
#define TEST_WORLD_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

struct host;
struct link;

/* A frame leaves that link, no macvlan. */
void	lease_sees(const struct link *, const uint8_t *frame, size_t len);
/* A frame has arrived there, from the cable. */
void	lease_hears(const struct link *, const uint8_t *frame, size_t len);
/* True: it is a word to a lease that is there, and goes no further. */
bool	lease_takes_word(const struct link *, const uint8_t *frame, size_t len);
/* May a question for that address pass, or what is sent to it? */
bool	lease_lets(const struct link *, const struct addr *);
/* No power: the kernel has forgotten. */
void	lease_forget(struct host *);

#endif
