/*
 * machine.c - what of a process is not modelled: privileges and real-time
 * scheduling.
 *
 * Takes the place of shared/priv.c and shared/rtsched.c.  Privileges are those of
 * root and kept, scheduling is granted as asked for.
 */
#include "config.h"

#include "shared/priv.h"
#include "shared/rtsched.h"

const char *
priv_user_name(void)
{
	return "swiftover";
}

int
priv_lookup(struct priv_user *out)
{
	*out = (struct priv_user){ 0, 0 };
	return 0;
}

int
priv_drop(enum priv_role role, const struct priv_user *u)
{
	(void)role;
	(void)u;
	return 0;
}

int
priv_pass_on(void)
{
	return 0;
}

void
rtsched_enter(int priority, struct rtsched *out)
{
	*out = (struct rtsched){ .priority = priority, .locked = true,
	    .locked_at_start = true };
}

void
rtsched_report(const struct rtsched *r)
{
	(void)r;
}
