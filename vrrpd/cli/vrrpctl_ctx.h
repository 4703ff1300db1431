/*
 * vrrpctl_ctx.h - what every command of vrrpctl(8) gets and needs.
 *
 * A command is a function of a struct ctx.  Its value is the exit status; a
 * fault has been said on err by then.
 */
#ifndef VRRPD_VRRPCTL_CTX_H
#define VRRPD_VRRPCTL_CTX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "vrrpd/cli/vrrpctl_view.h"

/* Exit statuses (vrrpctl(8)). */
#define VRRPCTL_DONE		0
#define VRRPCTL_REFUSED		1
#define VRRPCTL_USAGE		2
#define VRRPCTL_UNREACHABLE	3

struct ctl_call;

struct ctx {
	FILE		*out, *err;
	bool		 json;		/* -j */
	bool		 strict;	/* of convert */
	const char	*id;		/* of convert */
	const char	*script_user;	/* of convert */
	const char	*ipvs;		/* of convert */
	bool		 run_beside;	/* of convert */
	bool		 keep;		/* of set */
	bool		 dry_run;	/* of reload */
	const char	*timeout;	/* of reload; NULL: for good */
	const char	*vrrpd_socket;
	const char	*bfdd_socket;
	char		**args;		/* the words of the command */
	int		 count;
};

/* A line on err. */
void	ctx_complain(struct ctx *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* For a view: out, and the time now. */
struct view ctx_view(struct ctx *);
void	ctx_print_json(struct ctx *, const json_t *doc);
/* The NAME at word i as params; without the word the params of all. */
json_t	*ctx_name(struct ctx *, int i);

/* Each of these returns an exit status, and has said why it is not DONE. */

/* bfdd: that daemon, else vrrpd.  *call is for ctl_call_close(). */
int	ctx_open(struct ctx *, bool bfdd, struct ctl_call **call);
/* params are taken.  On VRRPCTL_DONE *result is a new reference, else NULL. */
int	ctx_ask_on(struct ctx *, struct ctl_call *, bool bfdd,
	    const char *method, json_t *params, json_t **result);
/* The same on a connection of its own. */
int	ctx_ask(struct ctx *, bool bfdd, const char *method, json_t *params,
	    json_t **result);
/* Ask vrrpd and show the answer, or print it with -j. */
int	ctx_query(struct ctx *, const char *method, json_t *params,
	    void (*show)(const struct view *, const json_t *));

#endif
