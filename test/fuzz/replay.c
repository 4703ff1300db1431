/*
 * replay.c - run a fuzz target over its corpus with any compiler.
 *
 * A fuzz target is one file with LLVMFuzzerTestOneInput().  Configured with
 * --enable-fuzzer it is linked with libFuzzer and explores; otherwise with this
 * main, which feeds it every file of its corpus, so that `make check` keeps what
 * exploring found.  Without arguments the corpus is test/fuzz/corpus/NAME below
 * $srcdir, NAME being the program's own without "fuzz_".
 *
 * Each input is copied to a block of exactly its size, so that the sanitizers
 * see a read past its end.  An empty or missing corpus is a failure: a test that
 * looked at nothing must not pass.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX	(1 << 20)

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static uint8_t buffer[INPUT_MAX];

static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *exact;
	size_t n;

	if (f == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	n = fread(buffer, 1, sizeof(buffer), f);
	fclose(f);
	exact = malloc(n > 0 ? n : 1);
	if (exact == NULL)
		abort();
	memcpy(exact, buffer, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 0;
}

/* Files replayed, or -1. */
static int
replay(const char *path)
{
	char file[4096];
	struct dirent *e;
	struct stat st;
	DIR *d;
	int count = 0;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		return replay_file(path) == 0 ? 1 : -1;
	if ((d = opendir(path)) == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (replay_file(file) != 0) {
			closedir(d);
			return -1;
		}
		count++;
	}
	closedir(d);
	return count;
}

int
main(int argc, char **argv)
{
	const char *name, *srcdir = getenv("srcdir");
	char corpus[4096];
	int i, n, total = 0;

	if (argc > 1) {
		for (i = 1; i < argc; i++) {
			if ((n = replay(argv[i])) < 0)
				return 1;
			total += n;
		}
	} else {
		name = strrchr(argv[0], '/');
		name = name == NULL ? argv[0] : name + 1;
		if (strncmp(name, "fuzz_", 5) == 0)
			name += 5;
		snprintf(corpus, sizeof(corpus), "%s/test/fuzz/corpus/%s",
		    srcdir == NULL ? "." : srcdir, name);
		if ((total = replay(corpus)) < 0)
			return 1;
	}
	printf("%s: %d inputs\n", argv[0], total);
	return total > 0 ? 0 : 1;
}
