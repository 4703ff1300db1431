/*
 * daemons.h - the programs of a host: vrrpd, bfdd, vrrpctl.
 */
#ifndef TEST_WORLD_DAEMONS_H
#define TEST_WORLD_DAEMONS_H

#include <stdbool.h>

struct host;
struct proc;

#define VRRPD_CONF	"/etc/vrrpd.conf"
#define BFDD_CONF	"/etc/bfdd.conf"

/* Each reads its file of the host, which must be there. Not running: started. */
void	daemon_start_vrrpd(struct host *);
void	daemon_start_bfdd(struct host *);
/* SIGTERM to whichever runs. */
void	daemon_stop(struct host *, const char *name);
/*
 * vrrpctl with these words, as a process that begins now.  done(status, output,
 * arg) when it has ended; output is what it wrote, complaints included, and is
 * borrowed.
 */
typedef void (*vrrpctl_done)(int status, const char *output, void *arg);
void	daemon_vrrpctl(struct host *, const char *words, vrrpctl_done,
	    void *arg);
/* A helper finds out so much about a tracker ("script", "ping", ...). */
void	daemon_level(struct host *, const char *kind, const char *name, bool up);

#endif
