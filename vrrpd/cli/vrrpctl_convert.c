/*
 * vrrpctl_convert.c - the convert command: files in, text and remarks out.
 *
 * All that is known of keepalived is in vrrpd/convert; here files are read for
 * it, and its remarks printed.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_convert.h"

#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "shared/conf.h"
#include "vrrpd/convert/ka_beside.h"
#include "vrrpd/convert/ka_brace.h"
#include "vrrpd/convert/ka_convert.h"
#include "vrrpd/convert/ka_ipvs.h"
#include "vrrpd/convert/ka_parse.h"

/* Runs what has no script_user, where there is such a user. */
#define KEEPALIVED_SCRIPT	"keepalived_script"
/* Where the guide has these files, if the caller does not say. */
#define KEEPALIVED_CONF		"/etc/keepalived/keepalived.conf"
#define KEEPALIVED_IPVS		"/etc/keepalived/ipvs.conf"

/* The texts of a conversion; each malloc'd, or NULL. */
struct output {
	char	*text, *guide, *ipvs;
};

static int
read_source(void *arg, const char *path, char **text, char *why, size_t len)
{
	struct conf_errors *errors;
	int rv;

	(void)arg;
	if ((errors = calloc(1, sizeof(*errors))) == NULL) {
		(void)snprintf(why, len, "out of memory");
		return -ENOMEM;
	}
	if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0)
		rv = conf_read_stream(STDIN_FILENO, "standard input", text,
		    errors);
	else
		rv = conf_read_file(path, text, errors);
	if (rv != 0)
		(void)snprintf(why, len, "%s", errors->list[0].text);
	free(errors);
	return rv;
}

static char **
match_source(void *arg, const char *pattern)
{
	char **patterns = ka_brace(pattern), **list = NULL, **at;
	size_t i;
	glob_t g;

	(void)arg;
	(void)memset(&g, 0, sizeof(g));
	for (at = patterns; at != NULL && *at != NULL; at++)
		(void)glob(*at, at == patterns ? 0 : GLOB_APPEND, NULL, &g);
	if (g.gl_pathc > 0 &&
	    (list = calloc(g.gl_pathc + 1, sizeof(*list))) != NULL)
		for (i = 0; i < g.gl_pathc; i++)
			if ((list[i] = strdup(g.gl_pathv[i])) == NULL)
				break;
	globfree(&g);
	ka_brace_free(patterns);
	return list;
}

static unsigned
print_kind(const struct ka_remarks *r, enum ka_kind kind, const char *prefix,
    FILE *err)
{
	const struct ka_remark *m;
	unsigned i, count = 0;

	for (i = 0; i < r->count; i++) {
		m = &r->list[i];
		if (m->kind != kind)
			continue;
		count++;
		if (m->file != NULL)
			(void)fprintf(err, "%s:%d: ", m->file->path, m->line);
		(void)fprintf(err, "%s%s\n", prefix, m->text);
	}
	return count;
}

static void
print_count(unsigned count, const char *what, const char *before, FILE *err)
{
	if (count > 0)
		(void)fprintf(err, "%s%u %s%s", before, count, what,
		    count == 1 ? "" : "s");
}

/* Errors come first, then differences, notes, and a line with counts. */
static void
print_remarks(const struct ka_tree *tree, FILE *err)
{
	const struct ka_remarks *r = &tree->remarks;
	unsigned errors = print_kind(r, KA_ERROR, "error: ", err);
	unsigned differences = print_kind(r, KA_DIFFERENCE, "", err);
	unsigned notes = print_kind(r, KA_NOTE, "note: ", err);

	if (r->lost > 0)
		(void)fprintf(err, "and %u more\n", r->lost);
	if (errors > 0 || (differences == 0 && notes == 0))
		return;
	print_count(differences, "difference", "", err);
	print_count(notes, "note", differences > 0 ? ", " : "", err);
	if (tree->instances_left_out > 0)
		(void)fprintf(err, ", %u instance%s left out",
		    tree->instances_left_out, tree->instances_left_out == 1 ?
		    "" : "s");
	(void)fputc('\n', err);
}

static json_t *
remarks_json(const struct ka_remarks *r, enum ka_kind kind)
{
	json_t *array = json_array();
	const struct ka_remark *m;
	unsigned i;

	for (i = 0; i < r->count; i++) {
		m = &r->list[i];
		if (m->kind == kind)
			(void)json_array_append_new(array, json_pack(
			    "{s:s, s:i, s:s}", "file", m->file == NULL ? "" :
			    m->file->path, "line", m->line, "message",
			    m->text));
	}
	return array;
}

static void
print_json(const struct ka_remarks *r, bool done, const struct output *o,
    FILE *out)
{
	json_t *doc = json_pack("{s:b, s:o?, s:o, s:o, s:o}",
	    "converted", (int)done,
	    "configuration", done ? json_string(o->text) : NULL,
	    "errors", remarks_json(r, KA_ERROR),
	    "differences", remarks_json(r, KA_DIFFERENCE),
	    "notes", remarks_json(r, KA_NOTE));

	if (o->ipvs != NULL)
		(void)json_object_set_new(doc, "ipvs", done ?
		    json_string(o->ipvs) : json_null());
	if (o->guide != NULL)
		(void)json_object_set_new(doc, "guide", done ?
		    json_string(o->guide) : json_null());
	(void)json_dumpf(doc, out, JSON_INDENT(2));
	(void)fputc('\n', out);
	json_decref(doc);
}

