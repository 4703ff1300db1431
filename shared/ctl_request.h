/*
 * ctl_request.h - what ctl_client.c and ctl_call.c have in common: the address of
 * a control socket, and the line of a request.
 */
#ifndef SHARED_CTL_REQUEST_H
#define SHARED_CTL_REQUEST_H

#include <jansson.h>
#include <stddef.h>

struct sockaddr_un;

/* 0; -ENAMETOOLONG, and then *sun has no path. */
int	ctl_request_address(const char *path, struct sockaddr_un *sun);
/*
 * A request with its LF, *len bytes, malloc'd.  params: an object or NULL, taken
 * in any case.  NULL without memory.
 */
char	*ctl_request_text(const char *method, json_int_t id, json_t *params,
	    size_t *len);

#endif
