/*
 * coro.h - a process of the world: a stack of its own, left and entered again.
 *
 * There are two sides.  The world runs on the stack that main() was given and
 * enters a process; the process runs until it has to wait and leaves.  A
 * process never enters another one.
 */
#ifndef TEST_WORLD_CORO_H
#define TEST_WORLD_CORO_H

#include <stdbool.h>

struct coro;

/* Runs fn(arg) when it is entered first; fn must not return. */
struct coro	*coro_new(void (*fn)(void *), void *arg);
/* Not from within; whatever the stack holds is forgotten. */
void		 coro_free(struct coro *);
/* From the world: until the process leaves. */
void		 coro_enter(struct coro *);
/* From the process: until the world enters it again. */
void		 coro_leave(struct coro *);

#endif
