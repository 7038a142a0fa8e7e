/*
 * book_xlsx.c: the workbook of a sheet, by libxlsxwriter, which keeps one row in memory and the
 * rest in files without a name. The only file that sees the library.
 */
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "base/arena.h"
#include "flow/book.h"

#define CELL_BYTES_MAX 32000 /* the format ends at 32,767 characters */
#define COLUMN_WIDTH   20

struct xlsx {
	lxw_workbook *book;
	lxw_worksheet *page;
	lxw_format *head;
	lxw_row_t row;
	lxw_col_t column;
};

struct xlsx *xlsx_open(const char *path, const char *folder)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE,
					.tmpdir = (char *)(uintptr_t)folder};
	lxw_workbook *book = workbook_new_opt(path, &options);
	lxw_worksheet *page = book ? workbook_add_worksheet(book, "Sheet1") : NULL;
	struct xlsx *w;

	if (!page) {
		if (book)
			lxw_workbook_free(book);
		return NULL;
	}
	w = mem_zalloc(sizeof(*w));
	w->book = book;
	w->page = page;
	w->head = workbook_add_format(book);
	format_set_bold(w->head);
	worksheet_set_column(page, 0, 40, COLUMN_WIDTH, NULL);
	worksheet_freeze_panes(page, 1, 0);
	return w;
}

/* What XML cannot hold becomes a blank; the end is cut between two characters. */
static void put_clean(char ret[CELL_BYTES_MAX + 1], const char *text)
{
	size_t len = strlen(text);

	if (len > CELL_BYTES_MAX) {
		len = CELL_BYTES_MAX;
		while (((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(ret, text, len);
	ret[len] = '\0';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)ret[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			ret[i] = ' ';
		else if (c == 0xef && !memcmp(ret + i, "\xef\xbf", 2) &&
			 ((unsigned char)ret[i + 2] | 1) == 0xbf)
			memset(ret + i, ' ', 3);
	}
}

void xlsx_cell(struct xlsx *w, const char *text)
{
	char *clean = mem_alloc(CELL_BYTES_MAX + 1);

	put_clean(clean, text);
	worksheet_write_string(w->page, w->row, w->column++, clean, w->row ? NULL : w->head);
	free(clean);
}

void xlsx_number(struct xlsx *w, const char *digits)
{
	worksheet_write_number(w->page, w->row, w->column++, strtod(digits, NULL), NULL);
}

void xlsx_row_end(struct xlsx *w)
{
	w->row++;
	w->column = 0;
}

bool xlsx_finish(struct xlsx *w)
{
	bool good = workbook_close(w->book) == LXW_NO_ERROR;

	free(w);
	return good;
}
