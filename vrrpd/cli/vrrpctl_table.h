/*
 * vrrpctl_table.h - columns as wide as their contents.
 */
#ifndef VRRPD_VRRPCTL_TABLE_H
#define VRRPD_VRRPCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define COLUMNS_MAX	12

/* Starts with columns, and shrink where wanted; the rest is 0. */
struct table {
	size_t	 columns;	/* at most COLUMNS_MAX */
	size_t	 shrink;	/* 1 + the column that may be cut; 0: none */
	size_t	 rows;
	char	**cells;	/* rows * columns, malloc'd */
	bool	 failed;	/* out of memory: nothing is printed */
};

/* The next cell, copied; column 0 begins a row.  The first row is the head. */
void	table_cell(struct table *, size_t column, const char *text);
/* Prints every row behind indent, and frees the cells. */
void	table_print(struct table *, FILE *out, const char *indent);

#endif
