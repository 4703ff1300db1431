/*
 * ka_table.h - all words that the converter knows, block by block.
 */
#ifndef VRRPD_KA_TABLE_H
#define VRRPD_KA_TABLE_H

#include <stddef.h>

#include "vrrpd/convert/ka_words.h"

struct ka_table {
	const char		*where;		/* the block */
	const struct ka_rule	*rules;
	size_t			 count;
};

/* Each is defined by the file that owns its words. */
extern const struct ka_table ka_table_blocks;
extern const struct ka_table ka_table_tops;
extern const struct ka_table ka_table_globals;
extern const struct ka_table ka_table_group;
extern const struct ka_table ka_table_instance;
extern const struct ka_table ka_table_garp;
extern const struct ka_table ka_table_notify;
extern const struct ka_table ka_table_track;
extern const struct ka_table ka_table_script;
extern const struct ka_table ka_table_process;
extern const struct ka_table ka_table_file;
extern const struct ka_table ka_table_bfd;
extern const struct ka_table ka_table_authentication;
extern const struct ka_table ka_table_address;
extern const struct ka_table ka_table_peer;
extern const struct ka_table ka_table_vmac;
extern const struct ka_table ka_table_server;
extern const struct ka_table ka_table_grammar;

/* All of them, NULL at the end. */
extern const struct ka_table *const ka_tables[];

/*
 * Says what the rule of the line's first word says, where it has a text.  Without
 * a rule the word is none of `where`; a note where it is nearly a word of
 * keepalived, or one of another block: keepalived ignores that too.
 */
void	ka_rule_say(struct ka_conv *, const struct ka_rule *,
	    const struct ka_node *, const char *where);

#endif
