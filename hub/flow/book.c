/* book.c: see book.h. */
#include "flow/book.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"

/* Twice the rows of the largest sheet as the workbook's parts, and the file: a full disk would go
 * unnoticed by its library. */
#define ROOM_BYTES_MIN ((uint64_t)512 << 20)
#define ROW_BYTES_MAX  ((size_t)1 << 20)

struct book {
	int fd;
	FILE *csv; /* or */
	struct xlsx *xlsx;
	struct buf row;
};

/* Digits that would be shown rounded, without their leading zeros, or as a power of ten. */
static bool is_number_to_keep(const char *text)
{
	size_t len = strlen(text);

	if (!len || strspn(text, "0123456789.eE") != len)
		return false;
	return len > 11 || strpbrk(text, "eE") || (*text == '0' && len > 1 && text[1] != '.');
}

/* Also behind a blank that is cut off, and in the width that Chinese input has. */
static bool begins_a_formula(const char *text)
{
	return (*text && strchr("=+-@\t\r\n", *text)) || !strncmp(text, "\xef\xbc\x9d", 3) ||
	       !strncmp(text, "\xef\xbc\x8b", 3) || !strncmp(text, "\xef\xbc\x8d", 3) ||
	       !strncmp(text, "\xef\xbc\xa0", 3);
}

void book_csv_cell(struct buf *out, const char *text)
{
	bool guarded = begins_a_formula(text) || is_number_to_keep(text);

	buf_add_str(out, guarded ? "\"'" : "\"");
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

static bool has_room(const char *folder)
{
	struct statvfs fs;

	return statvfs(folder, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize >= ROOM_BYTES_MIN;
}

int book_file(const char *folder)
{
	struct buf path;
	int fd;

	buf_init(&path, 4096);
	buf_printf(&path, "%s/export-XXXXXX", folder);
	buf_cstr(&path);
	fd = path.overflow || !has_room(folder) ? -1 : mkostemp(path.data, O_CLOEXEC);
	if (fd >= 0)
		unlink(path.data);
	buf_clear(&path);
	return fd;
}

enum err book_open(enum book_format format, const char *folder, struct book **ret)
{
	struct book *s = mem_zalloc(sizeof(*s));
	char path[64];

	s->fd = book_file(folder);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd); /* the library wants a name */
	if (s->fd >= 0 && format == BOOK_XLSX)
		s->xlsx = xlsx_open(path, folder);
	else if (s->fd >= 0)
		s->csv = fopen(path, "we");
	buf_init(&s->row, ROW_BYTES_MAX);
	if (!s->xlsx && !s->csv) {
		book_drop(s);
		return ERR_UNAVAILABLE;
	}
	if (s->csv)
		buf_add_str(&s->row, "\xef\xbb\xbf");
	*ret = s;
	return ERR_OK;
}

void book_cell(struct book *s, const char *text)
{
	if (s->xlsx) {
		xlsx_cell(s->xlsx, text);
		return;
	}
	if (s->row.len && s->row.data[s->row.len - 1] == '"')
		buf_add_char(&s->row, ',');
	book_csv_cell(&s->row, text);
}

void book_number(struct book *s, const char *digits)
{
	if (s->xlsx)
		xlsx_number(s->xlsx, digits);
	else
		book_cell(s, digits);
}

void book_row_end(struct book *s)
{
	if (s->xlsx) {
		xlsx_row_end(s->xlsx);
		return;
	}
	buf_add_str(&s->row, "\r\n");
	fwrite(s->row.data, 1, s->row.len, s->csv); /* what fails is seen at the end */
	buf_reset(&s->row);
}

enum err book_finish(struct book *s, int *ret_fd)
{
	bool good;
	int fd = s->fd;

	if (s->csv) {
		good = !s->row.overflow && !ferror(s->csv);
		good = !fclose(s->csv) && good;
	} else {
		good = xlsx_finish(s->xlsx);
	}
	s->csv = NULL;
	s->xlsx = NULL;
	if (!good || lseek(fd, 0, SEEK_SET) != 0) {
		book_drop(s);
		return ERR_UNAVAILABLE;
	}
	s->fd = -1;
	book_drop(s);
	*ret_fd = fd;
	return ERR_OK;
}

void book_drop(struct book *s)
{
	if (!s)
		return;
	if (s->csv)
		fclose(s->csv);
	if (s->xlsx)
		xlsx_finish(s->xlsx);
	if (s->fd >= 0)
		close(s->fd);
	buf_clear(&s->row);
	free(s);
}
