#include "sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* The line of a cell whose fault is told already: the column is missing, or the row is broken or of
 * the wrong length. */
#define LINE_TOLD 0

/* Where the columns of the file go; -1 for a note. */
struct layout {
	int target[CSV_CELLS_MAX];
	int file_count;
};

static void fault_at(const struct sheet *s, int line, int column, const char *what)
{
	char where[128];

	snprintf(where, sizeof(where), "%s:%d:%d", s->spec->file, line, column);
	diag_add(s->diag, where, "%s", what);
}

void sheet_fault(const struct sheet *s, int row, int column, const char *fmt, ...)
{
	const struct csv_cell *c = sheet_cell(s, row, column);
	char text[512];
	va_list ap;

	if (c->line == LINE_TOLD)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fault_at(s, c->line, c->column, text);
}

const struct csv_cell *sheet_cell(const struct sheet *s, int row, int column)
{
	return &s->cells[(size_t)row * (size_t)(s->known_count + s->when_count) + (size_t)column];
}

static int known_column(const struct sheet *s, const char *name)
{
	int i;

	for (i = 0; i < s->known_count; i++) {
		if (strcmp(s->spec->columns[i], name) == 0)
			return i;
	}
	return -1;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_when(const struct sheet *s, const char *name)
{
	return s->spec->has_when && strncmp(name, "when:", 5) == 0;
}

/* Sorted, so that the order of these columns makes no difference to a pack's version. */
static void find_when_columns(struct sheet *s, const struct csv *c, struct arena *arena)
{
	int i;

	s->when_names = arena_alloc(arena, CSV_CELLS_MAX * sizeof(*s->when_names));
	for (i = 0; i < c->count; i++) {
		const struct csv_cell *cell = &c->cells[i];

		if (is_when(s, cell->text) && cell->text[5])
			s->when_names[s->when_count++] = cell->text + 5;
		else if (is_when(s, cell->text))
			fault_at(s, cell->line, cell->column,
				 "when: needs the name of an attribute");
	}
	qsort(s->when_names, (size_t)s->when_count, sizeof(*s->when_names), name_order);
}

static int target_of(const struct sheet *s, const char *name)
{
	int i;

	if (!is_when(s, name))
		return known_column(s, name);
	for (i = 0; i < s->when_count; i++) {
		if (strcmp(s->when_names[i], name + 5) == 0)
			return s->known_count + i;
	}
	return -1;
}

static void read_header(struct sheet *s, const struct csv *c, struct layout *l)
{
	bool seen[SHEET_KNOWN_MAX + CSV_CELLS_MAX] = {false};
	int i;

	l->file_count = c->count;
	for (i = 0; i < c->count; i++) {
		const struct csv_cell *cell = &c->cells[i];
		int to = target_of(s, cell->text);

		l->target[i] = to >= 0 && seen[to] ? -1 : to;
		if (to < 0 && strncmp(cell->text, "note", 4) != 0 &&
		    strcmp(cell->text, "when:") != 0)
			fault_at(s, cell->line, cell->column, "an unknown column");
		if (to >= 0 && seen[to])
			fault_at(s, cell->line, cell->column, "this column is there twice");
		if (to >= 0)
			seen[to] = true;
	}
	for (i = 0; i < s->spec->required; i++) {
		char what[64];

		snprintf(what, sizeof(what), "the column %s is missing", s->spec->columns[i]);
		if (!seen[i])
			fault_at(s, c->cells[0].line, 1, what);
	}
}

static const char *good_text(const char *text)
{
	return utf8_valid_bytes(text, strlen(text)) == strlen(text) ? text : "";
}

/* A row that is broken or of the wrong length is kept for its names, so that what points at it is
 * not a fault too. */
static void put_row(struct sheet *s, const struct csv *c, const struct layout *l)
{
	int columns = s->known_count + s->when_count, i;
	struct csv_cell *row = &s->cells[(size_t)s->row_count++ * (size_t)columns];

	for (i = 0; i < columns; i++)
		row[i] = (struct csv_cell){"", i < s->spec->required ? LINE_TOLD : c->cells[0].line,
					   1};
	for (i = 0; i < l->file_count && i < c->count; i++) {
		if (l->target[i] >= 0)
			row[l->target[i]] = c->cells[i];
	}
	for (i = 0; i < columns && (c->faulty || c->count != l->file_count); i++) {
		row[i].line = LINE_TOLD;
		row[i].text = good_text(row[i].text);
	}
}

/* No more rows than lines are left; taken at once, because moving cells to larger rooms costs more
 * than reading them. */
static int most_rows(const struct sheet *s, const struct csv *c)
{
	const char *lf = c->pos;
	int count = 0;

	while (lf < c->end && count < s->spec->rows_max) {
		lf = memchr(lf, '\n', (size_t)(c->end - lf));
		lf = lf ? lf + 1 : c->end;
		count++;
	}
	return count;
}

static void read_rows(struct sheet *s, struct csv *c, const struct layout *l)
{
	size_t row_bytes = (size_t)(s->known_count + s->when_count) * sizeof(*s->cells);
	char what[96];

	s->cells = arena_alloc(c->arena, (size_t)most_rows(s, c) * row_bytes);
	while (csv_next(c)) {
		if (s->row_count == s->spec->rows_max) {
			snprintf(what, sizeof(what), "more than %d rows", s->spec->rows_max);
			fault_at(s, c->cells[0].line, 1, what);
			return;
		}
		if (!c->faulty && c->count != l->file_count) {
			snprintf(what, sizeof(what), "the row has %d cells, the header %d",
				 c->count, l->file_count);
			fault_at(s, c->cells[0].line, 1, what);
		}
		put_row(s, c, l);
	}
}

void sheet_read(struct sheet *s, const struct sheet_spec *spec, const struct csv_source *from,
		struct arena *arena, struct diag *diag)
{
	struct csv *c = mem_alloc(sizeof(*c));
	struct layout layout;

	*s = (struct sheet){.spec = spec, .diag = diag};
	while (spec->columns[s->known_count])
		s->known_count++;
	csv_init(c, from, arena, diag);
	c->with_faulty = true;
	if (csv_next(c)) {
		find_when_columns(s, c, arena);
		read_header(s, c, &layout);
		read_rows(s, c, &layout);
	} else {
		fault_at(s, 1, 1, "there is no header row");
	}
	free(c);
}
