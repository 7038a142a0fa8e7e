/* A check as text for people and as JSON. */
#include "check_in.h"
#include "timefmt.h"

#define PLACES_SHOWN 1000
#define PLACES_BRIEF 20
#define EACH_SHOWN   20

static void add_types(uint32_t types, const char *quote, const char *between, struct buf *out)
{
	const char *b = "";
	int t;

	for (t = 0; t < EVENT_TYPE_COUNT; t++) {
		if (!(types >> t & 1))
			continue;
		buf_printf(out, "%s%s%s%s", b, quote, event_type_name((enum event_type)t), quote);
		b = between;
	}
}

static void json_places(const struct check *c, const struct check_finding *f, int most,
			struct buf *out)
{
	int i;

	buf_printf(out, ",\"items\":%d,\"regions\":%d,\"place_count\":%d,\"places\":[",
		   f->item_count, f->region_count, f->place_count);
	for (i = 0; i < f->place_count && i < most; i++) {
		buf_add_str(out, i ? ",[" : "[");
		buf_add_json(out, c->codes[f->places[i].code].text);
		buf_add_char(out, ',');
		buf_add_json(out, c->pack->view.regions[f->places[i].region].code);
		buf_add_char(out, ']');
	}
	buf_add_char(out, ']');
}

static void json_finding(const struct check *c, const struct check_finding *f, int places,
			 struct buf *out)
{
	buf_printf(out, "{\"code\":\"%s\",\"severity\":\"%s\",\"where\":", check_code_name(f->code),
		   check_severity_name(f->severity));
	buf_add_json(out, f->where);
	buf_add_str(out, ",\"name\":");
	buf_add_json(out, f->name);
	buf_add_str(out, ",\"other\":");
	buf_add_json(out, f->other);
	buf_add_str(out, ",\"what\":");
	buf_add_json(out, f->what);
	buf_add_str(out, ",\"types\":[");
	add_types(f->types, "\"", ",", out);
	buf_add_str(out, "],\"when\":");
	buf_add_json(out, f->when);
	json_places(c, f, places, out);
	buf_printf(out, ",\"witness\":%s,\"holder\":", f->witness ? f->witness : "null");
	buf_add_json(out, f->witness_holder);
	buf_printf(out, ",\"standing\":%s}", f->is_standing ? "true" : "false");
}

static void json_sums(const struct check *c, struct buf *out)
{
	const struct check_sums *s = &c->sums;
	int i;

	buf_printf(out, "{\"items\":%d,\"item_rows\":%d,\"regions\":%d,\"rules\":%d,\"bodies\":%d",
		   s->code_count, s->item_count, s->region_count, c->pack->view.rule_count,
		   c->pack->view.body_count);
	buf_printf(out, ",\"classes\":%d,\"combinations\":%.0f,\"situations\":%lld", s->class_count,
		   s->combination_count, s->situation_count);
	buf_printf(out, ",\"gap_places\":%lld,\"overlap_places\":%lld", s->gap_places,
		   s->overlap_places);
	for (i = 0; i < CHECK_SEVERITY_COUNT; i++)
		buf_printf(out, ",\"%ss\":%d", check_severity_name((enum check_severity)i),
			   s->by_severity[i]);
	buf_printf(out, ",\"standing\":%d", s->standing_count);
	buf_add_str(out, ",\"counts\":{");
	for (i = 0; i < CHECK_CODE_COUNT; i++)
		buf_printf(out, "%s\"%s\":%d", i ? "," : "", check_code_name((enum check_code)i),
			   s->by_code[i]);
	buf_printf(out, "},\"left_out\":%d}", s->left_out);
}

static void json_check(const struct check *c, int findings, int places, struct buf *out)
{
	char day[TIMEFMT_BYTES];
	int i;

	date_format(c->today, day);
	buf_add_str(out, "{\"policy\":");
	buf_add_json(out, c->pack->view.version);
	buf_printf(out, ",\"today\":\"%s\",\"summary\":", day);
	json_sums(c, out);
	buf_add_str(out, ",\"findings\":[");
	for (i = 0; i < findings; i++) {
		if (i)
			buf_add_char(out, ',');
		json_finding(c, &c->sorted[i], places, out);
	}
	buf_add_str(out, "]}");
}

