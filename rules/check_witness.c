#include "check_witness.h"

#include <string.h>

#include "timefmt.h"

#define WITNESS_BYTES_MAX ((size_t)4 << 20)

static const struct axis_value *value_at(const struct space *s, const int *path, int axis)
{
	int value = path[axis] < 0 ? ~path[axis] : path[axis];

	return &s->axes[axis].values[value];
}

/* Who stands in for the approval body: the nearest one, or else anybody. */
static int approver_of(const struct pack *p, int region)
{
	const struct pack_view *v = &p->view;
	int body;

	for (; region >= 0; region = v->regions[region].parent) {
		for (body = 0; body < v->body_count; body++) {
			if (v->bodies[body].kind == BODY_APPROVAL &&
			    v->bodies[body].region == region)
				return body;
		}
	}
	return v->body_count ? 0 : -1;
}

int witness_other_body(const struct pack *p, int body)
{
	const struct pack_view *v = &p->view;
	int i;

	for (i = v->body_count - 1; i >= 0; i--) {
		if (i != body && v->bodies[i].kind != BODY_APPROVAL)
			return i;
	}
	return -1;
}

static void add_value(struct buf *out, const struct axis_value *v)
{
	switch (v->kind) {
	case VALUE_FLAG:
		buf_add_str(out, v->number ? "true" : "false");
		break;
	case VALUE_NUMBER:
		buf_printf(out, "%.17g", v->number);
		break;
	default:
		buf_add_jsonn(out, v->text, v->len);
	}
}

static void add_attributes(const struct space *s, const int *path, struct buf *out)
{
	const char *between = "";
	int i;

	buf_add_str(out, ",\"attributes\":{");
	for (i = AXIS_ATTRIBUTES; i < s->axis_count; i++) {
		const struct axis_value *v = value_at(s, path, i);

		if (v->kind == VALUE_MISSING)
			continue;
		buf_add_str(out, between);
		buf_add_json(out, s->axes[i].attribute);
		buf_add_char(out, ':');
		add_value(out, v);
		between = ",";
	}
	buf_add_char(out, '}');
}

static void add_bodies(const struct witness *w, struct buf *out)
{
	static const struct {
		const char *name;
		int kind;
	} members[] = {{"accepting", TO_ACCEPTING},
		       {"reviewing", TO_REVIEWING},
		       {"deciding", TO_DECIDING}};
	int approver = approver_of(w->pack, w->region), i;

	if (w->without_bodies || approver < 0)
		return;
	for (i = 0; i < 3; i++) {
		int body = members[i].kind == w->named ? w->named_body : approver;

		buf_printf(out, "%s\"%s\":", i ? "," : ",\"bodies\":{", members[i].name);
		buf_add_json(out, w->pack->view.bodies[body].id);
	}
	buf_add_char(out, '}');
}

const char *witness_make(const struct witness *w, struct arena *arena)
{
	const char *region = w->pack->view.regions[w->region].code, *text;
	char day[TIMEFMT_BYTES];
	struct buf out;

	date_format((int32_t)value_at(w->space, w->path, AXIS_DAY)->number, day);
	buf_init(&out, WITNESS_BYTES_MAX);
	buf_printf(
		&out,
		"{\"specversion\":\"1.0\",\"type\":\"approval.%s\",\"source\":\"/sources/check\","
		"\"id\":\"%s\",\"time\":\"%sT10:00:00+08:00\",\"data\":{\"case\":\"CHECK\"",
		event_type_name(w->type), w->id, day);
	buf_add_str(&out, *w->item ? ",\"item\":" : ",\"scope\":");
	buf_add_json(&out, *w->item ? w->item : "无");
	buf_add_str(&out, ",\"region\":");
	buf_add_json(&out, region);
	buf_add_str(&out, ",\"accepted_in\":");
	buf_add_json(&out, region);
	add_bodies(w, &out);
	buf_add_str(&out, ",\"applicant\":{\"kind\":\"entity\",\"name\":\"示例单位\"}");
	buf_printf(&out, ",\"permit\":{\"decided_on\":\"%s\"}", day);
	add_attributes(w->space, w->path, &out);
	buf_add_str(&out, "}}");
	text = out.overflow ? NULL : arena_strndup(arena, out.data, out.len);
	buf_clear(&out);
	return text;
}

static void when_number(const char *name, const struct axis_value *v, struct buf *out)
{
	if (v->lo == v->hi)
		buf_printf(out, "%s = %.15g", name, v->lo);
	else if (v->lo == -__builtin_inf() && v->hi == __builtin_inf())
		buf_printf(out, "%s is a number", name);
	else if (v->lo == -__builtin_inf())
		buf_printf(out, "%s < %.15g", name, v->hi);
	else if (v->hi == __builtin_inf())
		buf_printf(out, "%s > %.15g", name, v->lo);
	else
		buf_printf(out, "%.15g < %s < %.15g", v->lo, name, v->hi);
}

static void when_day(const struct axis_value *v, struct buf *out)
{
	char first[TIMEFMT_BYTES], last[TIMEFMT_BYTES];

	date_format((int32_t)v->lo, first);
	date_format((int32_t)v->hi, last);
	if (v->lo == v->hi)
		buf_printf(out, "decided on %s", first);
	else
		buf_printf(out, "decided from %s until %s", first, last);
}

static void when_value(const char *name, const struct axis_value *v, struct buf *out)
{
	switch (v->kind) {
	case VALUE_TYPE:
		break;
	case VALUE_DAY:
		when_day(v, out);
		break;
	case VALUE_MISSING:
		buf_printf(out, "no %s", name);
		break;
	case VALUE_FLAG:
		buf_printf(out, "%s = %s", name, v->number ? "true" : "false");
		break;
	case VALUE_NUMBER:
		when_number(name, v, out);
		break;
	case VALUE_TEXT:
		buf_printf(out, "%s = %.*s", name, (int)v->len, v->text);
		break;
	case VALUE_UNLIKE:
		buf_printf(out, "%s is a text that no rule names", name);
		break;
	}
}

const char *witness_when(const struct space *s, const int *path, struct arena *arena)
{
	const char *text;
	struct buf out;
	int i;

	buf_init(&out, WITNESS_BYTES_MAX);
	for (i = AXIS_DAY; i < s->axis_count; i++) {
		if (path[i] < 0)
			continue;
		if (out.len)
			buf_add_str(&out, ", ");
		when_value(s->axes[i].attribute, value_at(s, path, i), &out);
	}
	text = arena_strndup(arena, out.len ? out.data : "", out.len);
	buf_clear(&out);
	return text;
}