/* --- the part of IPVS --- */

/* Is it the file that is converted, or one that it includes? */
static bool
is_source(const struct ka_tree *tree, const char *path)
{
	const struct ka_file *f;
	struct stat a, b;

	if (stat(path, &a) != 0)
		return false;
	for (f = tree->files; f != NULL; f = f->next)
		if (stat(f->path, &b) == 0 && a.st_dev == b.st_dev &&
		    a.st_ino == b.st_ino)
			return true;
	return false;
}

/* 0 or -errno. */
static int
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	int rv = 0;

	if (f == NULL)
		return -errno;
	if (fputs(text, f) == EOF || fflush(f) != 0)
		rv = -errno;
	if (fclose(f) != 0 && rv == 0)
		rv = -errno;
	return rv;
}

/* False: the file cannot be written, and that is a remark. */
static bool
write_ipvs(struct ka_tree *tree, const char *path, const char *text)
{
	int rv;

	if (is_source(tree, path)) {
		ka_remark(tree, KA_ERROR, NULL, 0, "--ipvs: %s is what is "
		    "converted: name another file", path);
		return false;
	}
	if ((rv = write_text(path, text)) != 0)
		ka_remark(tree, KA_ERROR, NULL, 0, "--ipvs: %s: %s", path,
		    strerror(-rv));
	return rv == 0;
}

/* --- the command --- */

/* False: an error, as a remark says. */
static bool
convert(const struct vrrpctl_convert *w, const struct ka_source *src,
    struct ka_tree *tree, struct output *o)
{
	struct ka_beside beside = { w->path, SYSCONFDIR "/vrrpd.conf",
	    w->ipvs, w->id, w->script_user };
	int rv;

	if (strcmp(w->path, "-") == 0 || strcmp(w->path, "/dev/stdin") == 0)
		beside.file = KEEPALIVED_CONF;
	if (w->ipvs == NULL || strcmp(w->ipvs, "-") == 0)
		beside.ipvs = KEEPALIVED_IPVS;
	if (ka_parse(w->path, src, tree) != 0)
		return false;
	rv = ka_convert_beside(tree, src, w->flags & VRRPCTL_CONVERT_BESIDE ?
	    &beside : NULL, &o->text, &o->guide);
	if (rv == 0 && w->ipvs != NULL)
		rv = ka_ipvs(tree, &o->ipvs);
	if (rv == -ENOMEM)
		ka_remark(tree, KA_ERROR, NULL, 0, "out of memory");
	else if (rv == -ENOENT)
		ka_remark(tree, KA_ERROR, NULL, 0, "--ipvs: there is no "
		    "virtual_server in the file");
	return rv == 0;
}

bool
vrrpctl_convert(const struct vrrpctl_convert *w, FILE *out, FILE *err)
{
	struct ka_source src = { NULL, w->id, ".", read_source, match_source,
	    w->script_user, w->ipvs };
	struct output o = { NULL, NULL, NULL };
	bool to_out = w->ipvs != NULL && strcmp(w->ipvs, "-") == 0;
	struct utsname u;
	char cwd[PATH_MAX];
	struct ka_tree tree;
	bool done, refused;

	if (getcwd(cwd, sizeof(cwd)) != NULL)
		src.cwd = cwd;
	if (w->id == NULL) {		/* as keepalived without -i */
		if (uname(&u) != 0)
			u.nodename[0] = '\0';
		u.nodename[strcspn(u.nodename, ".")] = '\0';
		src.id = u.nodename;
	}
	if (w->script_user == NULL && getpwnam(KEEPALIVED_SCRIPT) != NULL)
		src.script_user = KEEPALIVED_SCRIPT;
	if (to_out)
		src.ipvs = "standard output";
	else if (src.ipvs == NULL && (w->flags & VRRPCTL_CONVERT_BESIDE))
		src.ipvs = KEEPALIVED_IPVS;	/* as the guide has it */
	done = convert(w, &src, &tree, &o);
	refused = done && (w->flags & VRRPCTL_CONVERT_STRICT) &&
	    tree.remarks.differences > 0;
	done = done && !refused && (w->ipvs == NULL || to_out ||
	    write_ipvs(&tree, w->ipvs, o.ipvs));
	if (w->flags & VRRPCTL_CONVERT_JSON)
		print_json(&tree.remarks, done, &o, out);
	else {
		if (done)
			(void)fputs(o.guide != NULL ? o.guide : to_out ?
			    o.ipvs : o.text, out);
		print_remarks(&tree, err);
		if (refused)
			(void)fprintf(err, "%u difference%s: nothing is "
			    "converted (--strict)\n", tree.remarks.differences,
			    tree.remarks.differences == 1 ? "" : "s");
	}
	free(o.text);
	free(o.guide);
	free(o.ipvs);
	ka_tree_free(&tree);
	return done;
}
