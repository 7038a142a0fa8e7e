/*
 * pack_restore.c: a pack from its own canonical content, so that a policy kept for years can
 * explain its decisions again. The lines of pack_canon.c are written back as the files they came
 * from and read like any pack.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_import.h"
#include "pack_in.h"

#define FILES_MAX	  256
#define WHEN_MAX	  CSV_CELLS_MAX /* no row has more */
#define FILE_BYTES_MAX	  (64u << 20)
#define CONTENT_BYTES_MAX ((size_t)256 << 20)

struct rebuilt {
	char *name;
	struct buf text;
};
struct restore {
	struct rebuilt files[FILES_MAX];
	int count;
	json_t **lines;
	size_t line_count;
};

static struct buf *file_named(struct restore *r, const char *name)
{
	for (int i = 0; i < r->count; i++) {
		if (!strcmp(r->files[i].name, name))
			return &r->files[i].text;
	}
	if (r->count == FILES_MAX)
		return NULL;
	r->files[r->count].name = mem_strdup(name);
	buf_init(&r->files[r->count].text, FILE_BYTES_MAX);
	return &r->files[r->count++].text;
}

static const char *text_at(const json_t *line, size_t i)
{
	const char *s = json_string_value(json_array_get(line, i));

	return s ? s : "";
}

static void add_cell(struct buf *out, const char *text, bool first)
{
	if (!first)
		buf_add_char(out, ',');
	csv_add_cell(out, text);
}

static void add_when(struct buf *out, const char *attribute)
{
	struct buf name;

	buf_init(&name, CSV_CELL_BYTES_MAX + 1);
	buf_add_str(&name, "when:");
	buf_add_str(&name, attribute);
	add_cell(out, buf_cstr(&name), false);
	buf_clear(&name);
}

static int column_count(const struct sheet_spec *spec)
{
	int n = 0;

	while (n < SHEET_KNOWN_MAX && spec->columns[n])
		n++;
	return n;
}

/* The names of the when: columns that any row of the sheet uses. */
static int when_names(const struct restore *r, const struct sheet_spec *spec, const char **ret)
{
	size_t known = 1 + (size_t)column_count(spec);
	int n = 0;

	for (size_t l = 0; l < r->line_count; l++) {
		if (strcmp(text_at(r->lines[l], 0), spec->file) != 0)
			continue;
		for (size_t i = known; i + 1 < json_array_size(r->lines[l]); i += 2) {
			const char *name = text_at(r->lines[l], i);
			int k = 0;

			while (k < n && strcmp(ret[k], name) != 0)
				k++;
			if (k == n && n < WHEN_MAX)
				ret[n++] = name;
		}
	}
	return n;
}

static const char *when_value(const json_t *line, size_t known, const char *name)
{
	for (size_t i = known; i + 1 < json_array_size(line); i += 2) {
		if (!strcmp(text_at(line, i), name))
			return text_at(line, i + 1);
	}
	return "";
}

static void restore_sheet(struct restore *r, const struct sheet_spec *spec)
{
	const char *when[WHEN_MAX];
	int columns = column_count(spec), whens = when_names(r, spec, when);
	struct buf *out = file_named(r, spec->file);

	for (int i = 0; i < columns; i++)
		add_cell(out, spec->columns[i], i == 0);
	for (int i = 0; i < whens; i++)
		add_when(out, when[i]);
	buf_add_char(out, '\n');
	for (size_t l = 0; l < r->line_count; l++) {
		const json_t *line = r->lines[l];

		if (strcmp(text_at(line, 0), spec->file) != 0)
			continue;
		for (int i = 0; i < columns; i++)
			add_cell(out, text_at(line, 1 + (size_t)i), i == 0);
		for (int i = 0; i < whens; i++)
			add_cell(out, when_value(line, 1 + (size_t)columns, when[i]), false);
		buf_add_char(out, '\n');
	}
}

/* "permit_ahead=45d"; the words of a step of the ladder have spaces between them. */
static bool is_named(const char *text)
{
	return text[strcspn(text, "= ")] == '=';
}

static void restore_named(struct buf *out, const char *text)
{
	size_t name_len = strcspn(text, "=");

	buf_add_char(out, ',');
	buf_add_jsonn(out, text, name_len);
	buf_add_char(out, ':');
	buf_add_json(out, text + name_len + 1);
}

static void restore_settings(struct restore *r, const json_t *line)
{
	static const char *const names[] = {"id",	 "title",     "jurisdiction",
					    "timezone",	 "pool_due",  "sms_sign",
					    "alarm_due", "negotiate", "lamp_yellow"};
	struct buf *out = file_named(r, "pack.json");
	size_t first = 2 + sizeof(names) / sizeof(names[0]);
	/* In hours where it can be: so many minutes as the most hours are no duration. */
	long long wait = (long long)json_integer_value(json_array_get(line, 1)) / 60000;

	buf_printf(out, "{\"sms_after\":\"%lld%s\"", wait % 60 ? wait : wait / 60,
		   wait % 60 ? "m" : "h");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (2 + i >= json_array_size(line))
			break; /* kept before there was this setting: its default holds */
		buf_printf(out, ",\"%s\":", names[i]);
		buf_add_json(out, text_at(line, 2 + i));
	}
	buf_add_str(out, ",\"ladder\":[");
	for (size_t i = first; i < json_array_size(line); i++) {
		if (is_named(text_at(line, i)))
			continue;
		if (i > first)
			buf_add_char(out, ',');
		buf_add_json(out, text_at(line, i));
	}
	buf_add_char(out, ']');
	for (size_t i = first; i < json_array_size(line); i++) {
		if (is_named(text_at(line, i)))
			restore_named(out, text_at(line, i));
	}
	buf_add_char(out, '}');
}

