/*
 * ctl_backlog.h - notifications that are due to subscribers who have to wait.
 *
 * For ctl_server.c.  To tell a level to 48 readers takes longer than a session or
 * a virtual router may be made to wait, so that it is put down here, in the same
 * time however many they are, and handed on when there is time.  Of a level only
 * the newest is kept, in the order of the last change, of so many objects at most;
 * of events there are at most CTL_EVENTS_MAX.
 */
#ifndef SHARED_CTL_BACKLOG_H
#define SHARED_CTL_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#define CTL_EVENTS_MAX	1024
#define CTL_LEVELS_MAX	8192

struct ctl_backlog;
struct ctl_body;

/* One notification; number rises from one to the next. */
struct ctl_due {
	const char	*topic;
	const char	*key;		/* NULL: an event */
	struct ctl_body	*body;
	uint64_t	 number;
	uint64_t	 replaced;	/* older ones of that key, never told */
};

/* NULL without memory. */
struct ctl_backlog *ctl_backlog_new(void);
void	ctl_backlog_free(struct ctl_backlog *);		/* NULL is fine */
/*
 * Takes a reference of its own to body.  False: no memory, or too many of its
 * kind; nothing is kept then.
 */
bool	ctl_backlog_add(struct ctl_backlog *, const char *topic,
	    const char *key, struct ctl_body *);
/* The oldest, as long as it is not dropped and nothing is added; or NULL. */
const struct ctl_due *ctl_backlog_first(const struct ctl_backlog *);
void	ctl_backlog_drop_first(struct ctl_backlog *);
/* Of the newest so far; 0: there was none. */
uint64_t ctl_backlog_newest(const struct ctl_backlog *);

#endif
