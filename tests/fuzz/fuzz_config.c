/* Fuzz harness: a file of settings. Each fault names the file and a line of it; what is taken can
 * be shown. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int lines_of(const uint8_t *data, size_t size)
{
	int lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

static void check_fault(const struct fault *f, const char *file, int lines)
{
	size_t len = strlen(file);
	long line;

	if (!*f->what)
		abort();
	if (strncmp(f->where, file, len) != 0 || f->where[len] != ':')
		return; /* of the whole: a setting that contradicts another, or the environment's */
	line = strtol(f->where + len + 1, NULL, 10);
	if (line < 1 || line > lines)
		abort();
}

/* One file for all runs: making it anew takes a tenth of each. */
static int settings_file(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("settings", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char file[40];
	const struct config_source from = {.file = file};
	struct config config;
	struct arena arena;
	struct diag diag;
	struct buf out;
	int fd = settings_file(data, size);

	(void)snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	arena_init(&arena);
	diag_init(&diag, &arena);
	if (config_read(&from, &arena, &config, &diag) != ERR_OK) {
		const int lines = lines_of(data, size);

		if (!diag.count)
			abort();
		for (const struct fault *f = diag.first; f; f = f->next)
			check_fault(f, file, lines);
	} else {
		buf_init(&out, 1 << 20);
		config_show(&config, &out);
		if (out.overflow)
			abort();
		buf_clear(&out);
	}
	arena_clear(&arena);
	return 0;
}
