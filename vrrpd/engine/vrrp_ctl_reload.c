/*
 * vrrp_ctl_reload.c - what clients are answered about reloads.
 *
 * A reload is answered when it is done, with its counts and then every change, a
 * part each: there may be hundreds.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_ctl_reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/ctl_json.h"

struct cursor {
	struct vrrp_changes		*changes;
	const struct vrrp_change	*at;
};

/* --- answers --- */

/* Pieces of text as a list of strings; NULL: empty. */
static json_t *
list_of(const char *text, const char *separators)
{
	json_t *list = json_array();
	size_t len;

	for (; text != NULL && *text != '\0'; text += len) {
		text += strspn(text, separators);
		len = strcspn(text, separators);
		if (len > 0)
			(void)json_array_append_new(list, json_stringn(text,
			    len));
	}
	return list;
}

static json_t *
next_change(void *arg, unsigned list)
{
	struct cursor *cursor = arg;
	const struct vrrp_change *c = cursor->at;
	json_t *o;

	if (list > 0 || c == NULL)
		return NULL;
	cursor->at = c->next;
	o = json_pack("{s:s, s:s, s:s}", "kind", c->kind, "class",
	    vrrp_change_class_name(c->class), "cost", vrrp_change_cost(c));
	if (c->name[0] != '\0')
		ctl_json_set_word(o, "name", c->name);
	ctl_json_set(o, "words", list_of(c->words, " "));
	ctl_json_set(o, "lines", list_of(c->lines, "\n"));
	return o;
}

static void
end_changes(void *arg)
{
	struct cursor *cursor = arg;

	vrrp_changes_free(cursor->changes);
	free(cursor);
}

static unsigned
count(const struct vrrp_reload_end *end, enum vrrp_change_class class,
    unsigned applied)
{
	return end->wish.dry_run ? vrrp_changes_count(end->changes, class) :
	    applied;
}

static json_t *
counts(const struct vrrp_reload_end *end)
{
	const struct vrrp_applied *done = &end->applied;

	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}",
	    "added", count(end, VRRP_CHANGE_ADDED, done->added),
	    "removed", count(end, VRRP_CHANGE_REMOVED, done->removed),
	    "restarted", count(end, VRRP_CHANGE_RESTART, done->restarted),
	    "changed", count(end, VRRP_CHANGE_IN_PLACE, done->changed),
	    "unchanged", end->wish.dry_run ? vrrp_changes_unchanged(
	    end->changes) : done->unchanged, "postponed", done->postponed);
}

/* arg is the client. */
static void
answer(struct vrrp_reload_end *end, void *arg)
{
	static const char *const members[] = { "changes", NULL };
	static const struct ctl_stream stream = { members, NULL, next_change,
	    end_changes };
	struct ctl_error error = { .code = CTL_ERR_REFUSED };
	struct cursor *cursor = NULL;
	json_t *o;

	if (end->error == 0) {
		cursor = calloc(1, sizeof(*cursor));
		end->why = "out of memory: not even the answer has room";
	}
	if (cursor == NULL) {
		(void)snprintf(error.message, sizeof(error.message), "%s",
		    end->why);
		ctl_client_conn_refuse(arg, &error);
		return;
	}
	o = counts(end);
	if (end->wish.dry_run)
		ctl_json_set_bool(o, "dry-run", true);
	if (end->wish.trial_ns > 0)
		ctl_json_set_int(o, "confirm-within-ms", end->wish.trial_ns /
		    NS_PER_MS);
	cursor->changes = end->changes;
	cursor->at = vrrp_changes_first(end->changes);
	end->changes = NULL;
	ctl_client_conn_answer_parts(arg, o, &stream, cursor);
}

/* --- requests --- */

static bool
read_params(json_t *params, struct vrrp_reload_wish *wish,
    struct ctl_error *error)
{
	json_t *value;
	const char *key;
	json_int_t ms;

	json_object_foreach(params, key, value) {
		if (strcmp(key, "dry-run") == 0) {
			if (!json_is_boolean(value))
				return ctl_fail(error, -32602,
				    "\"dry-run\" must be true or false");
			wish->dry_run = json_is_true(value);
		} else if (strcmp(key, "timeout-ms") == 0) {
			ms = json_integer_value(value);
			if (!json_is_integer(value) ||
			    ms < VRRP_PROBATION_MIN_NS / NS_PER_MS ||
			    ms > VRRP_PROBATION_MAX_NS / NS_PER_MS)
				return ctl_fail(error, -32602,
				    "\"timeout-ms\" must be 1000 to 86400000");
			wish->trial_ns = ns_from_ms(ms);
		} else
			return ctl_fail(error, -32602,
			    "\"%.40s\" is nothing that reload knows", key);
	}
	if (wish->dry_run && wish->trial_ns > 0)
		return ctl_fail(error, -32602, "\"dry-run\" applies nothing "
		    "that could be taken back: no \"timeout-ms\"");
	return true;
}

bool
vrrp_ctl_reload_ask(struct vrrp_reload *r, struct ctl_client_conn *conn,
    json_t *params, struct ctl_error *error)
{
	struct vrrp_reload_wish wish = { .dry_run = false };
	int rc;

	if (!read_params(params, &wish, error))
		return false;
	rc = vrrp_reload_ask(r, &wish, answer, conn);
	if (rc < 0)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s", rc ==
		    -ESHUTDOWN ? "vrrpd is leaving" : rc == -EBUSY ?
		    "too many reloads wait for their turn" : strerror(-rc));
	ctl_client_conn_defer(conn);
	return true;
}

bool
vrrp_ctl_reload_confirm(struct vrrp_reload *r, json_t **result,
    struct ctl_error *error)
{
	switch (vrrp_reload_confirm(r)) {
	case 0:
		*result = json_pack("{s:b}", "confirmed", true);
		return true;
	case -ENOENT:
		return ctl_fail(error, CTL_ERR_REFUSED, "no reload waits to be "
		    "confirmed");
	case -ETIME:
		return ctl_fail(error, CTL_ERR_REFUSED, "too late: the reload "
		    "is being taken back");
	default:
		return ctl_fail(error, CTL_ERR_REFUSED, "the monitor cannot be "
		    "told");
	}
}

void
vrrp_ctl_reload_show(json_t *o, const struct vrrp_reload *r)
{
	const struct vrrp_probation *t = vrrp_reload_trial(r);
	int64_t left_ns;

	if (!t->pending)
		return;
	left_ns = mono_sub(t->until, loop_clock());
	if (left_ns < 0)
		left_ns = 0;
	ctl_json_set(o, "confirm", json_pack("{s:o, s:I}", "until",
	    ctl_json_time(loop_realtime_ns() + left_ns), "remaining-ms",
	    (json_int_t)(left_ns / NS_PER_MS)));
}
