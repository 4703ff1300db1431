/*
 * test_ka_table.c - every word of keepalived: known, in the manual, or misspelt.
 *
 * The section "EVERY WORD" of swiftover-keepalived(7) has the words of the
 * converter's tables.  With UPDATE_GOLDENS=1 it is written: what the tables say,
 * and for words that are carried over what test/convert/becomes does.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/convert/ka_table.h"

#define BEGIN ".\\\" begin of the words, written by test_ka_table\n"
#define END ".\\\" end of the words\n"
#define LINE_MAX_WIDTH 78

static const char *srcdir;

static char *
read_whole(const char *name)
{
	char path[4096], *text = calloc(1, 512 * 1024);
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", srcdir, name);
	f = fopen(path, "r");
	assert_non_null(text);
	if (f == NULL)
		fail_msg("%s", path);
	n = fread(text, 1, 512 * 1024 - 1, f);
	assert_true(n > 0 && n < 512 * 1024 - 1);
	(void)fclose(f);
	return text;
}

/* --- the fate of a word --- */

/* The rest of the line "where|word|" of becomes, until its end; or NULL. */
static const char *
becomes(const char *list, const char *where, const char *word)
{
	char key[128];
	const char *at;

	(void)snprintf(key, sizeof(key), "%s|%s|", where, word);
	for (at = list; (at = strstr(at, key)) != NULL; at++)
		if (at == list || at[-1] == '\n')
			return at + strlen(key);
	return NULL;
}

static void
fate_of(const char *list, const struct ka_table *t, const struct ka_rule *r,
    char *out, size_t len)
{
	const char *text;

	if (r->text == NULL) {
		text = becomes(list, t->where, r->word);
		if (text == NULL && getenv("UPDATE_GOLDENS") != NULL)
			fail_msg("test/convert/becomes has no line "
			    "\"%s|%s|...\"", t->where, r->word);
		if (text == NULL)
			text = "carried over";
		(void)snprintf(out, len, "%.*s", (int)strcspn(text, "\n"),
		    text);
	} else if (strcmp(r->text, KA_OF_IPVS) == 0)
		(void)snprintf(out, len, "goes to the file of --ipvs; without "
		    "that left out");
	else if (r->text[0] == '\0')
		(void)snprintf(out, len, "left out: an address has device and "
		    "label only");
	else
		(void)snprintf(out, len, "%s: %s", r->kind == KA_NOTE ? "note" :
		    "left out", r->text);
}

/* Text in lines; a line of mdoc begins with no full stop. */
static void
put_text(FILE *to, const char *text)
{
	size_t width = 0, n;

	while (*text != '\0') {
		n = strcspn(text, " ");
		if (width > 0 && width + 1 + n > LINE_MAX_WIDTH) {
			(void)fputc('\n', to);
			width = 0;
		}
		assert_true(width > 0 || (*text != '.' && *text != '\''));
		(void)fprintf(to, "%s%.*s", width > 0 ? " " : "", (int)n, text);
		width += n + (width > 0);
		text += n;
		text += *text == ' ';
	}
	(void)fputc('\n', to);
}

/* Words of one fate that follow each other are one item. */
static void
put_table(FILE *to, const char *list, const struct ka_table *t)
{
	char fate[1024], next[1024];
	size_t i, width;

	(void)fprintf(to, ".Ss %c%s\n.Bl -tag -width Ds -compact\n",
	    t->where[0] >= 'a' && t->where[0] <= 'z' ? t->where[0] - 'a' + 'A' :
	    t->where[0], t->where + 1);
	for (i = 0; i < t->count; i++) {
		fate_of(list, t, &t->rules[i], fate, sizeof(fate));
		width = (size_t)fprintf(to, ".It Cm %s", t->rules[i].word);
		for (; i + 1 < t->count; i++) {
			fate_of(list, t, &t->rules[i + 1], next, sizeof(next));
			if (strcmp(next, fate) != 0)
				break;
			if (width + strlen(t->rules[i + 1].word) + 3 >
			    LINE_MAX_WIDTH - 2) {
				(void)fputs(" , \\\n", to);
				width = 0;
			} else
				width += (size_t)fprintf(to, " , ");
			width += (size_t)fprintf(to, "%s",
			    t->rules[i + 1].word);
		}
		(void)fputc('\n', to);
		put_text(to, fate);
	}
	(void)fputs(".El\n", to);
}

/* The headings and words of a section, a line each; malloc'd. */
static char *
words_of(const char *section)
{
	const char *at, *end;
	bool item = false;
	size_t len, n;
	char *out;
	FILE *to = open_memstream(&out, &len);

	assert_non_null(to);
	for (at = section; *at != '\0'; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		if (strncmp(at, ".Ss ", 4) == 0)
			(void)fprintf(to, "%.*s\n", (int)(end - at), at);
		if (strncmp(at, ".It Cm ", 7) == 0) {
			item = true;
			at += 7;
		}
		while (item && at < end) {
			n = strcspn(at, " \n");
			if (*at != ',' && *at != '\\')
				(void)fprintf(to, "%.*s\n", (int)n, at);
			at += n;
			at += *at == ' ';
		}
		item = item && end[-1] == '\\';	/* goes on */
	}
	(void)fclose(to);
	return out;
}

