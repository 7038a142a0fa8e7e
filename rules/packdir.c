#include "packdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define FILES_MAX      200
#define TEXT_NAME_MAX  100

static const char *const names[] = {"pack.json", "regions.csv", "bodies.csv",	 "items.csv",
				    "rules.csv", "scope.csv",	"calendar.json", "contacts.csv"};

/* The folder while it is being read: its files so far, all in one arena. */
struct folder {
	const char *dir;
	struct arena arena;
	struct pack_file files[FILES_MAX];
	int count;
	struct diag *diag;
};

static void fault(struct folder *f, const char *name, const char *what)
{
	char where[300];

	snprintf(where, sizeof(where), "%s:1:1", name);
	diag_add(f->diag, where, "%s", what);
}

static bool read_all(int fd, char *data, size_t len)
{
	size_t at = 0;
	ssize_t got;

	while (at < len) {
		got = read(fd, data + at, len - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

static void take(struct folder *f, const char *name, int fd)
{
	struct stat st;
	char *data;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		fault(f, name, "not a file that can be read");
		return;
	}
	if ((size_t)st.st_size > FILE_BYTES_MAX) {
		fault(f, name, "longer than 16 MiB");
		return;
	}
	data = arena_alloc(&f->arena, (size_t)st.st_size + 1);
	if (!read_all(fd, data, (size_t)st.st_size)) {
		fault(f, name, "cannot be read to its end");
		return;
	}
	if (f->count < FILES_MAX)
		f->files[f->count++] =
			(struct pack_file){arena_strdup(&f->arena, name), data, (size_t)st.st_size};
	else
		fault(f, name, "more texts than a pack may have");
}

/* A file that is not there is no fault here: pack_read knows which ones it cannot do without. */
static void open_and_take(struct folder *f, const char *name)
{
	char *path = arena_printf(&f->arena, "%s/%s", f->dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		if (errno != ENOENT)
			fault(f, name, "cannot be opened");
		return;
	}
	take(f, name, fd);
	close(fd);
}

bool pack_file_is_known(const char *name)
{
	const char *text = strncmp(name, "texts/", 6) ? NULL : name + 6;
	size_t len, i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	len = text ? strlen(text) : 0;
	return len > 4 && len <= TEXT_NAME_MAX && *text != '.' && !strchr(text, '/') &&
	       !strcmp(text + len - 4, ".txt");
}

static void take_texts(struct folder *f)
{
	char *path = arena_printf(&f->arena, "%s/texts", f->dir);
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return;
	while ((e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len > 4 && e->d_name[0] != '.' && strcmp(e->d_name + len - 4, ".txt") == 0)
			open_and_take(f, arena_printf(&f->arena, "texts/%s", e->d_name));
	}
	closedir(dir);
}

enum err pack_read_dir(const char *dir, struct pack **ret, struct diag *diag)
{
	struct folder *f;
	size_t before = diag->count, i;
	struct stat st;
	enum err err;

	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode)) {
		diag_add(diag, dir, "there is no such folder");
		return ERR_NOT_FOUND;
	}
	f = mem_zalloc(sizeof(*f));
	f->dir = dir;
	f->diag = diag;
	arena_init(&f->arena);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		open_and_take(f, names[i]);
	take_texts(f);
	err = pack_read(f->files, f->count, ret, diag);
	if (!err && diag->count > before) {
		pack_unref(*ret);
		*ret = NULL;
		err = ERR_INVALID;
	}
	arena_clear(&f->arena);
	free(f);
	return err;
}
