/*
 * ka_tree.c - the memory of a configuration's lines, and remarks about them.
 *
 * Memory is taken in chunks, which the tree keeps until it is freed.  Nothing
 * in it is freed by itself, and a limit on the chunks is a limit on what a
 * hostile file can take.
 *
 * Remarks are kept as they come and sorted once at the end.  Their number has a
 * limit too.
 */
#include "config.h"

#include "vrrpd/convert/ka_tree.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK		(64 * 1024)

struct ka_chunk {
	struct ka_chunk	*next;
	size_t		 used, size;
	_Alignas(max_align_t) char bytes[];
};

/* --- memory --- */

void *
ka_alloc(struct ka_tree *t, size_t size)
{
	struct ka_chunk *c = t->memory.chunks;
	size_t room;
	void *p;

	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) *
	    sizeof(max_align_t);
	if (size > KA_MEMORY_MAX)
		return NULL;
	if (c == NULL || c->size - c->used < size) {
		room = size > CHUNK ? size : CHUNK;
		if (t->memory.used + room > KA_MEMORY_MAX ||
		    (c = calloc(1, sizeof(*c) + room)) == NULL)
			return NULL;
		t->memory.used += room;
		c->size = room;
		c->next = t->memory.chunks;
		t->memory.chunks = c;
	}
	p = c->bytes + c->used;
	c->used += size;
	return p;
}

char *
ka_strdup(struct ka_tree *t, const char *s, size_t len)
{
	char *p = ka_alloc(t, len + 1);

	if (p != NULL) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

void
ka_tree_free(struct ka_tree *t)
{
	struct ka_chunk *c, *next;

	for (c = t->memory.chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(t->remarks.list);
	memset(t, 0, sizeof(*t));
}

/* --- remarks --- */

void
ka_remark_va(struct ka_tree *t, enum ka_kind kind, const struct ka_file *file,
    int line, const char *fmt, va_list ap)
{
	struct ka_remarks *r = &t->remarks;
	struct ka_remark *list;
	char text[1024], *s;
	unsigned room;

	if (kind == KA_DIFFERENCE)
		r->differences++;
	else if (kind == KA_ERROR)
		r->errors++;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	for (s = text; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s))
			*s = '?';
	if (r->count == r->room && r->room < KA_REMARKS_MAX) {
		room = r->room == 0 ? 64 : r->room * 2;
		if (room > KA_REMARKS_MAX)
			room = KA_REMARKS_MAX;
		list = realloc(r->list, room * sizeof(*list));
		if (list != NULL) {
			r->list = list;
			r->room = room;
		}
	}
	if (r->count == r->room ||
	    (s = ka_strdup(t, text, strlen(text))) == NULL) {
		r->lost++;
		return;
	}
	r->list[r->count] = (struct ka_remark){ kind, file, line, r->count, s };
	r->count++;
}

void
ka_remark(struct ka_tree *t, enum ka_kind kind, const struct ka_file *file,
    int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ka_remark_va(t, kind, file, line, fmt, ap);
	va_end(ap);
}

static int
remark_cmp(const void *x, const void *y)
{
	const struct ka_remark *a = x, *b = y;
	long fa = a->file == NULL ? -1 : (long)a->file->index;
	long fb = b->file == NULL ? -1 : (long)b->file->index;

	if (fa != fb)
		return fa < fb ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void
ka_remarks_sort(struct ka_remarks *r)
{
	struct ka_remark *last;
	unsigned i, n = 0;

	if (r->count > 1)
		qsort(r->list, r->count, sizeof(*r->list), remark_cmp);
	for (i = 0; i < r->count; i++) {
		last = n > 0 ? &r->list[n - 1] : NULL;
		if (last == NULL || last->file != r->list[i].file ||
		    last->line != r->list[i].line ||
		    strcmp(last->text, r->list[i].text) != 0)
			r->list[n++] = r->list[i];
	}
	r->count = n;
}
