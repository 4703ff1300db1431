/*
 * ctl_request.c - requests over a control socket (see ctl_request.h).
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/ctl_request.h"

int
ctl_request_address(const char *path, struct sockaddr_un *sun)
{
	size_t len = strlen(path);

	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	if (len >= sizeof(sun->sun_path))
		return -ENAMETOOLONG;
	memcpy(sun->sun_path, path, len + 1);
	return 0;
}

char *
ctl_request_text(const char *method, json_int_t id, json_t *params, size_t *len)
{
	json_t *message;
	char *text = NULL;
	size_t n;

	message = params != NULL ?
	    json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", id,
	    "method", method, "params", params) :
	    json_pack("{s:s, s:I, s:s}", "jsonrpc", "2.0", "id", id,
	    "method", method);
	if (message == NULL)
		return NULL;
	n = json_dumpb(message, NULL, 0, JSON_COMPACT);
	if (n > 0)
		text = malloc(n + 1);
	if (text != NULL) {
		(void)json_dumpb(message, text, n, JSON_COMPACT);
		text[n] = '\n';
		*len = n + 1;
	}
	json_decref(message);
	return text;
}
