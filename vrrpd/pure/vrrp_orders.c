/*
 * vrrp_orders.c - standing orders, as a table and as text.  PURE.
 *
 * The table is small and changes with the hand of an operator, so it is searched
 * from its beginning.  The reader takes what the printer writes and comments,
 * and nothing else: a half of an order is worse than none, since an operator
 * counts on it.  Whoever finds a file that is not good keeps it aside.
 *
 * Times are seconds of 1970 in the table and a date in the text, for a person who
 * looks into the file in the middle of the night.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_orders.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "shared/pure/cursor.h"

#define FIRST_LINE	"vrrpd-orders 1"
#define COMMENT		"# What operators said with vrrpctl, and vrrpd keeps."
#define DAY_S		86400
/* Dates of 1970 to 9999, whose text has always the same length. */
#define TIME_MAX_S	INT64_C(253402300799)
#define TIME_LEN	20

/* --- times --- */

/* Days from 1970 to the first of March of a year; years here begin in March. */
static int64_t
days_before(int64_t year)
{
	return year * 365 + year / 4 - year / 100 + year / 400 - 719468;
}

/* Days from the first of March to the first of a month, 0 being March. */
static int
days_of_months(int months)
{
	return (153 * months + 2) / 5;
}

static void
print_time(char *buf, int64_t s)
{
	int64_t day = s / DAY_S, year = 1970 + day / 366;
	int rest = (int)(s % DAY_S), month = 0, d;

	/* 366 days a year is too few years: the guess is below, or right. */
	while (days_before(year + 1) <= day)
		year++;
	while (days_before(year) > day)
		year--;
	d = (int)(day - days_before(year));
	while (days_of_months(month + 1) <= d)
		month++;
	d -= days_of_months(month);
	(void)snprintf(buf, TIME_LEN + 1, "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)(year + (month >= 10)) % 10000U,
	    (unsigned)(month < 10 ? month + 3 : month - 9) % 100U,
	    (unsigned)(d + 1) % 100U, (unsigned)(rest / 3600) % 100U,
	    (unsigned)(rest / 60 % 60), (unsigned)(rest % 60));
}

/* So many digits make a number; -1: not only digits. */
static int
digits(const char *text, int n)
{
	int value = 0, i;

	for (i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + text[i] - '0';
	}
	return value;
}

/* Only what print_time() writes: no 31st of February, not before 1970. */
static bool
parse_time(const char *text, size_t len, int64_t *out)
{
	int year, month, day, hour, minute, second;
	char again[TIME_LEN + 1];
	int64_t s;

	if (len != TIME_LEN)
		return false;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day = digits(text + 8, 2);
	hour = digits(text + 11, 2);
	minute = digits(text + 14, 2);
	second = digits(text + 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || hour < 0 ||
	    minute < 0 || second < 0)
		return false;
	s = days_before(month > 2 ? year : year - 1) +
	    days_of_months(month > 2 ? month - 3 : month + 9) + day - 1;
	s = s * DAY_S + hour * 3600 + minute * 60 + second;
	if (s <= 0 || s > TIME_MAX_S)
		return false;
	print_time(again, s);
	if (memcmp(again, text, TIME_LEN) != 0)
		return false;
	*out = s;
	return true;
}

/* --- one order --- */

bool
vrrp_order_is_empty(const struct vrrp_order *o)
{
	return o->disabled_s == 0 && o->handed_over_s == 0 &&
	    o->priority == 0 && o->advert_int_cs == 0;
}

bool
vrrp_order_equal(const struct vrrp_order *x, const struct vrrp_order *y)
{
	return strcmp(x->name, y->name) == 0 &&
	    x->disabled_s == y->disabled_s &&
	    x->handed_over_s == y->handed_over_s &&
	    x->priority == y->priority &&
	    x->priority_of_file == y->priority_of_file &&
	    x->advert_int_cs == y->advert_int_cs &&
	    x->advert_int_of_file_cs == y->advert_int_of_file_cs;
}

static size_t
put_time(char *buf, size_t n, const char *word, int64_t s)
{
	char text[TIME_LEN + 1];

	if (s <= 0)
		return n;
	print_time(text, s > TIME_MAX_S ? TIME_MAX_S : s);
	return n + (size_t)snprintf(buf + n, VRRP_ORDER_LINE_MAX + 1 - n,
	    " %s=%s", word, text);
}

