/*
 * vrrp_birth_exec.h - the values of a birth on their way to a program on disk.
 */
#ifndef VRRPD_VRRP_BIRTH_EXEC_H
#define VRRPD_VRRP_BIRTH_EXEC_H

#include "vrrpd/ipc/vrrp_birth.h"
#include "vrrpd/ipc/vrrp_program.h"
#include "vrrpd/pure/vrrp_message.h"

/*
 * In the child: executes the program as an engine, with what b says and the
 * configuration of p, for an engine that finds no other.  Returns only on failure,
 * with negative errno; nothing has changed then but capabilities, which are
 * inheritable now.
 */
int	vrrp_birth_execute(const struct vrrp_birth *b,
	    const struct vrrp_program *p);
/*
 * The same as a process beside the engine.  way: of what such a process says;
 * channel: its end; conf: the configuration that is in force there.
 */
int	vrrp_birth_execute_beside(enum vrrp_way way, int channel,
	    const struct vrrp_program *p, const char *conf);

/* The first argument of an engine that was executed: the memfd; else -1. */
int	vrrp_birth_argument(const char *arg);
/* The same of a process beside it. */
int	vrrp_birth_argument_beside(const char *arg);

/* For the engine; birth points into the others. */
struct vrrp_birth_values {
	struct vrrp_birth	 birth;		/* complete but for its listener */
	struct vrrp_handoff	 handoff;
	struct vrrp_orders	 orders;
	int			 listener;	/* the descriptor */
	char			*conf;		/* the caller's to free */
};
/*
 * In the program: takes the memfd.  0, and all descriptors are close-on-exec;
 * -EPROTO when who has written speaks another language; another negative errno.
 */
int	vrrp_birth_receive(int fd, struct vrrp_birth_values *);
/* The same; *conf is the caller's to free. */
int	vrrp_birth_receive_beside(int fd, enum vrrp_way *way, int *channel,
	    char **conf);

#endif