static void
test_ka_table_has_the_words_of_the_manual(void **state)
{
	char *man = read_whole("man/swiftover-keepalived.7"), path[4096];
	char *list = read_whole("test/convert/becomes"), *want, *here, *there;
	const struct ka_table *const *t;
	char *begin, *end;
	size_t len, i;
	FILE *to = open_memstream(&want, &len);

	(void)state;
	assert_non_null(to);
	for (t = ka_tables; *t != NULL; t++)
		put_table(to, list, *t);
	(void)fclose(to);
	begin = strstr(man, BEGIN);
	assert_non_null(begin);
	begin += strlen(BEGIN);
	end = strstr(begin, END);
	assert_non_null(end);
	if (getenv("UPDATE_GOLDENS") != NULL) {
		(void)snprintf(path, sizeof(path),
		    "%s/man/swiftover-keepalived.7", srcdir);
		assert_non_null(to = fopen(path, "w"));
		(void)fprintf(to, "%.*s%s%s", (int)(begin - man), man, want,
		    end);
		(void)fclose(to);
	} else {
		*end = '\0';
		here = words_of(want);
		there = words_of(begin);
		for (i = 0; here[i] == there[i] && here[i] != '\0'; i++)
			continue;
		if (here[i] != there[i])
			fail_msg("the converter has \"%.20s\" where "
			    "swiftover-keepalived(7) has \"%.20s\": "
			    "UPDATE_GOLDENS=1 writes the page", here + i,
			    there + i);
		free(here);
		free(there);
	}
	free(want);
	free(list);
	free(man);
}

static const struct ka_rule *
known(const char *word, const struct ka_table **in)
{
	const struct ka_rule *r;
	size_t t;

	for (t = 0; ka_tables[t] != NULL; t++)
		if ((r = ka_rule_find(ka_tables[t]->rules, ka_tables[t]->count,
		    word)) != NULL) {
			*in = ka_tables[t];
			return r;
		}
	return NULL;
}

/* test/convert/words: all that keepalived has for what is converted. */
static void
test_ka_table_has_every_word_of_keepalived(void **state)
{
	/* Of virtual_server; and values. */
	static const char *const inner[] = { "fwmark", "MASTER", "BACKUP",
	    "PASS", "AH" };
	char *words = read_whole("test/convert/words"), *word, *rest;
	const struct ka_table *in;
	unsigned missing = 0;
	const char *plain;
	size_t i;

	(void)state;
	for (word = strtok_r(words, " \n", &rest); word != NULL;
	    word = strtok_r(NULL, " \n", &rest)) {
		/* Announcements are the same words with vrrp_ before. */
		plain = strncmp(word, "vrrp_", 5) == 0 ? word + 5 : word;
		for (i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
			if (strcmp(word, inner[i]) == 0)
				break;
		if (i < sizeof(inner) / sizeof(inner[0]) ||
		    known(word, &in) != NULL || (plain != word &&
		    known(plain, &in) != NULL && in == &ka_table_garp))
			continue;
		missing++;
		print_message("no table has %s\n", word);
	}
	assert_int_equal(missing, 0);
	free(words);
}

/* --- words that are not known --- */

static void
test_ka_table_a_misspelt_word_is_ignored_as_in_keepalived(void **state)
{
	static const struct { const char *word, *meant; enum ka_kind kind; }
	cases[] = {
		{ "lvs_sync_daemon_inteface", "lvs_sync_daemon_interface",
		    KA_NOTE },
		{ "Nopreempt", "nopreempt", KA_NOTE },
		{ "netify_backup", "notify_backup", KA_NOTE },
		{ "prority", "priority", KA_NOTE },
		{ "virtual_router_ids", "virtual_router_id", KA_NOTE },
		{ "script_user", "elsewhere", KA_NOTE },
		{ "frobnicate", "not a word known", KA_DIFFERENCE },
		{ "garp_mode", "not a word known", KA_DIFFERENCE },
		{ "VI_1", "not a word known", KA_DIFFERENCE },
		{ "", "not a word known", KA_DIFFERENCE },
		{ "a_word_that_is_longer_than_any_that_keepalived_has",
		    "not a word known", KA_DIFFERENCE },
	};
	struct ka_file file = { NULL, "/etc/keepalived/keepalived.conf", 0 };
	struct ka_source src = { .id = "lb1" };
	struct ka_node n = { .file = &file, .line = 7, .count = 1 };
	struct ka_tree tree;
	struct ka_conv conv;
	char word[64], *words[] = { word };
	size_t i;

	(void)state;
	n.words = words;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&tree, 0, sizeof(tree));
		memset(&conv, 0, sizeof(conv));
		conv.tree = &tree;
		conv.src = &src;
		(void)snprintf(word, sizeof(word), "%s", cases[i].word);
		ka_rule_say(&conv, NULL, &n, "vrrp_instance");
		assert_int_equal(tree.remarks.count, 1);
		if (tree.remarks.list[0].kind != cases[i].kind ||
		    strstr(tree.remarks.list[0].text, cases[i].meant) == NULL)
			fail_msg("%s: %d %s", cases[i].word,
			    tree.remarks.list[0].kind,
			    tree.remarks.list[0].text);
		ka_tree_free(&tree);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ka_table_has_the_words_of_the_manual),
		cmocka_unit_test(test_ka_table_has_every_word_of_keepalived),
		cmocka_unit_test(
		    test_ka_table_a_misspelt_word_is_ignored_as_in_keepalived),
	};

	srcdir = getenv("srcdir");
	if (srcdir == NULL)
		srcdir = ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
