/*
 * bfd_restart.h - bfdd becomes the program on disk, at an operator's word.
 */
#ifndef BFDD_BFD_RESTART_H
#define BFDD_BFD_RESTART_H

#include <stdbool.h>

#include "bfdd/bfd_aside.h"
#include "shared/ctl_rpc.h"
#include "shared/loop.h"

struct bfd_restart;

/*
 * The program is borrowed.  leave() is called from the
 * loop when an operator wants a restart and the program on disk is able: bfdd is
 * to leave as always, and then to call bfd_restart_execute().  NULL when out of
 * memory.
 */
struct bfd_restart *bfd_restart_new(struct loop *,
	    const struct bfd_program *, void (*leave)(void *arg), void *arg);
/* Nobody is answered any more.  NULL is fine. */
void	bfd_restart_free(struct bfd_restart *);

/* The method "restart".  r may be NULL: then it is refused. */
bool	bfd_restart_ask(struct bfd_restart *r, struct ctl_client_conn *,
	    struct ctl_error *);
/* The client is gone, and gets no answer.  r may be NULL. */
void	bfd_restart_gone(struct bfd_restart *r,
	    const struct ctl_client_conn *);

/*
 * Everything is closed but the listening socket, which the program takes.
 * Returns on failure only: negative errno.
 */
int	bfd_restart_execute(const struct bfd_program *, int listener);
/* "--listener=N" as the first argument of such a program: N; else -1. */
int	bfd_restart_argument(const char *arg);

#endif
