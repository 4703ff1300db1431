/*
 * vrrpctl_doc.h - the members of a document that a daemon sent.
 */
#ifndef VRRPD_VRRPCTL_DOC_H
#define VRRPD_VRRPCTL_DOC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* NULL: no text of that key.  Owned by the document. */
const char *doc_str(const json_t *, const char *key);
/* otherwise: also in the place of an empty text. */
const char *doc_str_or(const json_t *, const char *key, const char *otherwise);
bool	doc_has_int(const json_t *, const char *key);
int64_t	doc_num(const json_t *, const char *key);	/* 0: no number */
/* "2026-10-02T08:15:00.12+00:00" in microseconds since 1970; -1: no time. */
int64_t	doc_time_us(const char *);
/* Of bfdd's answer to show, the sessions with that peer; a new reference. */
json_t	*doc_sessions_with(const json_t *result, const char *peer);

#endif
