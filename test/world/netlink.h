/*
 * netlink.h - what changes, told to the listening sockets of the host.
 */
#ifndef TEST_WORLD_NETLINK_H
#define TEST_WORLD_NETLINK_H

#include <stdbool.h>

struct address;
struct host;
struct link;

void	netlink_link_event(const struct link *, bool gone);
void	netlink_addr_event(const struct address *, bool gone);
/* Whoever listens finds that there was no room for events. */
void	netlink_lose_events(struct host *);

#endif
