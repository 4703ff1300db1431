/*
 * vrrp_birth_exec.h - a struct vrrp_birth on its way to a program on disk.
 */
#ifndef VRRPD_VRRP_BIRTH_EXEC_H
#define VRRPD_VRRP_BIRTH_EXEC_H

#include "vrrpd/ipc/vrrp_birth.h"

/*
 * In the child: executes program with what b says; args are those of the monitor,
 * argv[0] apart, and conf is a configuration as text, for an engine that finds
 * no other.  Returns only on failure, with negative errno, and nothing has
 * changed then but capabilities that are inheritable.
 */
int	vrrp_birth_execute(const struct vrrp_birth *b, const char *program,
	    char *const args[], const char *conf);
/* "--engine=N" as the first argument of such a program: N; else -1. */
int	vrrp_birth_argument(const char *arg);
/* The program's; birth points into the others. */
struct vrrp_birth_values {
	struct vrrp_birth	 birth;		/* complete but for its listener */
	struct vrrp_handoff	 handoff;
	struct vrrp_orders	 orders;
	int			 listener;	/* the descriptor */
	char			*conf;		/* the caller's to free */
};
/*
 * In the program: takes the memfd.  0, and all descriptors are close-on-exec;
 * -EPROTO when the monitor speaks another language; another negative errno.
 */
int	vrrp_birth_receive(int fd, struct vrrp_birth_values *);

#endif
