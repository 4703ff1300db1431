/*
 * ctl_stream.h - an answer of many parts, as a daemon hands it to the server.
 */
#ifndef SHARED_CTL_STREAM_H
#define SHARED_CTL_STREAM_H

#include <jansson.h>

/*
 * An answer of many parts, which must not be made at one go.  A handler returns
 * an object and calls ctl_client_conn_stream() of ctl_server.h with one of
 * these, which is static.
 *   members  the names of the lists that are added to the object, ends with NULL;
 *            NULL itself: no lists but levels of `topic`, a notification each
 *   next     the next part of that list (0: the first one), a new reference, or
 *            NULL after its last.  After the last list it is asked once more, with
 *            their number: an object whose members end the answer, or NULL
 *   end      the cursor is needed no more, whatever happened; may be NULL
 * next is called as the client reads, in turns with other clients: in between
 * anything may happen.
 */
struct ctl_stream {
	const char *const	*members;
	const char		*topic;
	json_t			*(*next)(void *cursor, unsigned list);
	void			(*end)(void *cursor);
};

#endif
