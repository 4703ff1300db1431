/*
 * ka_command.h - the commands that keepalived runs, as vrrpd takes them.
 */
#ifndef VRRPD_KA_COMMAND_H
#define VRRPD_KA_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

/*
 * The words of a command from word first up to end, in one line as keepalived
 * has it: one string with its words, or words in a row, of which those with
 * blanks are quoted.  Cut at len.
 */
void	ka_command(const struct ka_node *, unsigned first, unsigned end,
	    char *out, size_t len);
/*
 * Turns the command into one that vrrpd takes; room for VRRP_COMMAND_MAX + 1.
 * False: no such command is possible, and that was said.
 */
bool	ka_check_command(struct ka_conv *, const struct ka_node *,
	    char *command);
/* The part of path behind its last slash. */
const char *ka_basename(const char *path);
/* Are the words from i on a USER [GROUP] that vrrpd can take? */
bool	ka_user_good(const struct ka_node *, unsigned i);
/*
 * Where the file names no script_user, the one that keepalived takes is it from
 * now on.  ka_say_user() says so, once, of the first line n that it matters to.
 */
void	ka_settle_user(struct ka_conv *);
void	ka_say_user(struct ka_conv *, const struct ka_node *n);
/* The `user` of a script, where it is a good one. */
void	ka_put_user(struct ka_conv *, const struct ka_node *user);

#endif
