/*
 * test_ka_table.c - every word of keepalived: known, in the manual, or misspelt.
 *
 * The section "EVERY WORD" of swiftover-keepalived(7) is what the tables of the
 * converter say, and for words that are carried over what test/convert/becomes
 * does.  With UPDATE_GOLDENS=1 the section is written instead.
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
		cmocka_unit_test(test_ka_table_has_every_word_of_keepalived),
		cmocka_unit_test(
		    test_ka_table_a_misspelt_word_is_ignored_as_in_keepalived),
	};

	srcdir = getenv("srcdir");
	if (srcdir == NULL)
		srcdir = ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