void check_to_json(const struct check *c, struct buf *out)
{
	json_check(c, c->found_count, PLACES_SHOWN, out);
}

void check_to_brief_json(const struct check *c, int worst, struct buf *out)
{
	json_check(c, worst < c->found_count ? worst : c->found_count, PLACES_BRIEF, out);
}

static void text_finding(const struct check *c, const char *dir, const struct check_finding *f,
			 struct buf *out)
{
	buf_printf(out, "%s", dir);
	if (*f->where)
		buf_printf(out, "/%s", f->where);
	buf_printf(out, ": %s: %s", check_severity_name(f->severity), check_code_name(f->code));
	if (f->name)
		buf_printf(out, " %s", f->name);
	if (f->other)
		buf_printf(out, " and %s", f->other);
	buf_printf(out, ": %s", f->what);
	if (f->types) {
		buf_add_str(out, " [");
		if (f->types == TYPES_ALL)
			buf_add_str(out, "any event");
		else
			add_types(f->types, "", "|", out);
		buf_printf(out, "%s%s]", *f->when ? "; " : "", f->when);
	}
	if (f->place_count) {
		/* What is so wherever the row holds has one place for all of them. */
		bool everywhere = f->code == CHECK_SHADOWED || f->code == CHECK_NO_EFFECT;

		if (!everywhere)
			buf_printf(out, ": %d items x %d regions, %d places", f->item_count,
				   f->region_count, f->place_count);
		buf_printf(out, ", such as %s in %s", c->codes[f->places[0].code].text,
			   c->pack->view.regions[f->places[0].region].code);
	}
	buf_add_char(out, '\n');
	if (f->witness && f->severity > CHECK_NOTE)
		buf_printf(out, "\twitness%s%s: %s\n", f->witness_holder ? " held by " : "",
			   f->witness_holder ? f->witness_holder : "", f->witness);
}

static void text_findings(const struct check *c, const char *dir, struct buf *out)
{
	int i, alike = 0;

	for (i = 0; i < c->found_count; i++) {
		const struct check_finding *f = &c->sorted[i];
		bool last = i + 1 == c->found_count || f[1].code != f->code ||
			    f[1].severity != f->severity;

		if (alike++ < EACH_SHOWN)
			text_finding(c, dir, f, out);
		if (last && alike > EACH_SHOWN)
			buf_printf(out, "%s: %s: %s: and %d more, which --json has\n", dir,
				   check_severity_name(f->severity), check_code_name(f->code),
				   alike - EACH_SHOWN);
		if (last)
			alike = 0;
	}
}

void check_to_text(const struct check *c, const char *dir, struct buf *out)
{
	const struct check_sums *s = &c->sums;
	const struct pack_view *v = &c->pack->view;
	int i;

	text_findings(c, dir, out);
	buf_printf(out, "%s: %d rules, %d items in %d rows, %d bodies, %d regions\n", v->version,
		   v->rule_count, s->code_count, s->item_count, v->body_count, s->region_count);
	buf_printf(out, "looked at %.0f combinations in %lld situations that differ\n",
		   s->combination_count, s->situation_count);
	buf_printf(out,
		   "%d items x %d regions: gaps in %lld places, overlaps in %lld; "
		   "%d errors, %d warnings, %d notes",
		   s->code_count, s->region_count, s->gap_places, s->overlap_places,
		   s->by_severity[CHECK_ERROR], s->by_severity[CHECK_WARNING],
		   s->by_severity[CHECK_NOTE]);
	for (i = 0; i < CHECK_CODE_COUNT; i++) {
		if (s->by_code[i])
			buf_printf(out, ", %s %d", check_code_name((enum check_code)i),
				   s->by_code[i]);
	}
	if (s->left_out)
		buf_printf(out, ", and %d that are not listed", s->left_out);
	buf_add_char(out, '\n');
}
