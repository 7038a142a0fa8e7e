/* Permit sheets row by row, saved as CSV or as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_permit.h"

#define HEADER_KNOWN_MIN 3

struct sheet_run {
	struct import *imp;
	struct csv csv;
	struct diag diag;
	int column_count;
	int fields[CSV_CELLS_MAX]; /* -1: kept as it is called */
	const char *headings[CSV_CELLS_MAX];
	bool is_old, header_kept;
};

static void keep(struct sheet_run *r, const char *text, size_t len)
{
	const struct import_sink *s = &r->imp->job->sink;

	s->keep(s->arg, text, len);
}

/*
 * The record as it stood, with the reasons in one more cell, below the same header: it can be mended and imported again. Without the
 * mark in front a spreadsheet would take it for GBK.
 */
static void keep_record(struct sheet_run *r)
{
	const struct csv *c = &r->csv;
	size_t len = c->record_len;
	struct buf line;
	int i;

	buf_init(&line, (size_t)8 << 20);
	if (!r->header_kept) {
		buf_add_str(&line, "\xef\xbb\xbf");
		for (i = 0; i < r->column_count; i++) {
			csv_add_cell(&line, r->headings[i]);
			buf_add_char(&line, c->separator);
		}
		buf_add_str(&line, "note_rejected\r\n");
		r->header_kept = true;
	}
	while (len && (c->record[len - 1] == '\n' || c->record[len - 1] == '\r'))
		len--;
	buf_add(&line, c->record, len);
	if (!c->faulty) {
		for (i = c->count; i < r->column_count; i++)
			buf_add_char(&line, c->separator);
		buf_add_char(&line, c->separator);
		csv_add_cell(&line, buf_cstr(&r->imp->why));
	}
	buf_add_str(&line, "\r\n");
	keep(r, line.data, line.len);
	buf_clear(&line);
}

static int known_headings(struct sheet_run *r)
{
	int i, known = 0;

	for (i = 0; i < r->csv.count; i++)
		known += permit_field_find(&r->imp->row, r->csv.cells[i].text) >= 0;
	return known;
}

static void take_header(struct sheet_run *r)
{
	int i;

	r->column_count = r->csv.count;
	for (i = 0; i < r->csv.count; i++) {
		const char *text = r->csv.cells[i].text;

		/* What an earlier run wrote about a rejected row is no part of it. */
		r->fields[i] = strncmp(text, "note", 4) == 0 ? PERMIT_PRIVATE : permit_field_find(&r->imp->row, text);
		r->headings[i] = arena_strdup(&r->imp->arena, text);
		r->is_old |= permit_heading_is_old(import_fold(&r->imp->row, text));
	}
}

static bool next(struct sheet_run *r)
{
	diag_init(&r->diag, &r->imp->row);
	return csv_next(&r->csv);
}

static bool find_header(struct sheet_run *r)
{
	int i;

	for (i = 0; i < IMPORT_HEADER_SEARCH && next(r); i++) {
		if (!r->csv.faulty && known_headings(r) >= HEADER_KNOWN_MIN) {
			take_header(r);
			arena_reset(&r->imp->row);
			return true;
		}
	}
	r->imp->job->sink.say(r->imp->job->sink.arg, r->imp->job->file,
			      "no header row of a permit sheet in its first rows");
	return false;
}

static void read_row(struct sheet_run *r)
{
	struct permit_row row = {.is_old = r->is_old};
	struct csv *c = &r->csv;
	int i;

	if (c->faulty) {
		import_fault(r->imp, "", r->diag.first ? r->diag.first->what : "not well-formed CSV");
		return;
	}
	if (c->count > r->column_count) {
		import_fault(r->imp, "",
			     arena_printf(&r->imp->row, "has %d cells, the header %d", c->count, r->column_count));
		return;
	}
	for (i = 0; i < c->count; i++)
		permit_row_put(&row, r->fields[i], r->headings[i], c->cells[i].text);
	permit_row_emit(r->imp, &row);
}

static enum err import_csv(struct import *imp)
{
	struct sheet_run *r = mem_zalloc(sizeof(*r));
	bool found;

	r->imp = imp;
	import_csv_open(imp, &r->csv, &imp->row, &r->diag);
	found = find_header(r);
	while (found) {
		char where[300];
		int line = r->csv.line;

		if (!next(r))
			break;
		if (import_record_is_empty(&r->csv)) {
			arena_reset(&imp->row);
			continue;
		}
		line = r->csv.count ? r->csv.cells[0].line : line;
		snprintf(where, sizeof(where), "%.200s:%d", imp->job->file, line);
		import_row_begin(imp, where);
		read_row(r);
		if (imp->faulty)
			keep_record(r);
		import_row_end(imp);
	}
	free(r);
	return found ? ERR_OK : ERR_SYNTAX;
}

static void on_object(struct import *imp, json_t *object, void *arg)
{
	struct permit_row row = {0};
	void *it;

	(void)arg;
	import_row_begin(imp, imp->where);
	for (it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const char *name = json_object_iter_key(it);
		int field = strncmp(name, "note", 4) == 0 ? PERMIT_PRIVATE : permit_field_find(&imp->row, name);

		row.is_old |= permit_heading_is_old(import_fold(&imp->row, name));
		permit_row_put(&row, field, name, import_json_text(&imp->row, json_object_iter_value(it)));
	}
	permit_row_emit(imp, &row);
	if (imp->faulty)
		import_keep_object(imp, object);
	import_row_end(imp);
}

enum err import_permits(const struct import_job *job, struct import_counts *ret)
{
	struct import imp;
	const char *p;
	enum err e;

	if (!import_begin(&imp, job)) {
		import_end(&imp, ret);
		return ERR_SYNTAX;
	}
	for (p = imp.data; p < imp.end && strchr(" \t\r\n", *p) && *p; p++)
		;
	if (p < imp.end && (*p == '{' || *p == '['))
		e = import_objects(&imp, on_object, NULL);
	else
		e = import_csv(&imp);
	import_end(&imp, ret);
	return e;
}
