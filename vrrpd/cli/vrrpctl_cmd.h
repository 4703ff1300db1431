/*
 * vrrpctl_cmd.h - vrrpctl(8) as a function, so that a test can run it.
 */
#ifndef VRRPD_VRRPCTL_CMD_H
#define VRRPD_VRRPCTL_CMD_H

#include <stdio.h>

/* Exit statuses (vrrpctl(8)). */
#define VRRPCTL_DONE		0
#define VRRPCTL_REFUSED		1
#define VRRPCTL_USAGE		2
#define VRRPCTL_UNREACHABLE	3

/*
 * The whole program: options, command, output.  Returns the exit status.
 * Results go to out, complaints to err.
 */
int	vrrpctl_run(int argc, char **argv, FILE *out, FILE *err);

#endif
