/*
 * vrrpctl_reload.c - reload, also on trial or dry, and confirm.
 *
 * The daemon says what it does or would do; here it is laid out:
 *
 *   reloaded: 0 added, 0 removed, 0 restarted, 1 changed, 4 unchanged
 *   web: in place: priority
 *       - priority = 100
 *       + priority = 150
 *       no address moves by itself; the election may have another result
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_reload.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/cli/vrrpctl_doc.h"

#define TIMEOUT_MIN_NS	(1 * NS_PER_S)
#define TIMEOUT_MAX_NS	(INT64_C(86400) * NS_PER_S)

static const char *
class_word(const char *class)
{
	if (strcmp(class, "in-place") == 0)
		return "in place";
	if (strcmp(class, "restart") == 0)
		return "hands over to itself";
	if (strcmp(class, "later") == 0)
		return "later";
	return class;
}

static void
view_change(const struct view *v, const json_t *o)
{
	const char *kind = doc_str_or(o, "kind", "instance");
	const json_t *word;
	size_t i;

	if (strcmp(kind, "global") == 0)
		(void)fprintf(v->out, "all instances: ");
	else if (strcmp(kind, "instance") == 0)
		(void)fprintf(v->out, "%s: ", doc_str_or(o, "name", "-"));
	else
		(void)fprintf(v->out, "%s %s: ", kind, doc_str_or(o, "name",
		    "-"));
	(void)fprintf(v->out, "%s", class_word(doc_str_or(o, "class", "-")));
	json_array_foreach(json_object_get(o, "words"), i, word)
		if (json_is_string(word))
			(void)fprintf(v->out, "%s %s", i == 0 ? ":" : ",",
			    json_string_value(word));
	(void)fputc('\n', v->out);
	json_array_foreach(json_object_get(o, "lines"), i, word)
		if (json_is_string(word))
			(void)fprintf(v->out, "    %s\n",
			    json_string_value(word));
	if (doc_str(o, "cost") != NULL)
		(void)fprintf(v->out, "    %s\n", doc_str(o, "cost"));
}

static void
view_counts(const struct view *v, const json_t *result)
{
	static const char *const words[] = { "added", "removed", "restarted",
	    "changed", "unchanged", "postponed" };
	const char *comma = ":";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!doc_has_int(result, words[i]) ||
		    (strcmp(words[i], "postponed") == 0 &&
		    doc_num(result, words[i]) == 0))
			continue;
		(void)fprintf(v->out, "%s %" PRId64 " %s", comma,
		    doc_num(result, words[i]), words[i]);
		comma = ",";
	}
	(void)fputc('\n', v->out);
}

static void
view_reload(const struct view *v, const json_t *result)
{
	bool dry = json_is_true(json_object_get(result, "dry-run"));
	const json_t *changes = json_object_get(result, "changes"), *o;
	char text[32];
	size_t i;

	if (json_is_array(changes) && json_array_size(changes) == 0)
		(void)fprintf(v->out, dry ? "dry run: nothing would change\n" :
		    "reloaded: nothing changed\n");
	else {
		(void)fprintf(v->out, dry ? "dry run" : "reloaded");
		view_counts(v, result);
	}
	json_array_foreach(changes, i, o)
		view_change(v, o);
	if (doc_has_int(result, "confirm-within-ms"))
		(void)fprintf(v->out, "taken back after %s, unless you say: "
		    "vrrpctl confirm\n", span_format(ns_from_ms(
		    doc_num(result, "confirm-within-ms")), text,
		    sizeof(text)));
}

int
reload_run(struct ctx *c)
{
	json_t *params = json_object();
	int64_t ns;

	if (c->dry_run)
		(void)json_object_set_new(params, "dry-run", json_true());
	if (c->timeout != NULL) {
		if (span_parse(c->timeout, 0, &ns) != 0 ||
		    ns < TIMEOUT_MIN_NS || ns > TIMEOUT_MAX_NS ||
		    ns % NS_PER_MS != 0) {
			ctx_complain(c, "--timeout %s: must be a time like 60s "
			    "or 2m, 1s to 1440m, in whole milliseconds",
			    c->timeout);
			json_decref(params);
			return VRRPCTL_USAGE;
		}
		(void)json_object_set_new(params, "timeout-ms",
		    json_integer(ns / NS_PER_MS));
	}
	return ctx_query(c, "reload", params, view_reload);
}

static void
view_confirmed(const struct view *v, const json_t *result)
{
	(void)result;
	(void)fprintf(v->out, "confirmed: the reload stays\n");
}

int
reload_confirm(struct ctx *c)
{
	return ctx_query(c, "confirm", json_object(), view_confirmed);
}
