/*
 * ka_line.h - what kind of line it is, before its words are taken.
 */
#ifndef VRRPD_KA_LINE_H
#define VRRPD_KA_LINE_H

#include <stdbool.h>

/*
 * Does the line begin with a word that names a command?  There single quotes
 * and quotes inside a word are those of a shell; on any other line a single
 * quote is a character, and what double quotes hold is a word of its own.
 */
bool	ka_names_command(const char *line);

/*
 * Does the line wait for another program, which puts values in?  Half of its
 * words are not there then.  A command may have such braces of its own.
 */
bool	ka_is_template(const char *line);

#endif
