/*
 * conf.c - what both configuration grammars share on top of libconfuse.
 *
 * libconfuse (3.3 was examined) knows the grammar, but its lexer is too lenient
 * to face a user, and it exits or misreads on some inputs: a block that is not
 * closed at the end of the file is accepted, characters it does not know are
 * skipped in silence, ${...} reads the environment and runs across lines, a
 * comment is written into a buffer that may be a byte too short.  So the text
 * is tidied first: comments become blanks, and whatever the lexer would get
 * wrong is refused here, with the line where it began rather than the line
 * where the file ended.  What libconfuse then sees is plain words, quoted
 * strings on one line, and balanced blocks.
 *
 * Files come through conf_read_file(), which reads nothing but regular files of
 * bounded size, so libconfuse never opens anything itself.  Includes are the
 * grammars' business: they queue the file and parse it the same way.
 */
#include "config.h"

#include "shared/conf.h"

#include <sys/stat.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_DEPTH_MAX	16

/*
 * Where libconfuse's error callback, which has no user data, puts its text.
 * Set only while conf_parse() is inside cfg_parse_fp(); parsing is not
 * reentrant, as the lexer is not either.
 */
static struct conf_errors *parse_errors;

static void	on_confuse_error(cfg_t *, const char *, va_list)
		    __attribute__((format(printf, 2, 0)));

/* --- files --- */

