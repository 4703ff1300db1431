/*
 * vrrpctl.h - the parts of vrrpctl(8): commands, and the text views.
 *
 * A view gets a document as the daemon sent it (swiftover-ctl(7)) and writes
 * text; with -j the document itself is printed and no view is asked.  Views
 * take the time as an argument and look at nothing else, so a test compares
 * their output with a file.  A member the daemon did not send is left out:
 * vrrpctl works with an older or newer daemon.
 */
#ifndef VRRPD_VRRPCTL_H
#define VRRPD_VRRPCTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
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

#define VRRPCTL_CONVERT_STRICT	0x1	/* a difference refuses it */
#define VRRPCTL_CONVERT_JSON	0x2	/* one document on out, nothing on err */
/*
 * keepalived's file as vrrpd.conf on out, what changes on err.  id: the router
 * @ lines are decided for, NULL: this host.  VRRPCTL_DONE or VRRPCTL_REFUSED,
 * and then no configuration is on out.
 */
int	vrrpctl_convert(const char *path, const char *id, unsigned flags,
	    FILE *out, FILE *err);

struct view {
	FILE	*out;
	int64_t	 now_us;	/* wall clock since 1970, for "5m ago" */
};

/* Results of vrrpd's methods; borrowed. */
void	vrrpctl_view_instances(const struct view *, const json_t *);	/* show */
void	vrrpctl_view_instance(const struct view *, const json_t *);	/* show, one */
void	vrrpctl_view_history(const struct view *, const json_t *);
void	vrrpctl_view_stats(const struct view *, const json_t *);
/* The result of bfdd's show; peer as text, or NULL for the table. */
void	vrrpctl_view_sessions(const struct view *, const json_t *);
void	vrrpctl_view_session(const struct view *, const json_t *session);

/*
 * What monitor has seen last of each object, so that it prints what changed
 * and not every level.
 */
struct monitor {
	json_t	*instances;		/* by name */
	json_t	*sessions;		/* by peer and interface */
};
/* One notification; prints at most one line.  struct monitor starts zeroed. */
void	vrrpctl_view_event(const struct view *, struct monitor *,
	    const char *topic, const json_t *params);
void	vrrpctl_monitor_free(struct monitor *);

#endif