static size_t
put_value(char *buf, size_t n, const char *word, unsigned value,
    unsigned of_file)
{
	if (value == 0)
		return n;
	return n + (size_t)snprintf(buf + n, VRRP_ORDER_LINE_MAX + 1 - n,
	    " %s=%u/%u", word, value, of_file);
}

size_t
vrrp_order_print(const struct vrrp_order *o, char *buf)
{
	size_t n;

	n = (size_t)snprintf(buf, VRRP_ORDER_LINE_MAX + 1, "%.*s",
	    VRRP_NAME_MAX - 1, o->name);
	n = put_time(buf, n, "disabled", o->disabled_s);
	n = put_time(buf, n, "handed-over", o->handed_over_s);
	n = put_value(buf, n, "priority", o->priority, o->priority_of_file);
	n = put_value(buf, n, "advert-int", o->advert_int_cs,
	    o->advert_int_of_file_cs);
	assert(n <= VRRP_ORDER_LINE_MAX);
	return n;
}

/* "N/FILE", both 1 to max and in no other spelling. */
static bool
parse_value(const char *text, size_t len, unsigned max, unsigned *value,
    unsigned *of_file)
{
	unsigned n[2] = { 0, 0 }, at = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '/' && at == 0 && n[0] > 0)
			at = 1;
		else if (text[i] < '0' || text[i] > '9' ||
		    (text[i] == '0' && n[at] == 0))
			return false;
		else if ((n[at] = n[at] * 10 + (unsigned)(text[i] - '0')) > max)
			return false;
	}
	*value = n[0];
	*of_file = n[1];
	return n[0] > 0 && n[1] > 0;
}

/* One word of a line.  False: none, or a second of its kind. */
static bool
parse_word(const char *text, size_t len, struct vrrp_order *o)
{
	const char *equals = memchr(text, '=', len);
	unsigned value, of_file;
	const char *rest;
	size_t n, left;

	if (equals == NULL)
		return false;
	n = (size_t)(equals - text);
	rest = equals + 1;
	left = len - n - 1;
	if (n == 8 && memcmp(text, "disabled", n) == 0)
		return o->disabled_s == 0 &&
		    parse_time(rest, left, &o->disabled_s);
	if (n == 11 && memcmp(text, "handed-over", n) == 0)
		return o->handed_over_s == 0 &&
		    parse_time(rest, left, &o->handed_over_s);
	if (n == 8 && memcmp(text, "priority", n) == 0) {
		if (o->priority != 0 || !parse_value(rest, left,
		    VRRP_PRIORITY_OWNER - 1, &value, &of_file))
			return false;
		o->priority = (uint8_t)value;
		o->priority_of_file = (uint8_t)of_file;
		return true;
	}
	if (n != 10 || memcmp(text, "advert-int", n) != 0 ||
	    o->advert_int_cs != 0 ||
	    !parse_value(rest, left, UINT16_MAX, &value, &of_file))
		return false;
	o->advert_int_cs = (uint16_t)value;
	o->advert_int_of_file_cs = (uint16_t)of_file;
	return true;
}

static bool
is_name(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((text[i] < 'a' || text[i] > 'z') &&
		    (text[i] < 'A' || text[i] > 'Z') &&
		    (text[i] < '0' || text[i] > '9') && text[i] != '.' &&
		    text[i] != '_' && text[i] != '-')
			return false;
	return len > 0 && len < VRRP_NAME_MAX;
}

/* The length of the first of the words that a blank parts. */
static size_t
word_length(const char *text, size_t len)
{
	const char *blank = memchr(text, ' ', len);

	return blank == NULL ? len : (size_t)(blank - text);
}

bool
vrrp_order_parse(const char *text, size_t len, struct vrrp_order *out)
{
	struct vrrp_order o = { .name = "" };
	size_t at, n = word_length(text, len);

	if (!is_name(text, n))
		return false;
	memcpy(o.name, text, n);
	for (at = n; at < len; at += n) {
		at++;
		n = word_length(text + at, len - at);
		if (!parse_word(text + at, n, &o))
			return false;
	}
	*out = o;
	return true;
}

/* --- how far the disk is --- */

size_t
vrrp_kept_encode(const struct vrrp_kept *k, uint8_t *buf)
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_KEPT_BYTES_MAX);
	cursor_put_u32(&c, k->upto);
	cursor_put_bytes(&c, k->why, strnlen(k->why, sizeof(k->why) - 1));
	return c.len;
}