/* Everything up to the end or one byte past the limit. Bytes or -errno. */
static ssize_t
read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int
line_of(const char *text, size_t at)
{
	int line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/* Everything that can be read, or -errno with the reason in *why and *line. */
static ssize_t
read_stream(int fd, char **text, const char **why, int *line)
{
	char *buf, *nul;
	ssize_t n;

	if ((buf = malloc(CONF_FILE_MAX + 1)) == NULL)
		return -ENOMEM;
	n = read_all(fd, buf, CONF_FILE_MAX + 1);
	if (n > CONF_FILE_MAX) {
		*why = "is larger than 1 MB, which is no configuration";
		n = -EFBIG;
	} else if (n >= 0 && (nul = memchr(buf, '\0', (size_t)n)) != NULL) {
		*why = "is not a text file (it contains a NUL byte)";
		*line = line_of(buf, (size_t)(nul - buf));
		n = -EINVAL;
	}
	if (n < 0) {
		free(buf);
		return n;
	}
	buf[n] = '\0';
	*text = buf;
	return n;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The open file's text, or -errno with the reason in *why and *line. */
static ssize_t
read_text(int fd, char **text, const char **why, int *line)
{
	struct stat st, after;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		*why = "is a directory";
		return -EISDIR;
	}
	if (!S_ISREG(st.st_mode)) {
		*why = "is not a regular file";
		return -EINVAL;
	}
	n = read_stream(fd, text, why, line);
	if (n < 0 || (fstat(fd, &after) == 0 && is_same(&st, &after)))
		return n;
	free(*text);
	*text = NULL;
	*why = "was changed while it was read";
	return -EAGAIN;
}

int
conf_read_stream(int fd, const char *name, char **text,
    struct conf_errors *errors)
{
	const char *why = NULL;
	int line = 0;
	ssize_t n = read_stream(fd, text, &why, &line);

	if (n < 0)
		conf_errors_add(errors, name, line, "%s",
		    why != NULL ? why : strerror((int)-n));
	return n < 0 ? (int)n : 0;
}

int
conf_read_file(const char *path, char **text, struct conf_errors *errors)
{
	const char *why = NULL;
	int line = 0;
	ssize_t n;
	int fd;

	/* O_NONBLOCK: opening a FIFO nobody writes to must not hang. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		n = -errno;
	} else {
		n = read_text(fd, text, &why, &line);
		close(fd);
	}
	if (n < 0) {
		conf_errors_add(errors, path, line, "%s",
		    why != NULL ? why : strerror((int)-n));
		return (int)n;
	}
	return 0;
}

/*
 * How long ago the file was written.  -1: it is not there, or is older than a second,
 * or from the future, as after the clock was set back.
 */
static int64_t
age_ns(const char *path)
{
	struct timespec now;
	struct stat st;
	int64_t ns;

	if (stat(path, &st) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -1;
	/* Of any other file the difference may be beyond all bounds. */
	if (st.st_mtim.tv_sec < now.tv_sec - 1 ||
	    st.st_mtim.tv_sec > now.tv_sec)
		return -1;
	ns = (now.tv_sec - st.st_mtim.tv_sec) * NS_PER_S +
	    (now.tv_nsec - st.st_mtim.tv_nsec);
	return ns < 0 ? -1 : ns;
}

bool
conf_await_quiet(const char *path, struct conf_errors *errors)
{
	struct timespec rest = { 0 };
	int64_t ns, left_ns;

	for (left_ns = NS_PER_S; left_ns > 0; left_ns -= rest.tv_nsec) {
		ns = age_ns(path);
		if (ns < 0 || ns >= CONF_QUIET_NS)
			return true;
		rest.tv_nsec = CONF_QUIET_NS - ns;
		(void)nanosleep(&rest, NULL);
	}
	conf_errors_add(errors, path, 0, "is being written");
	return false;
}

/* --- tidying what libconfuse would get wrong --- */

struct tidy {
	const char		*file;
	char			*at;	/* next character; blanked in place */
	int			 line;
	unsigned		 depth;
	bool			 in_word;
	struct conf_errors	*errors;
};

static int	refuse(const struct tidy *, int, const char *, ...)
		    __attribute__((format(printf, 3, 4)));

static int
refuse(const struct tidy *t, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	conf_errors_vadd(t->errors, t->file, line, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int
refuse_variable(const struct tidy *t)
{
	return refuse(t, t->line, "'${' reads no environment variables here; "
	    "put a text that contains it in 'single quotes'");
}

static void
blank_line_comment(struct tidy *t)
{
	while (*t->at != '\0' && *t->at != '\n')
		*t->at++ = ' ';
}

static int
blank_block_comment(struct tidy *t)
{
	int opened = t->line;

	while (!(t->at[0] == '*' && t->at[1] == '/')) {
		if (*t->at == '\0')
			return refuse(t, opened, "comment is not closed");
		if (*t->at == '\n')
			t->line++;
		else
			*t->at = ' ';
		t->at++;
	}
	*t->at++ = ' ';
	*t->at++ = ' ';
	return 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* At the character after a backslash in a double-quoted string. */
static int
check_escape(const struct tidy *t)
{
	const char *p = t->at;
	unsigned value = 0, n = 0;
	bool numeric = true;

	if (*p == 'x') {
		char hex[3] = { 0 };

		for (p++; n < 2 && *p != '\0' &&
		    strchr("0123456789abcdefABCDEF", *p) != NULL; p++)
			hex[n++] = *p;
		value = (unsigned)strtoul(hex, NULL, 16);
	} else if (is_digit(*p)) {
		for (; n < 3 && *p >= '0' && *p <= '7'; p++, n++)
			value = value * 8 + (unsigned)(*p - '0');
		if (is_digit(*p))
			n = 0;		/* \8, \19: neither octal nor a text */
	} else {
		numeric = false;
	}
	if (numeric && (n == 0 || value == 0 || value > 0xff))
		return refuse(t, t->line, "bad escape sequence in a string");
	return 0;
}

static int
check_string(struct tidy *t)
{
	char quote = *t->at++;

	for (;; t->at++) {
		if (*t->at == quote)
			break;
		if (*t->at == '\\' && t->at[1] != '\n' && t->at[1] != '\0') {
			t->at++;
			if (quote == '"' && check_escape(t) < 0)
				return -EINVAL;
		} else if (*t->at == '\0' || *t->at == '\n' ||
		    *t->at == '\\') {
			return refuse(t, t->line,
			    "string is not closed on its line");
		} else if (quote == '"' && t->at[0] == '$' && t->at[1] == '{') {
			return refuse_variable(t);
		} else if ((unsigned char)*t->at < 0x20 && *t->at != '\t') {
			return refuse(t, t->line, "control character 0x%02x "
			    "in a string", (unsigned char)*t->at);
		}
	}
	t->at++;
	return 0;
}

/*
 * Characters outside of strings that are not ASCII: said once for those that
 * stand together, and blanked, so that the rest of the file is judged too.
 */
static void
foreign_bytes(struct tidy *t)
{
	static const struct { const char *bytes, *what; } known[] = {
		{ "\xc2\xa0", "a no-break space is no blank here" },
		{ "\xe2\x80\x9c", "a typographic quote is none here: use \"" },
		{ "\xe2\x80\x9d", "a typographic quote is none here: use \"" },
		{ "\xe2\x80\x9e", "a typographic quote is none here: use \"" },
		{ "\xe2\x80\x98", "a typographic quote is none here: use '" },
		{ "\xe2\x80\x99", "a typographic quote is none here: use '" },
		{ "\xe2\x80\x93", "a typographic dash is none here: use -" },
		{ "\xe2\x80\x94", "a typographic dash is none here: use -" },
		{ "\xef\xbb\xbf", "a byte order mark stands inside the file" },
	};
	const char *start = t->at;
	size_t i;

	while ((unsigned char)*t->at >= 0x80)
		t->at++;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(start, known[i].bytes, strlen(known[i].bytes)) == 0)
			break;
	(void)refuse(t, t->line, "%.*s: %s", (int)(t->at - start), start, i <
	    sizeof(known) / sizeof(known[0]) ? known[i].what : "letters "
	    "beyond ASCII must be in quotes");
	memset((char *)(uintptr_t)start, ' ', (size_t)(t->at - start));
}

/* One token, blank or comment. 0, or -EINVAL with an error added. */
static int
tidy_next(struct tidy *t)
{
	char c = *t->at, next = t->at[1];
	bool in_word = t->in_word;

	t->in_word = false;
	switch (c) {
	case '\n':
		t->line++;
		break;
	case ' ':
	case '\t':
	case '\r':
	case '=':
	case ',':
	case '(':
	case ')':
		break;
	case '+':
		if (next != '=')
			return refuse(t, t->line,
			    "a word with '+' must be in quotes");
		break;
	case '{':
		if (t->depth == BLOCK_DEPTH_MAX)
			return refuse(t, t->line, "blocks nested too deeply");
		t->depth++;
		break;
	case '}':
		t->depth -= t->depth > 0;
		break;
	case '"':
	case '\'':
		return check_string(t);
	case '#':
		blank_line_comment(t);
		return 0;
	case '/':
		if (!in_word && next == '/') {
			blank_line_comment(t);
			return 0;
		}
		if (!in_word && next == '*') {
			*t->at++ = ' ';
			*t->at++ = ' ';
			return blank_block_comment(t);
		}
		t->in_word = true;
		break;
	case '*':
		return refuse(t, t->line, "a word with '*' must be in quotes");
	case '$':
		if (next == '{')
			return refuse_variable(t);
		t->in_word = true;
		break;
	default:
		if ((unsigned char)c >= 0x80) {
			foreign_bytes(t);
			return 0;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return refuse(t, t->line, "is not a text file "
			    "(byte 0x%02x)", (unsigned char)c);
		t->in_word = true;
	}
	t->at++;
	return 0;
}

static int
tidy_text(const char *file, char *text, struct conf_errors *errors)
{
	struct tidy t = {
		.file = file, .at = text, .line = 1, .errors = errors,
	};

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		memset(text, ' ', 3);		/* a byte order mark */
	while (*t.at != '\0')
		if (tidy_next(&t) < 0)
			return -EINVAL;
	return 0;
}

/* --- parsing --- */

/* libconfuse says "option", "section" and "title"; the man pages do not. */
static const struct {
	const char	*theirs;	/* up to the quoted word */
	const char	*before, *after;
} phrases[] = {
	{ "no such option '", "unknown word '", "'" },
	{ "found duplicate title '", "'", "' is declared twice" },
	{ "missing title for section '", "'", "' needs a name before its {" },
	{ "no sub-section title/index for '", "a word of '",
	    "' stands outside its block" },
	{ "missing opening brace for section '", "'", "' needs a {" },
	{ "missing equal sign after option '", "'", "' needs a = behind it" },
	{ "attempt to append to non-list option '", "'", "' is not a list" },
};

static void
on_confuse_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	const char *file = cfg->filename != NULL ? cfg->filename : "?";
	char text[sizeof(((struct conf_error *)0)->text)];
	size_t n;

	if (parse_errors == NULL)
		return;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		n = strlen(phrases[i].theirs);
		if (strncmp(text, phrases[i].theirs, n) != 0)
			continue;
		conf_errors_add(parse_errors, file, cfg->line, "%s%.*s%s",
		    phrases[i].before, (int)strcspn(text + n, "'"), text + n,
		    phrases[i].after);
		return;
	}
	conf_errors_add(parse_errors, file, cfg->line, "%s", text);
}

/* libconfuse on tidied text; it takes a stream, and names it after the file. */
static int
parse_tidy(cfg_t *cfg, const char *file, char *text,
    struct conf_errors *errors)
{
	unsigned before = errors->count;
	FILE *fp;
	char *name;
	int rc;

	if (*text == '\0')
		return 0;
	if ((name = strdup(file)) == NULL)
		return -ENOMEM;
	if ((fp = fmemopen(text, strlen(text), "r")) == NULL) {
		free(name);
		return -ENOMEM;
	}
	free(cfg->filename);
	cfg->filename = name;
	cfg_set_error_function(cfg, on_confuse_error);
	assert(parse_errors == NULL);
	parse_errors = errors;
	rc = cfg_parse_fp(cfg, fp);
	parse_errors = NULL;
	fclose(fp);
	if (rc != CFG_SUCCESS && errors->count == before)
		conf_errors_add(errors, file, cfg->line, "syntax error");
	return errors->count == before ? 0 : -EINVAL;
}

int
conf_parse(cfg_t *cfg, const char *file, const char *text,
    const struct conf_hint *hints, struct conf_errors *errors)
{
	char *copy = strdup(text), *plain = NULL;
	int rc;

	if (copy == NULL) {
		conf_errors_add(errors, file, 0, "out of memory");
		return -ENOMEM;
	}
	rc = tidy_text(file, copy, errors);
	if (rc == 0)
		rc = conf_scan(cfg->opts, file, copy, hints, errors, &plain);
	if (rc == 0)
		rc = parse_tidy(cfg, file, plain, errors);
	if (rc == -ENOMEM)
		conf_errors_add(errors, file, 0, "out of memory");
	free(plain);
	free(copy);
	return rc;
}
