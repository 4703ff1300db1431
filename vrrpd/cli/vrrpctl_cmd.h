/*
 * vrrpctl_cmd.h - vrrpctl(8) as a function, so that a test can run it.
 */
#ifndef VRRPD_VRRPCTL_CMD_H
#define VRRPD_VRRPCTL_CMD_H

#include <stdio.h>

/*
 * The whole program: options, command, output.  Returns the exit status
 * (vrrpctl_ctx.h).  Results go to out, complaints to err.
 */
int	vrrpctl_run(int argc, char **argv, FILE *out, FILE *err);

#endif
