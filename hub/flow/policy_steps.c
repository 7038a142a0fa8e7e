/* policy_steps.c: the steps of the policies, read and written as JSON, and what follows from them.
 */
#include <string.h>

#include "flow/policies_in.h"
#include "flow/view.h"

#define STEPS_SHOWN 50

static const char *const kind_names[STEP_KIND_COUNT] = {
	"submitted", "approved", "scheduled", "activated", "withdrawn", "shadow-on", "shadow-off",
};

const char *step_kind_name(enum step_kind kind)
{
	return (unsigned)kind < STEP_KIND_COUNT ? kind_names[kind] : "";
}

struct policy *policy_find(const struct policies *ps, const char *version)
{
	for (int i = 0; i < ps->count; i++) {
		if (!strcmp(ps->list[i]->version, version))
			return ps->list[i];
	}
	return NULL;
}

static void *grown(struct arena *arena, const void *list, int count, int *room)
{
	void **more;

	*room = *room ? *room * 2 : 64;
	more = arena_alloc(arena, (size_t)*room * sizeof(*more));
	if (count)
		memcpy(more, list, (size_t)count * sizeof(*more));
	return more;
}

struct policy *policy_get(struct policies *ps, const char *version)
{
	struct policy *p = policy_find(ps, version);

	if (p)
		return p;
	if (ps->count == ps->room)
		ps->list = grown(&ps->arena, ps->list, ps->count, &ps->room);
	p = arena_zalloc(&ps->arena, sizeof(*p));
	p->version = arena_strdup(&ps->arena, version);
	ps->list[ps->count++] = p;
	return p;
}

/* A version that was never in force is gone when it is withdrawn; another one only loses its time.
 */
static void withdraw(struct policies *ps, struct policy *p)
{
	p->scheduled = NULL;
	if (p->activated)
		return;
	p->submitted = p->approved = NULL;
	p->is_stored = false;
	if (ps->shadow == p)
		ps->shadow = NULL;
	policy_let_go(ps, p);
}

static void activate(struct policies *ps, struct policy *p, const struct policy_step *st)
{
	p->activated = st;
	p->scheduled = NULL;
	ps->force = p;
	if (ps->shadow == p)
		ps->shadow = NULL; /* it would be compared with itself */
	if (*st->folder)
		ps->folder = st->folder;
}

/* Places are what the cursors of the list count, so each hub has to give the same one: the names
 * come from Redis in no order. */
static void take_place(struct policies *ps, struct policy *p)
{
	int from = ps->stepped_count, at = from;

	if (p->has_stepped)
		return;
	while (ps->list[at] != p)
		at++;
	memmove(ps->list + from + 1, ps->list + from, (size_t)(at - from) * sizeof(*ps->list));
	ps->list[from] = p;
	p->has_stepped = true;
	ps->stepped_count++;
}

static void follow(struct policies *ps, const struct policy_step *st)
{
	struct policy *p = policy_get(ps, st->version);

	take_place(ps, p);
	p->is_stored = true;
	switch (st->kind) {
	case STEP_SUBMITTED:
		p->submitted = st;
		return;
	case STEP_APPROVED:
		p->approved = st;
		return;
	case STEP_SCHEDULED:
		p->scheduled = st;
		return;
	case STEP_ACTIVATED:
		activate(ps, p, st);
		return;
	case STEP_WITHDRAWN:
		withdraw(ps, p);
		return;
	case STEP_SHADOW_ON:
		ps->shadow = p;
		return;
	case STEP_SHADOW_OFF:
		ps->shadow = NULL;
		return;
	case STEP_KIND_COUNT:
		return;
	}
}

static const char *text_of(struct policies *ps, const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? arena_strdup(&ps->arena, s) : "";
}

static enum step_kind kind_of(const char *name)
{
	int kind = 0;

	while (kind < STEP_KIND_COUNT && strcmp(kind_names[kind], name) != 0)
		kind++;
	return (enum step_kind)kind;
}

void policy_step_take(struct policies *ps, struct bytes line)
{
	struct policy_step *st = arena_zalloc(&ps->arena, sizeof(*st));
	json_t *o = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);

	st->kind = kind_of(text_of(ps, o, "step"));
	st->version = text_of(ps, o, "version");
	st->by = text_of(ps, o, "by");
	st->why = text_of(ps, o, "why");
	st->folder = text_of(ps, o, "folder");
	st->at_ms = json_integer_value(json_object_get(o, "at"));
	st->for_ms = json_integer_value(json_object_get(o, "for"));
	st->accepts_standing = json_is_true(json_object_get(o, "standing"));
	json_decref(o);
	if (ps->step_count == ps->step_room)
		ps->steps = grown(&ps->arena, ps->steps, ps->step_count, &ps->step_room);
	ps->steps[ps->step_count++] = st;
	if (st->kind != STEP_KIND_COUNT && *st->version)
		follow(ps, st);
}

static void member(struct buf *out, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, value);
}

void policy_step_print(const struct policy_step *st, struct buf *out)
{
	buf_printf(out, "{\"step\":\"%s\"", step_kind_name(st->kind));
	member(out, "version", st->version);
	member(out, "by", st->by);
	member(out, "why", st->why);
	member(out, "folder", st->folder);
	buf_printf(out, ",\"at\":%lld", (long long)st->at_ms);
	if (st->for_ms)
		buf_printf(out, ",\"for\":%lld", (long long)st->for_ms);
	if (st->accepts_standing)
		buf_add_str(out, ",\"standing\":true");
	buf_add_char(out, '}');
}

const char *policy_state(const struct policies *ps, const struct policy *p)
{
	if (!p)
		return NULL;
	if (p == ps->force)
		return "in-force";
	if (p->scheduled)
		return "scheduled";
	if (p->activated)
		return "former";
	if (p->approved)
		return "approved";
	return p->submitted ? "submitted" : NULL;
}

static void add_step(const struct policy_step *st, struct buf *out)
{
	buf_printf(out, "{\"step\":\"%s\",\"by\":", step_kind_name(st->kind));
	buf_add_json(out, st->by);
	buf_add_str(out, ",\"at\":");
	view_time(out, st->at_ms);
	buf_add_str(out, ",\"why\":");
	buf_add_json(out, *st->why ? st->why : NULL);
	buf_add_str(out, ",\"for\":");
	view_time(out, st->for_ms);
	buf_printf(out, ",\"standing\":%s}", st->accepts_standing ? "true" : "false");
}

void policy_life(const struct policies *ps, const struct policy *p, struct buf *out)
{
	int left = STEPS_SHOWN;

	buf_add_str(out, "\"version\":");
	buf_add_json(out, p->version);
	buf_printf(out, ",\"state\":\"%s\",\"steps\":[", policy_state(ps, p));
	for (int i = ps->step_count - 1; i >= 0 && left; i--) {
		if (strcmp(ps->steps[i]->version, p->version) != 0 ||
		    ps->steps[i]->kind == STEP_KIND_COUNT)
			continue;
		if (left-- < STEPS_SHOWN)
			buf_add_char(out, ',');
		add_step(ps->steps[i], out);
	}
	buf_add_char(out, ']');
}
