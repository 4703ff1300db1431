/*
 * vrrpctl.c - the command line client of vrrpd(8) and bfdd(8).
 *
 * A stub: vrrpctl_cmd.c is the program, so that tests can run it in their own
 * process.
 */
#include "config.h"

#include <stdio.h>

#include "vrrpd/cli/vrrpctl_cmd.h"

int
main(int argc, char **argv)
{
	return vrrpctl_run(argc, argv, stdout, stderr);
}
