/*
 * machine.c - what of a process is not modelled: privileges and real-time
 * scheduling.
 *
 * Takes the place of shared/priv.c and shared/rtsched.c.  Privileges are those of
 * root and kept, scheduling is granted as asked for.
 */
#include "config.h"

#include <stddef.h>

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

const char *
priv_check_user_name(const char *name)
{
	return name == NULL || name[0] == '\0' ? "swiftover-check" : name;
}

int
priv_lookup_check(const char *name, struct priv_user *out)
{
	(void)name;
	return priv_lookup(out);
}

bool
priv_may_become(const struct priv_user *u)
{
	(void)u;
	return true;
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
rtsched_prefer(void)
{
}

void
rtsched_report(const struct rtsched *r)
{
	(void)r;
}
