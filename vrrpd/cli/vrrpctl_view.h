/*
 * vrrpctl_view.h - what all text views of vrrpctl(8) have in common.
 *
 * A view gets a document as the daemon sent it (swiftover-ctl(7)), borrowed,
 * and writes text; with -j the document itself is printed and no view is asked.
 * Views take the time as an argument and look at nothing else, so that a test
 * compares their output with a file.  A member that the daemon did not send is
 * left out: vrrpctl works with an older or newer daemon.
 */
#ifndef VRRPD_VRRPCTL_VIEW_H
#define VRRPD_VRRPCTL_VIEW_H

#include <stdint.h>
#include <stdio.h>

struct view {
	FILE	*out;
	int64_t	 now_us;	/* wall clock since 1970, for "5m ago" */
};

/* "  label             value" */
void	view_line(const struct view *, const char *label, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* first and text on lines that begin with indent, VIEW_COLUMNS wide. */
#define VIEW_COLUMNS	79
void	view_wrap(const struct view *, const char *indent, const char *first,
	    const char *text);
/* A line for a time: the moment, and how long ago.  NULL: no line. */
void	view_moment(const struct view *, const char *label, const char *time);

#endif
