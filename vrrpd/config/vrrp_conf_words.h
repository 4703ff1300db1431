/*
 * vrrp_conf_words.h - the words of vrrpd.conf, for the files of its grammar.
 *
 * vrrp_conf.c reads files and builds instances, vrrp_conf_track.c what is
 * tracked; both read single values with these.  Everything here complains by
 * itself, with file and line, and leaves *out alone then.  Nobody else includes
 * this, so the names are short.
 */
#ifndef VRRPD_VRRP_CONF_WORDS_H
#define VRRPD_VRRP_CONF_WORDS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/pure/addr.h"
#include "shared/conf.h"
#include "vrrpd/pure/vrrp_params.h"

#define FILES_MAX	64
#define SPAN_MAX_NS	(INT64_C(86400) * NS_PER_S)
#define GRACE_MAX_NS	(INT64_C(600) * NS_PER_S)	/* bfdd's limit */

/* A value as written, and where. */
struct word {
	char	*text;
	int	 line;
};

/* Where the parts of an instance were said, for the checks across instances. */
struct places {
	const char	*file;		/* struct source owns it */
	int		 declared;
	int		 vrid;
	int		 vips[VRRP_VIPS_MAX];
	int		 bfd[VRRP_PEERS_MAX];
	int		 bfd_auto;
	int		 tracks[VRRP_TRACKS_MAX];
};

/* Members are looked up when all files are read. */
struct group_words {
	const char	*file;
	int		 line;
	char		*name;
	unsigned	 count;
	struct word	 members[VRRP_INSTANCES_MAX];
	unsigned	 track_count;
	struct vrrp_track_ref tracks[VRRP_TRACKS_MAX];
	int		 track_lines[VRRP_TRACKS_MAX];
	struct vrrp_notify_params notify;
};

struct source {
	char		*path;
	const char	*from;		/* who includes it; NULL: the first */
	int		 line;
};

struct parse {
	unsigned		 flags;
	struct conf_errors	*errors;
	struct conf_errors	*warnings;
	struct conf_errors	 scanning;	/* ours while libconfuse runs */
	struct vrrp_config	 config;
	struct places		**places;	/* one per instance */
	unsigned		 places_count;
	struct group_words	*groups[VRRP_GROUPS_MAX];
	unsigned		 group_count;
	const char		*tracker_files[VRRP_TRACKERS_MAX];
	struct source		 sources[FILES_MAX];
	unsigned		 source_count;
	const char		*file;		/* being read */
	int			 replaced;	/* line of the word just freed */
	bool			 router_id_set;
	bool			 realtime_set;
	bool			 grace_set;
};

/* The first word of each section: libconfuse remembers only where it ends. */
#define BEGIN	" begin"

int	word_parse(cfg_t *, cfg_opt_t *, const char *, void *);
void	word_free(void *);

#define WORD(name)	CFG_PTR_CB(name, 0, CFGF_NODEFAULT, word_parse, word_free)
#define WORDS(name)	CFG_PTR_LIST_CB(name, 0, CFGF_NODEFAULT, word_parse, \
			    word_free)
#define BLOCK(name, o)	CFG_SEC(name, o, CFGF_MULTI | CFGF_TITLE | \
			    CFGF_NO_TITLE_DUPES)
#define BEGINNING	{ .name = BEGIN, .type = CFGT_PTR,		\
			    .def = { .parsed = begin_text },		\
			    .parsecb = word_parse, .freecb = word_free }

/*
 * libconfuse gives value callbacks no argument of ours: who is being parsed, set
 * only while it runs (NULL after).
 */
void	parse_run(struct parse *);
struct parse *parse_running(void);

void	bad(struct parse *, int line, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* An error if the daemon does not do this yet. */

unsigned word_count(cfg_t *, const char *name);
const struct word *word_nth(cfg_t *, const char *name, unsigned i);
const struct word *word_get(cfg_t *, const char *name);	/* NULL: not said */
int	begin_line(cfg_t *);		/* of a block */

/* -EINVAL, with why filled in. */
int	refuse(char *why, size_t len, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
int	int_parse(const char *text, long min, long max, long *out);
/* What is not a name of ours, in why. */
int	name_parse(const char *what, const char *text, char *why, size_t len);
bool	is_interface_name(const char *);
bool	usable(const struct addr *);	/* a unicast address of a host */

/* Each: true if it was said and is good. */
bool	read_int(struct parse *, cfg_t *, const char *name, long min, long max,
	    long *out);
bool	read_bool(struct parse *, cfg_t *, const char *name, bool *out);
bool	read_span(struct parse *, cfg_t *, const char *name, int64_t min_ns,
	    int64_t max_ns, int64_t *out);
bool	read_interface(struct parse *, cfg_t *, const char *name,
	    char out[IF_NAMESIZE]);
/* 1 to size - 1 printable characters. */
bool	read_text(struct parse *, cfg_t *, const char *name, char *out,
	    size_t size);
bool	addr_read(struct parse *, int line, const char *what, const char *text,
	    struct addr *out);

/* Printing, as it can be read back. */
void	print_word(FILE *, const char *, size_t len);
void	print_string(FILE *, const char *indent, const char *name,
	    const char *value);
void	print_span(FILE *, const char *indent, const char *name, int64_t ns);

#endif
