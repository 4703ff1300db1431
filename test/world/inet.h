/*
 * inet.h - a frame that has reached a link: taps, and the IP stack.
 */
#ifndef TEST_WORLD_INET_H
#define TEST_WORLD_INET_H

struct frame;
struct link;

/* Hands it to every socket of the host that would get it. Borrowed. */
void	inet_receive(struct link *, struct frame *);

#endif
