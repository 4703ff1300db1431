/*
 * conf_words.c - the words of a configuration file, for the files of a grammar.
 *
 * libconfuse hands every value to word_parse(), which keeps it with its line;
 * the readers below make numbers, times and addresses of such words.  All errors
 * of a file are found in one go: only what libconfuse itself refuses, a syntax
 * error or an unknown word, ends the file at once.
 *
 * libconfuse has a second syntax, of which the man pages know nothing: a word
 * may be named from outside by the path of its block, and the block is then the
 * first of its kind.  "session|interval = 5ms" behind two sessions would set the
 * first one.  Both grammars refuse it here, for words and for blocks, quoted or
 * not, by asking whether the option belongs to the block that is being read.
 */
#include "config.h"

#include "shared/conf_words.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"

#define BFD_INTERVAL_MIN_NS	NS_PER_MS
#define BFD_INTERVAL_MAX_NS	ns_from_us(UINT32_MAX)	/* 32 bits of us */

/*
 * libconfuse gives value callbacks no argument of ours.  Set only while it
 * runs; its scanner has global state, so there is never a second parse.
 */
static struct parse *running;

char word_beginning[] = "begin";

struct parse *
parse_running(void)
{
	return running;
}

void
bad(struct parse *p, int line, const char *fmt, ...)
{
	char text[sizeof(((struct conf_error *)0)->text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	conf_errors_add(running != NULL ? &p->scanning : p->errors, p->file,
	    line, "%s", text);
}

/* --- words --- */

static bool
is_option_of(const cfg_t *cfg, const cfg_opt_t *opt)
{
	const cfg_opt_t *o;

	for (o = cfg->opts; o->name != NULL; o++)
		if (o == opt)
			return true;
	return false;
}

/* A word or block was freed, so that another can have its place. */
static void
given_twice(int line, const char *name)
{
	bad(running, line, "%s is given twice (first on line %d)", name,
	    running->replaced);
	running->replaced = 0;
}

/* Complains about a word that may not stand here. */
static void
check_place(cfg_t *cfg, const cfg_opt_t *opt, const char *value)
{
	bool begins = strcmp(opt->name, BEGIN) == 0;

	if (!is_option_of(cfg, opt)) {
		running->replaced = 0;
		bad(running, cfg->line, "%s stands outside its block",
		    opt->name);
	} else if (begins && strcmp(value, word_beginning) != 0) {
		running->replaced = 0;
		bad(running, cfg->line, "unknown word '%s'", opt->name);
	} else if (running->replaced != 0)
		given_twice(cfg->line, begins ? cfg_name(cfg) :
		    running->replaced_name);
}

int
word_parse(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct word *w;

	check_place(cfg, opt, value);
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return -1;
	if ((w->text = strdup(value)) == NULL) {
		free(w);
		return -1;
	}
	w->line = cfg->line;
	w->name = opt->name;
	*(void **)result = w;
	return 0;
}

/*
 * During a parse libconfuse frees a word only to put another in its place, a
 * list also to leave it empty, and a block to put one of the same title there.
 */
void
word_free(void *arg)
{
	struct word *w = arg;

	if (running != NULL && running->replaced == 0) {
		running->replaced = w->line;
		(void)snprintf(running->replaced_name,
		    sizeof(running->replaced_name), "%s", w->name);
	}
	explicit_bzero(w->text, strlen(w->text));
	free(w->text);
	free(w);
}

/* A block has been read; cfg is what it stands in. */
int
block_end(cfg_t *cfg, cfg_opt_t *opt)
{
	if (!is_option_of(cfg, opt))
		bad(running, begin_line(cfg_opt_getnsec(opt,
		    opt->nvalues - 1)), "%s stands outside its block",
		    opt->name);
	return 0;
}

/* --- a file --- */

int
parse_words(struct parse *p, cfg_t *root, const char *text)
{
	unsigned i;
	int rv;

	running = p;
	rv = conf_parse(root, p->file, text, p->hints, p->errors);
	if (p->replaced != 0)		/* by an empty list, and then the end */
		given_twice(root->line, p->replaced_name);
	running = NULL;
	for (i = 0; i < p->scanning.count && i < CONF_ERRORS_MAX; i++)
		conf_errors_add(p->errors, p->file, p->scanning.list[i].line,
		    "%s", p->scanning.list[i].text);
	p->scanning.count = 0;
	return rv;
}

/* --- words of a block --- */

unsigned
word_count(cfg_t *cfg, const char *name)
{
	cfg_opt_t *opt = cfg_getopt(cfg, name);

	return opt == NULL ? 0 : opt->nvalues;
}

const struct word *
word_nth(cfg_t *cfg, const char *name, unsigned i)
{
	return cfg_opt_getnptr(cfg_getopt(cfg, name), i);
}

const struct word *
word_get(cfg_t *cfg, const char *name)
{
	return word_count(cfg, name) == 0 ? NULL : word_nth(cfg, name, 0);
}

int
begin_line(cfg_t *cfg)
{
	const struct word *w = word_get(cfg, BEGIN);

	return w == NULL ? 0 : w->line;
}

int
refuse(char *why, size_t len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* --- single values; each leaves *out alone when it complains --- */

int
int_parse(const char *text, long min, long max, long *out)
{
	const char *s = text;
	char *end;
	long v;

	if (*s == '-' && min < 0)
		s++;
	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	v = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || v < min || v > max)
		return -EINVAL;
	*out = v;
	return 0;
}

bool
read_int(struct parse *p, cfg_t *cfg, const char *name, long min, long max,
    long *out)
{
	const struct word *w = word_get(cfg, name);

	if (w == NULL)
		return false;
	if (int_parse(w->text, min, max, out) == 0)
		return true;
	bad(p, w->line, "%s = %s: must be a whole number from %ld to %ld", name,
	    w->text, min, max);
	return false;
}

bool
read_bool(struct parse *p, cfg_t *cfg, const char *name, bool *out)
{
	const struct word *w = word_get(cfg, name);
	int v;

	if (w == NULL)
		return false;
	if ((v = cfg_parse_boolean(w->text)) < 0) {
		bad(p, w->line, "%s = %s: must be yes or no", name, w->text);
		return false;
	}
	*out = v != 0;
	return true;
}

bool
read_span(struct parse *p, cfg_t *cfg, const char *name, int64_t min_ns,
    int64_t max_ns, int64_t *out)
{
	const struct word *w = word_get(cfg, name);
	char lo[32], hi[32];
	int64_t ns;

	if (w == NULL)
		return false;
	if (span_parse(w->text, 0, &ns) == -EINVAL) {
		bad(p, w->line, "%s = %s: must be a time with its unit, such "
		    "as 10ms or 1s", name, w->text);
		return false;
	}
	if (span_parse(w->text, 0, &ns) != 0 || ns < min_ns ||
	    ns > max_ns) {
		bad(p, w->line, "%s = %s: must be from %s to %s", name, w->text,
		    span_format(min_ns, lo, sizeof(lo)),
		    span_format(max_ns, hi, sizeof(hi)));
		return false;
	}
	*out = ns;
	return true;
}

bool
read_bfd_interval(struct parse *p, cfg_t *cfg, const char *name,
    int64_t *out_ns)
{
	const struct word *w = word_get(cfg, name);
	int64_t ns;

	if (!read_span(p, cfg, name, BFD_INTERVAL_MIN_NS, BFD_INTERVAL_MAX_NS,
	    &ns))
		return false;
	if (ns % NS_PER_US != 0) {
		bad(p, w->line, "%s = %s: not a whole number of microseconds, "
		    "which is what BFD can send", name, w->text);
		return false;
	}
	*out_ns = ns;
	return true;
}

bool
read_text(struct parse *p, cfg_t *cfg, const char *name, char *out, size_t size)
{
	const struct word *w = word_get(cfg, name);
	size_t i;

	if (w == NULL)
		return false;
	for (i = 0; w->text[i] != '\0'; i++)
		if (iscntrl((unsigned char)w->text[i]))
			break;
	if (i == 0 || i >= size || w->text[i] != '\0') {
		bad(p, w->line, "%s: must have 1 to %zu printable characters",
		    name, size - 1);
		return false;
	}
	(void)snprintf(out, size, "%s", w->text);
	return true;
}

int
name_parse(const char *what, const char *text, size_t max, char *why,
    size_t len)
{
	size_t i;

	if (text[0] == '\0' || strlen(text) > max)
		return refuse(why, len, "%s name \"%.40s\": must have 1 "
		    "to %zu characters", what, text, max);
	for (i = 0; text[i] != '\0'; i++)
		if (!isascii((unsigned char)text[i]) ||
		    (!isalnum((unsigned char)text[i]) &&
		    (i == 0 || strchr("._-", text[i]) == NULL)))
			return refuse(why, len, "%s name \"%s\": letters,"
			    " digits, and after the first also . _ -", what,
			    text);
	return 0;
}

bool
is_interface_name(const char *s)
{
	size_t i;

	if (s[0] == '\0' || strlen(s) >= IF_NAMESIZE || strcmp(s, ".") == 0 ||
	    strcmp(s, "..") == 0)
		return false;
	for (i = 0; s[i] != '\0'; i++)
		if (s[i] == '/' || s[i] == ':' || iscntrl((unsigned char)s[i]) ||
		    isspace((unsigned char)s[i]))
			return false;
	return true;
}

bool
read_interface(struct parse *p, cfg_t *cfg, const char *name,
    char out[IF_NAMESIZE])
{
	const struct word *w = word_get(cfg, name);

	if (w == NULL)
		return false;
	if (!is_interface_name(w->text)) {
		bad(p, w->line, "%s = %s: not an interface name (1 to %d "
		    "characters, no space, slash or colon)", name, w->text,
		    IF_NAMESIZE - 1);
		return false;
	}
	(void)snprintf(out, IF_NAMESIZE, "%s", w->text);
	return true;
}

bool
addr_read(struct parse *p, int line, const char *what, const char *text,
    struct addr *out)
{
	struct addr a;

	if (addr_parse(text, &a) != 0) {
		bad(p, line, "%s %s: not an IPv4 or IPv6 address%s", what, text,
		    strchr(text, '%') != NULL ?
		    " (the interface is a word of its own)" : "");
		return false;
	}
	if (!addr_is_host(&a)) {
		bad(p, line, "%s %s: not the address of a host", what, text);
		return false;
	}
	*out = a;
	return true;
}

bool
read_addr(struct parse *p, cfg_t *cfg, const char *name, struct addr *out)
{
	const struct word *w = word_get(cfg, name);
	char what[64];

	if (w == NULL)
		return false;
	(void)snprintf(what, sizeof(what), "%s =", name);
	return addr_read(p, w->line, what, w->text, out);
}

/* --- printing --- */

void
print_quoted(FILE *f, const char *s, size_t len)
{
	size_t i;

	(void)fputc('"', f);
	for (i = 0; i < len; i++) {
		if (strchr("\\\"$", s[i]) != NULL)
			(void)fprintf(f, "\\%c", s[i]);
		else if (iscntrl((unsigned char)s[i]))
			(void)fprintf(f, "\\x%02x", (unsigned char)s[i]);
		else
			(void)fputc(s[i], f);
	}
	(void)fputc('"', f);
}

void
print_word(FILE *f, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isascii((unsigned char)s[i]) ||
		    (!isalnum((unsigned char)s[i]) &&
		    strchr("._:-@", s[i]) == NULL))
			break;
	if (i == len && len > 0) {
		(void)fwrite(s, 1, len, f);
		return;
	}
	print_quoted(f, s, len);
}

void
print_string(FILE *f, const char *indent, const char *name, const char *value)
{
	(void)fprintf(f, "%s%s = ", indent, name);
	print_word(f, value, strlen(value));
	(void)fputc('\n', f);
}

void
print_span(FILE *f, const char *indent, const char *name, int64_t ns)
{
	char text[32];

	(void)fprintf(f, "%s%s = %s\n", indent, name,
	    span_format(ns, text, sizeof(text)));
}
