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
	int fields[CSV_CELLS_MAX]; /* -1: kept as it is called */
	const char *headings[CSV_CELLS_MAX];
	struct import_kept kept;
	bool is_old;
};

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

	r->kept = (struct import_kept){.headings = r->headings, .count = r->csv.count};
	for (i = 0; i < r->csv.count; i++) {
		const char *text = r->csv.cells[i].text;

		/* What an earlier run wrote about a rejected row is no part of it. */
		r->fields[i] = strncmp(text, "note", 4) == 0
				       ? PERMIT_PRIVATE
				       : permit_field_find(&r->imp->row, text);
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
		import_fault(r->imp, "",
			     r->diag.first ? r->diag.first->what : "not well-formed CSV");
		return;
	}
	if (c->count > r->kept.count) {
		import_fault(r->imp, "",
			     arena_printf(&r->imp->row, "has %d cells, the header %d", c->count,
					  r->kept.count));
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
			import_keep_record(imp, &r->kept, &r->csv);
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
		int field = strncmp(name, "note", 4) == 0 ? PERMIT_PRIVATE
							  : permit_field_find(&imp->row, name);

		row.is_old |= permit_heading_is_old(import_fold(&imp->row, name));
		permit_row_put(&row, field, name,
			       import_json_text(&imp->row, json_object_iter_value(it)));
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
