/*
 * fuzz_ka.c - any text as keepalived's configuration.
 *
 * It ends, within its bounds; what is converted is a vrrpd.conf; what cannot be
 * read says why; the part for IPVS, read again, is the same part.  An include gets the same text again, which its depth ends.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/convert/ka_beside.h"
#include "vrrpd/convert/ka_convert.h"
#include "vrrpd/convert/ka_ipvs.h"
#include "vrrpd/convert/ka_parse.h"
#include "vrrpd/config/vrrp_conf.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define READS_MAX 20

static struct conf_errors errors;

struct input {
	const char	*text;
	unsigned	 reads;
};

static int
read_text(void *arg, const char *path, char **text, char *why, size_t len)
{
	struct input *in = arg;

	(void)path;
	if (++in->reads > READS_MAX) {
		(void)snprintf(why, len, "too often");
		return -EMFILE;
	}
	*text = strdup(in->text);
	return *text == NULL ? -ENOMEM : 0;
}

static char **
match_text(void *arg, const char *pattern)
{
	char **list = calloc(2, sizeof(*list));

	(void)arg;
	if (list != NULL)
		list[0] = strdup(pattern);
	return list;
}

/* Takes comments and empty lines away: a heading becomes a comment of the file. */
static void
strip(char *text)
{
	char *from = text, *to = text, *end;
	size_t len;

	for (; *from != '\0'; from = end) {
		len = strcspn(from, "\n");
		end = from + len + (from[len] == '\n');
		if (from[strspn(from, " ")] == '#' || len == 0)
			continue;
		memmove(to, from, (size_t)(end - from));
		to += end - from;
	}
	*to = '\0';
}

/* A part is read as it was written: its part is the same text. */
static void
check_ipvs(const struct ka_tree *tree, const struct ka_source *src)
{
	struct input in = { NULL, 0 };
	struct ka_source again = *src;
	char *part, *same = NULL;
	struct ka_tree other;

	if (ka_ipvs(tree, &part) != 0)
		return;
	in.text = part;
	again.arg = &in;
	again.id = "";			/* no line is another router's */
	if (ka_parse("/fuzz.conf", &again, &other) == 0 &&
	    ka_ipvs(&other, &same) == 0) {
		strip(part);
		strip(same);
		if (strcmp(part, same) != 0) {
			(void)fprintf(stderr, "%s\n--- again\n%s\n", part,
			    same);
			abort();
		}
	}
	ka_tree_free(&other);
	free(same);
	free(part);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { NULL, 0 };
	struct ka_source src = { &in, "lb1", "/etc/keepalived",
	    read_text, match_text };
	struct ka_beside beside = { "/fuzz.conf", "/vrrpd.conf", "/ipvs.conf",
	    NULL, NULL };
	struct vrrp_config config;
	struct ka_tree tree;
	char *text, *out = NULL, *guide = NULL;

	if (size > 64 * 1024 || (text = malloc(size + 1)) == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	in.text = text;
	if (ka_parse("/fuzz.conf", &src, &tree) != 0)
		REQUIRE(tree.remarks.errors > 0);
	else if (ka_convert_beside(&tree, &src, &beside, &out, &guide) == 0) {
		REQUIRE(strstr(guide, "vrrpd.service") != NULL);
		free(guide);
		check_ipvs(&tree, &src);
		errors.count = 0;
		if (vrrp_conf_parse_text(out, "converted", 0, &config,
		    &errors, NULL) != 0) {
			(void)fprintf(stderr, "%s\nconverted:%d: %s\n", out,
			    errors.list[0].line, errors.list[0].text);
			abort();
		}
		vrrp_config_free(&config);
		free(out);
	}
	ka_tree_free(&tree);
	free(text);
	return 0;
}
