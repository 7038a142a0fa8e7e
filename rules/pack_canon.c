#include <stdio.h>
#include <string.h>

#include "calendar_in.h"
#include "pack_in.h"
#include "timefmt.h"

bool pack_column_knows_star(const struct sheet_spec *spec, int column)
{
	if (spec == &sheet_specs[SHEET_ITEMS])
		return column == ITEM_REGIONS;
	return spec == &sheet_specs[SHEET_RULES] &&
	       ((column >= RULE_EVENT && column <= RULE_REGION) || column >= RULE_KNOWN_COUNT);
}

/*
 * One JSON array a line: the file's short name, then its cells in the fixed order of the columns.
 * Rows stand in the order of the file, because for most files it has a meaning.
 */
static void add_cell(const struct sheet *s, int row, int column, struct buf *out)
{
	const char *text = sheet_cell(s, row, column)->text;

	buf_add_char(out, ',');
	buf_add_json(out,
		     strcmp(text, "*") == 0 && pack_column_knows_star(s->spec, column) ? "" : text);
}

static void add_sheet(const struct sheet *s, struct buf *out)
{
	int row, i;

	for (row = 0; row < s->row_count; row++) {
		buf_add_char(out, '[');
		buf_add_json(out, s->spec->file);
		for (i = 0; i < s->known_count; i++)
			add_cell(s, row, i, out);
		for (i = 0; i < s->when_count; i++) {
			if (!*sheet_cell(s, row, s->known_count + i)->text)
				continue;
			buf_add_char(out, ',');
			buf_add_json(out, s->when_names[i]);
			add_cell(s, row, s->known_count + i, out);
		}
		buf_add_str(out, "]\n");
	}
}

static void add_named(struct buf *out, const char *name, const char *value)
{
	char text[256];

	snprintf(text, sizeof(text), "%s=%s", name, value);
	buf_add_char(out, ',');
	buf_add_json(out, text);
}

static void add_settings(const struct pack *p, struct buf *out)
{
	const struct pack_settings *s = &p->view.settings;
	const char *const values[] = {
		p->view.id,	 p->view.title, p->view.regions[p->view.jurisdiction].code,
		"Asia/Shanghai", s->pool_due,	s->sms_sign,
		s->alarm_due,	 s->negotiate,	s->lamp_yellow};
	size_t i;

	buf_add_str(out, "[\"pack.json\",");
	buf_add_int(out, s->sms_after_ms);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		buf_add_char(out, ',');
		buf_add_json(out, values[i]);
	}
	for (i = 0; i < (size_t)s->ladder_count; i++) {
		buf_add_char(out, ',');
		buf_add_json(out, s->ladder[i].text);
	}
	/* What came later stands behind the steps under its name, and only when it is not the
	 * default: a pack without it keeps its version. */
	if (strcmp(s->permit_ahead, PERMIT_AHEAD) != 0)
		add_named(out, "permit_ahead", s->permit_ahead);
	if (strcmp(s->letter_due, LETTER_DUE) != 0)
		add_named(out, "letter_due", s->letter_due);
	if (*s->sms_join)
		add_named(out, "sms_join", s->sms_join);
	if (*s->quiet)
		add_named(out, "quiet", s->quiet);
	if (*s->digest)
		add_named(out, "digest", s->digest);
	buf_add_str(out, "]\n");
}

static void add_calendar(const struct calendar *c, struct buf *out)
{
	char date[TIMEFMT_BYTES];
	int i;

	buf_add_str(out, "[\"calendar.json\"");
	for (i = 0; i < c->year_count; i++) {
		buf_add_char(out, ',');
		buf_add_int(out, c->years[i]);
	}
	for (i = 0; i < c->day_count; i++) {
		date_format(c->days[i].day, date);
		buf_printf(out, ",\"%s %s\"", date, c->days[i].is_work ? "work" : "off");
	}
	buf_add_str(out, "]\n");
}

void pack_canonical(const struct pack *p, struct buf *out)
{
	int i;

	add_settings(p, out);
	for (i = 0; i < SHEET_COUNT; i++)
		add_sheet(&p->sheets[i], out);
	add_calendar(p->calendar, out);
	for (i = 0; i < p->view.text_count; i++) {
		buf_add_str(out, "[\"texts\",");
		buf_add_json(out, p->view.texts[i].name);
		buf_add_char(out, ',');
		buf_add_json(out, p->view.texts[i].text);
		buf_add_str(out, "]\n");
	}
}
