#include "base/csv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* The reader's place inside one record. */
struct cursor {
	const char *pos;
	int line, column;
	bool faulty;
};

void csv_init(struct csv *c, const struct csv_source *from, struct arena *arena, struct diag *diag)
{
	const char *data = from->data;
	size_t len = from->len;

	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		len -= 3;
	}
	*c = (struct csv){.arena = arena,
			  .diag = diag,
			  .file = from->file,
			  .pos = data,
			  .end = data + len,
			  .line = 1,
			  .separator = ','};
}

static void fault(struct csv *c, struct cursor *at, const char *what)
{
	char where[256];

	/* One fault a record is enough: what follows a broken quote is noise. */
	if (!at->faulty) {
		snprintf(where, sizeof(where), "%s:%d:%d", c->file, at->line, at->column);
		diag_add(c->diag, where, "%s", what);
	}
	at->faulty = true;
}

static bool at_line_end(const struct csv *c, const char *p)
{
	return p == c->end || *p == '\n' || (*p == '\r' && (p + 1 == c->end || p[1] == '\n'));
}

static const char *line_end(const struct csv *c, const char *p)
{
	while (!at_line_end(c, p))
		p++;
	return p;
}

/* One character forward, whatever it is; a bad one is a fault and counts as one column. */
static void step(struct csv *c, struct cursor *at)
{
	size_t bytes = utf8_length(at->pos, (size_t)(c->end - at->pos));

	if (!bytes)
		fault(c, at, "these bytes are not UTF-8");
	else if (*at->pos == '\0')
		fault(c, at, "a NUL byte");
	if (*at->pos == '\n') {
		at->line++;
		at->column = 0;
	}
	at->pos += bytes ? bytes : 1;
	at->column++;
}

static void read_plain(struct csv *c, struct cursor *at, struct csv_cell *cell)
{
	const char *start = at->pos;

	while (!at_line_end(c, at->pos) && *at->pos != c->separator) {
		if (*at->pos == '"')
			fault(c, at, "a quote inside a cell that does not begin with one");
		if (*at->pos == '\r')
			fault(c, at, "a carriage return without a line feed");
		step(c, at);
	}
	cell->text =
		at->pos == start ? "" : arena_strndup(c->arena, start, (size_t)(at->pos - start));
}

static void read_quoted(struct csv *c, struct cursor *at, struct csv_cell *cell)
{
	struct cursor open = *at;
	char *out = NULL;
	size_t len = 0, room;
	const char *close;

	/* The cell is no longer than what is left up to its closing quote. */
	for (close = at->pos + 1; close < c->end; close++) {
		if (*close != '"')
			continue;
		if (close + 1 == c->end || close[1] != '"')
			break;
		close++;
	}
	if (close >= c->end) {
		fault(c, &open, "a quote is opened and never closed");
		at->faulty = true;
		/* Whoever wants the faulty ones loses this line only. */
		at->pos = c->whole || c->with_faulty ? line_end(c, at->pos) : c->end;
		cell->text = "";
		return;
	}
	room = (size_t)(close - at->pos);
	out = arena_alloc(c->arena, room + 1);
	step(c, at);
	while (at->pos < close) {
		const char *from = at->pos;

		step(c, at);
		memcpy(out + len, from, (size_t)(at->pos - from));
		len += (size_t)(at->pos - from);
		if (*from == '"')
			step(c, at);
	}
	step(c, at);
	out[len] = '\0';
	cell->text = out;
	if (!at_line_end(c, at->pos) && *at->pos != c->separator)
		fault(c, at, "text behind a closing quote");
	while (!at_line_end(c, at->pos) && *at->pos != c->separator)
		step(c, at);
}

static void read_cell(struct csv *c, struct cursor *at)
{
	struct csv_cell cell = {.line = at->line, .column = at->column};
	const char *start = at->pos;

	if (at->pos < c->end && *at->pos == '"')
		read_quoted(c, at, &cell);
	else
		read_plain(c, at, &cell);
	if (at->pos - start > CSV_CELL_BYTES_MAX) {
		fault(c, at, "a cell longer than 65536 bytes");
		cell.text = ""; /* whoever takes faulty rows has room for so much and no more */
	}
	if (c->count == CSV_CELLS_MAX) {
		fault(c, at, "more than 128 cells in a row");
		return;
	}
	c->cells[c->count++] = cell;
}

static void skip_line_end(struct csv *c, struct cursor *at)
{
	if (at->pos < c->end && *at->pos == '\r')
		at->pos++;
	if (at->pos < c->end && *at->pos == '\n')
		at->pos++;
	at->line++;
	at->column = 1;
}

static void skip_line(struct csv *c, struct cursor *at)
{
	const char *lf = memchr(at->pos, '\n', (size_t)(c->end - at->pos));

	at->pos = lf ? lf : c->end;
	skip_line_end(c, at);
}

static void read_record(struct csv *c, struct cursor *at)
{
	c->count = 0;
	read_cell(c, at);
	while (at->pos < c->end && *at->pos == c->separator) {
		step(c, at);
		read_cell(c, at);
	}
	skip_line_end(c, at);
}

bool csv_next(struct csv *c)
{
	while (c->pos < c->end) {
		struct cursor at = {.pos = c->pos, .line = c->line, .column = 1};
		bool skip = true;

		c->record = c->pos;
		if (*at.pos == '#' && !c->whole) {
			skip_line(c, &at);
		} else if (at_line_end(c, at.pos)) {
			skip_line_end(c, &at);
		} else {
			read_record(c, &at);
			skip = !c->whole &&
			       ((at.faulty && !c->with_faulty) || c->cells[0].text[0] == '#');
		}
		c->faulty = at.faulty;
		c->record_len = (size_t)(at.pos - c->record);
		c->pos = at.pos;
		c->line = at.line;
		if (!skip)
			return true;
	}
	c->count = 0;
	return false;
}

void csv_add_cell(struct buf *out, const char *text)
{
	if (!strpbrk(text, ",\t\"\r\n") && *text != '#') {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}
