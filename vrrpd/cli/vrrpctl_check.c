/*
 * vrrpctl_check.c - is a file a good vrrpd.conf(5)?
 *
 * The file is read by the code that vrrpd reads it with; no daemon is asked.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_check.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/conf.h"
#include "vrrpd/config/vrrp_conf.h"

static json_t *
errors_json(const struct conf_errors *list)
{
	json_t *array = json_array();
	unsigned i;

	for (i = 0; i < list->count && i < CONF_ERRORS_MAX; i++)
		(void)json_array_append_new(array, json_pack("{s:s, s:i, s:s}",
		    "file", list->list[i].file, "line", list->list[i].line,
		    "message", list->list[i].text));
	return array;
}

static void
print_errors(struct ctx *c, const struct conf_errors *list, const char *what)
{
	const struct conf_error *e;
	unsigned i;

	for (i = 0; i < list->count && i < CONF_ERRORS_MAX; i++) {
		e = &list->list[i];
		if (e->line > 0)
			(void)fprintf(c->err, "%s:%d: %s%s\n", e->file, e->line,
			    what, e->text);
		else
			(void)fprintf(c->err, "%s: %s%s\n", e->file, what,
			    e->text);
	}
	if (list->count > CONF_ERRORS_MAX)
		(void)fprintf(c->err, "and %u more\n",
		    list->count - CONF_ERRORS_MAX);
}

/*
 * The text of a file, of standard input ("-"), or of a pipe, which a shell's
 * <(command) is.  0, or negative errno and an error added.
 */
static int
read_any(const char *path, char **text, struct conf_errors *errors)
{
	struct stat st;
	int fd, rv;

	if (strcmp(path, "-") == 0)
		return conf_read_stream(STDIN_FILENO, path, text, errors);
	if (stat(path, &st) == -1 || !S_ISFIFO(st.st_mode))
		return conf_read_file(path, text, errors);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		rv = -errno;
		conf_errors_add(errors, path, 0, "%s", strerror(errno));
		return rv;
	}
	rv = conf_read_stream(fd, path, text, errors);
	(void)close(fd);
	return rv;
}

int
check_file(struct ctx *c)
{
	struct { struct conf_errors errors, warnings; } *found;
	struct vrrp_config config;
	char *text = NULL;
	bool good;

	if ((found = calloc(1, sizeof(*found))) == NULL) {
		ctx_complain(c, "out of memory");
		return VRRPCTL_REFUSED;
	}
	memset(&config, 0, sizeof(config));
	good = read_any(c->args[1], &text, &found->errors) == 0 &&
	    vrrp_conf_parse_text(text, c->args[1], VRRP_CONF_LOOK, &config,
	    &found->errors, &found->warnings) == 0;
	free(text);
	if (c->json) {
		json_t *doc = json_pack("{s:s, s:b, s:i, s:o, s:o}",
		    "file", c->args[1], "good", (int)good,
		    "instances", (int)config.count,
		    "errors", errors_json(&found->errors),
		    "warnings", errors_json(&found->warnings));

		ctx_print_json(c, doc);
		json_decref(doc);
	} else {
		print_errors(c, &found->errors, "");
		print_errors(c, &found->warnings, "warning: ");
		if (good)
			(void)fprintf(c->out, "%s: good, %u instance%s\n",
			    c->args[1], config.count,
			    config.count == 1 ? "" : "s");
	}
	vrrp_config_free(&config);
	free(found);
	return good ? VRRPCTL_DONE : VRRPCTL_REFUSED;
}