bool
vrrp_kept_decode(const uint8_t *buf, size_t len, struct vrrp_kept *out)
{
	struct vrrp_kept k = { 0 };
	struct cursor_in c;

	cursor_in_init(&c, buf, len);
	k.upto = cursor_get_u32(&c);
	if (!cursor_in_ok(&c) || c.left >= sizeof(k.why) ||
	    memchr(buf + VRRP_KEPT_BYTES_MIN, '\0', c.left) != NULL)
		return false;
	memcpy(k.why, buf + VRRP_KEPT_BYTES_MIN, c.left);
	*out = k;
	return true;
}

/* --- all of them --- */

static struct vrrp_order *
find(const struct vrrp_orders *all, const char *name)
{
	unsigned i;

	for (i = 0; all != NULL && i < all->count; i++)
		if (strcmp(all->list[i].name, name) == 0)
			return (struct vrrp_order *)&all->list[i];
	return NULL;
}

const struct vrrp_order *
vrrp_orders_find(const struct vrrp_orders *all, const char *name)
{
	return find(all, name);
}

bool
vrrp_orders_put(struct vrrp_orders *all, const struct vrrp_order *o)
{
	struct vrrp_order *old = find(all, o->name);

	if (old != NULL && vrrp_order_is_empty(o))
		*old = all->list[--all->count];
	else if (old != NULL)
		*old = *o;
	else if (!vrrp_order_is_empty(o)) {
		if (all->count == VRRP_ORDERS_MAX)
			return false;
		all->list[all->count++] = *o;
	}
	return true;
}

size_t
vrrp_orders_print(const struct vrrp_orders *all, char *buf)
{
	size_t n;
	unsigned i;

	n = (size_t)snprintf(buf, VRRP_ORDERS_TEXT_MAX, "%s\n%s\n",
	    FIRST_LINE, COMMENT);
	for (i = 0; i < all->count; i++) {
		n += vrrp_order_print(&all->list[i], buf + n);
		buf[n++] = '\n';
	}
	n += (size_t)snprintf(buf + n, VRRP_ORDERS_TEXT_MAX - n, "end %u\n",
	    all->count);
	return n;
}

/* An order of a name that has none yet. */
static bool
parse_another(const char *text, size_t len, struct vrrp_orders *all)
{
	struct vrrp_order o;

	return vrrp_order_parse(text, len, &o) && !vrrp_order_is_empty(&o) &&
	    find(all, o.name) == NULL && vrrp_orders_put(all, &o);
}

/* "end N", N being how many there were. */
static bool
is_end(const char *text, size_t len, unsigned count)
{
	char wanted[16];
	int n = snprintf(wanted, sizeof(wanted), "end %u", count);

	return len == (size_t)n && memcmp(text, wanted, len) == 0;
}

static enum vrrp_orders_verdict
parse_lines(const char *text, size_t len, struct vrrp_orders *out,
    unsigned *line)
{
	const char *newline;
	bool ended = false;
	size_t at, n;

	out->count = 0;
	for (at = 0, *line = 1; at < len; at += n + 1, ++*line) {
		newline = memchr(text + at, '\n', len - at);
		n = newline == NULL ? len - at : (size_t)(newline - text) - at;
		if (*line == 1) {
			if (n != strlen(FIRST_LINE) ||
			    memcmp(text, FIRST_LINE, n) != 0)
				return VRRP_ORDERS_FOREIGN;
			continue;
		}
		if (newline == NULL || ended)
			return VRRP_ORDERS_DAMAGED;
		if (n > 0 && text[at] == '#')
			continue;
		ended = is_end(text + at, n, out->count);
		if (!ended && !parse_another(text + at, n, out))
			return VRRP_ORDERS_DAMAGED;
	}
	return ended ? VRRP_ORDERS_GOOD : *line == 1 ? VRRP_ORDERS_FOREIGN :
	    VRRP_ORDERS_DAMAGED;
}

enum vrrp_orders_verdict
vrrp_orders_parse(const char *text, size_t len, struct vrrp_orders *out,
    unsigned *line)
{
	enum vrrp_orders_verdict verdict = parse_lines(text, len, out, line);

	if (verdict != VRRP_ORDERS_GOOD)
		out->count = 0;
	return verdict;
}