static void add_days(struct buf *out, const json_t *line, int64_t year, const char *kind)
{
	char prefix[16];
	const char *comma = "";

	snprintf(prefix, sizeof(prefix), "%lld-", (long long)year);
	buf_printf(out, "\"%s\":[", kind);
	for (size_t i = 1; i < json_array_size(line); i++) {
		const char *day = text_at(line, i);

		if (strncmp(day, prefix, strlen(prefix)) != 0 || strlen(day) < 12 ||
		    strcmp(day + 11, kind) != 0)
			continue;
		buf_printf(out, "%s\"%.10s\"", comma, day);
		comma = ",";
	}
	buf_add_char(out, ']');
}

static void restore_calendar(struct restore *r, const json_t *line)
{
	struct buf *out = file_named(r, "calendar.json");
	const char *comma = "";

	buf_add_str(out, "{\"years\":{");
	for (size_t i = 1; i < json_array_size(line); i++) {
		const json_t *year = json_array_get(line, i);

		if (!json_is_integer(year))
			continue;
		buf_printf(out, "%s\"%lld\":{", comma, (long long)json_integer_value(year));
		add_days(out, line, json_integer_value(year), "off");
		buf_add_char(out, ',');
		add_days(out, line, json_integer_value(year), "work");
		buf_add_char(out, '}');
		comma = ",";
	}
	buf_add_str(out, "}}");
}

static void restore_text(struct restore *r, const json_t *line)
{
	char name[256];
	struct buf *out;

	snprintf(name, sizeof(name), "texts/%s.txt", text_at(line, 1));
	out = file_named(r, name);
	if (out)
		buf_add_str(out, text_at(line, 2));
}

static bool read_lines(struct restore *r, const char *data, size_t len)
{
	const char *end = data + len;
	size_t room = 0;

	while (data < end) {
		const char *stop = memchr(data, '\n', (size_t)(end - data));
		size_t n = (size_t)((stop ? stop : end) - data);
		json_t *line;

		if (r->line_count == room) {
			room = room ? room * 2 : 1024;
			r->lines = mem_realloc(r->lines, room * sizeof(json_t *));
		}
		line = json_loadb(data, n, JSON_REJECT_DUPLICATES, NULL);
		r->lines[r->line_count++] = line;
		if (!json_is_array(line))
			return false;
		data += n + 1;
	}
	return true;
}

static void restore_free(struct restore *r)
{
	for (size_t i = 0; i < r->line_count; i++)
		json_decref(r->lines[i]);
	free(r->lines);
	for (int i = 0; i < r->count; i++) {
		free(r->files[i].name);
		buf_clear(&r->files[i].text);
	}
	free(r);
}

static enum err read_rebuilt(struct restore *r, struct pack **ret, struct diag *diag)
{
	struct pack_file files[FILES_MAX];

	for (int i = 0; i < r->count; i++) {
		files[i].name = r->files[i].name;
		files[i].data = buf_cstr(&r->files[i].text);
		files[i].len = r->files[i].text.len;
	}
	return pack_read(files, r->count, ret, diag);
}

static enum err restore_files(struct restore *r, const char *data, size_t len, struct diag *diag)
{
	if (!read_lines(r, data, len)) {
		diag_add(diag, "", "not the canonical content of a pack");
		return ERR_INVALID;
	}
	for (int i = 0; i < SHEET_COUNT; i++)
		restore_sheet(r, &sheet_specs[i]);
	for (size_t i = 0; i < r->line_count; i++) {
		const char *file = text_at(r->lines[i], 0);

		if (!strcmp(file, "pack.json"))
			restore_settings(r, r->lines[i]);
		else if (!strcmp(file, "calendar.json"))
			restore_calendar(r, r->lines[i]);
		else if (!strcmp(file, "texts"))
			restore_text(r, r->lines[i]);
	}
	return ERR_OK;
}

enum err pack_read_canonical(const char *data, size_t len, struct pack **ret, struct diag *diag)
{
	struct restore *r = mem_zalloc(sizeof(*r));
	enum err e = restore_files(r, data, len, diag);

	if (e == ERR_OK)
		e = read_rebuilt(r, ret, diag);
	restore_free(r);
	return e;
}

static enum err merge_calendar(struct restore *r, const struct calendar_notice *notice,
			       struct buf *said, struct diag *diag)
{
	struct buf *file = file_named(r, "calendar.json"), fresh;
	const struct calendar_source was = {"calendar.json", buf_cstr(file), file->len};
	enum err e;

	buf_init(&fresh, FILE_BYTES_MAX);
	e = calendar_merge(&was, notice, &fresh, said, diag);
	if (e == ERR_OK) {
		buf_reset(file);
		buf_add(file, fresh.data, fresh.len);
	}
	buf_clear(&fresh);
	return e;
}

enum err pack_with_calendar(const struct pack *was, const struct calendar_notice *notice,
			    struct pack **ret, struct buf *said, struct diag *diag)
{
	struct restore *r = mem_zalloc(sizeof(*r));
	struct buf content;
	enum err e;

	buf_init(&content, CONTENT_BYTES_MAX);
	pack_canonical(was, &content);
	e = restore_files(r, content.data, content.len, diag);
	buf_clear(&content);
	if (e == ERR_OK)
		e = merge_calendar(r, notice, said, diag);
	if (e == ERR_OK)
		e = read_rebuilt(r, ret, diag);
	restore_free(r);
	return e;
}
