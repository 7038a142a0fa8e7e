/* Findings: what is alike becomes one with several places, then all are put into order and words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_in.h"

#define FOUND_MAX 20000

const char *check_severity_name(enum check_severity s)
{
	static const char *const names[CHECK_SEVERITY_COUNT] = {"note", "warning", "error"};

	return (unsigned)s < CHECK_SEVERITY_COUNT ? names[s] : "";
}

static const struct {
	const char *name, *what;
} codes[CHECK_CODE_COUNT] = {
	[CHECK_GAP] = {"gap", "nobody leads, and no row says that nobody shall"},
	[CHECK_OVERLAP] = {"overlap", "several bodies lead"},
	[CHECK_TOO_COMPLEX] = {"too-complex", "not proven"},
	[CHECK_DANGLING] = {"dangling", "a name leads nowhere"},
	[CHECK_CIRCLE] = {"circle", "the row overrides itself, over others or directly"},
	[CHECK_SHADOWED] = {"shadowed", "wherever the row holds, another one overrides it"},
	[CHECK_UNREACHABLE] = {"unreachable", "no event can make the row hold"},
	[CHECK_NO_EFFECT] = {"no-effect", "every decision would be the same without the row"},
	[CHECK_NO_BODY] = {"no-body", "the recipient is nobody there"},
	[CHECK_AMBIGUOUS] = {"ambiguous", "several bodies would do, the first is taken"},
	[CHECK_ITEM_SILENT] = {"item-silent", "no row ever says whom to tell about the item"},
	[CHECK_ITEM_UNUSED] = {"item-unused", "another row of the same code applies everywhere"},
	[CHECK_UNCOVERED] = {"uncovered", "no row of the code applies there"},
	[CHECK_NO_YEAR] = {"no-year",
			   "the calendar does not list a year that has begun or is near"},
	[CHECK_NO_BASIS] = {"no-basis", "the basis is blank"},
	[CHECK_BODY_IDLE] = {"body-idle", "no row ever addresses the body"},
	[CHECK_NO_CONTACT] = {"no-contact", "the body is told, but contacts.csv has nobody of it"},
	[CHECK_EXPIRED] = {"expired", "the row is out of force"},
	[CHECK_NOT_YET] = {"not-yet", "the row is not in force yet"},
};

const char *check_code_name(enum check_code c)
{
	return (unsigned)c < CHECK_CODE_COUNT ? codes[c].name : "";
}

bool check_is_past(const struct check *c, const int *path)
{
	int value = path[AXIS_DAY];

	return value >= 0 && c->space.axes[AXIS_DAY].values[value].hi < c->today;
}

/* Findings of a row by itself differ by the row only, those of combinations by all that they are.
 */
static struct memo_key key_of(struct check *c, const struct report *r)
{
	int axes = r->path_tells ? c->space.axis_count : 0, i, count = 0;
	int *key = arena_alloc(&c->arena, ((size_t)axes + 10) * sizeof(*key));

	key[count++] = r->code;
	key[count++] = r->severity;
	key[count++] = r->sheet;
	key[count++] = r->subject;
	key[count++] = r->other;
	key[count++] = r->named;
	key[count++] = r->without_bodies;
	key[count++] = r->path_tells ? (int)r->types : 0;
	key[count++] = r->where ? c->found_count : -1;
	for (i = AXIS_DAY; i < axes; i++)
		key[count++] = r->path[i] < 0 ? -1 : r->path[i];
	return (struct memo_key){(const char *)key, (size_t)count * sizeof(*key)};
}

static struct found *found_add(struct check *c, const struct report *r)
{
	struct found *f = arena_zalloc(&c->arena, sizeof(*f));

	if (c->found_count == c->found_room) {
		int room = c->found_room ? c->found_room * 2 : 64;
		struct found **more = arena_alloc(&c->arena, (size_t)room * sizeof(*more));

		if (c->found_count)
			memcpy(more, c->found, (size_t)c->found_count * sizeof(*more));
		c->found = more;
		c->found_room = room;
	}
	f->report = *r;
	f->f.code = r->code;
	f->f.severity = r->severity;
	if (r->path) {
		size_t bytes = (size_t)c->space.axis_count * sizeof(int);

		f->report.path = memcpy(arena_alloc(&c->arena, bytes), r->path, bytes);
	}
	c->found[c->found_count++] = f;
	return f;
}

static void add_place(struct check *c, struct found *f, struct check_place place)
{
	struct check_place *more;
	int n = f->f.place_count;

	if (place.code < 0 ||
	    (n && f->places[n - 1].code == place.code && f->places[n - 1].region == place.region))
		return;
	if (n == f->place_room) {
		f->place_room = n ? n * 2 : 1;
		more = arena_alloc(&c->arena, (size_t)f->place_room * sizeof(*more));
		if (n)
			memcpy(more, f->places, (size_t)n * sizeof(*more));
		f->places = more;
	}
	f->places[f->f.place_count++] = place;
}

void check_report(struct check *c, const struct report *r, struct check_place place)
{
	struct memo_key key = key_of(c, r);
	struct found *f;
	int at;

	if (!c->found_map.slots)
		strmap_init(&c->found_map, &c->arena, FOUND_MAX);
	at = strmap_find(&c->found_map, key.data, key.len);
	if (at < 0 && c->found_count == FOUND_MAX) {
		c->sums.left_out++;
		return;
	}
	if (at >= 0) {
		f = c->found[at];
	} else {
		strmap_add(&c->found_map, key.data, key.len, c->found_count);
		f = found_add(c, r);
	}
	f->f.types |= r->types;
	add_place(c, f, place);
}

static const char *name_of(const struct check *c, enum sheet_id sheet, int row)
{
	static const int names[SHEET_COUNT] = {[SHEET_RULES] = RULE_ID, [SHEET_ITEMS] = ITEM_CODE};

	return row < 0 ? NULL : sheet_cell(&c->pack->sheets[sheet], row, names[sheet])->text;
}

static const char *where_of(struct check *c, const struct report *r)
{
	const struct sheet *s = &c->pack->sheets[r->sheet];

	if (r->where)
		return r->where;
	if (r->subject < 0)
		return "";
	return arena_printf(&c->arena, "%s:%d", s->spec->file, sheet_cell(s, r->subject, 0)->line);
}

static const char *what_of(struct check *c, const struct report *r)
{
	static const char *const named[TO_HOLDER + 1] = {
		[TO_ACCEPTING] = "when the event names another body as accepting",
		[TO_REVIEWING] = "when the event names another body as reviewing",
		[TO_DECIDING] = "when the event names another body as deciding",
		[TO_HOLDER] = "when another body holds an earlier notice"};
	const char *detail = r->detail;

	if (r->code == CHECK_DANGLING)
		return detail;
	if (!detail && r->named)
		detail = named[r->named];
	else if (!detail && r->without_bodies)
		detail = "when the event names no bodies";
	else if (!detail && r->code == CHECK_GAP && r->subject >= 0)
		detail = "the row's recipient is nobody there";
	return detail ? arena_printf(&c->arena, "%s: %s", codes[r->code].what, detail)
		      : codes[r->code].what;
}

static void count_places(struct check *c, struct check_finding *f)
{
	unsigned char *seen = arena_zalloc(&c->scratch, (size_t)c->pack->view.region_count);
	int i;

	for (i = 0; i < f->place_count; i++) {
		f->item_count += !i || f->places[i - 1].code != f->places[i].code;
		f->region_count += !seen[f->places[i].region];
		seen[f->places[i].region] = 1;
	}
	arena_reset(&c->scratch);
}

static int found_order(const void *a, const void *b)
{
	const struct found *x = *(struct found *const *)a, *y = *(struct found *const *)b;

	if (x->f.severity != y->f.severity)
		return (int)y->f.severity - (int)x->f.severity;
	if (x->f.code != y->f.code)
		return (int)x->f.code - (int)y->f.code;
	if (x->report.subject != y->report.subject)
		return x->report.subject - y->report.subject;
	return (x->f.place_count < y->f.place_count) - (x->f.place_count > y->f.place_count);
}

static void show(struct check *c, struct found *f)
{
	const struct report *r = &f->report;
	const struct check_place *place = &f->places[0];
	const struct witness w = {
		.space = &c->space,
		.pack = c->pack,
		.id = arena_printf(&c->arena, "%s-%d-%d", check_code_name(r->code), place->code,
				   place->region),
		.item = c->codes[place->code].text,
		.region = place->region,
		.type = (enum event_type)__builtin_ctz(r->types),
		.path = r->path,
		.without_bodies = r->without_bodies,
		.named = r->named,
		.named_body = r->named_body,
	};

	f->f.witness = witness_make(&w, &c->arena);
	if (f->f.witness && r->named == TO_HOLDER)
		f->f.witness_holder = c->pack->view.bodies[r->named_body].id;
}

void check_finish(struct check *c)
{
	int i;

	c->sorted = arena_zalloc(&c->arena, ((size_t)c->found_count + 1) * sizeof(*c->sorted));
	if (c->found_count)
		qsort(c->found, (size_t)c->found_count, sizeof(struct found *), found_order);
	for (i = 0; i < c->found_count; i++) {
		struct found *f = c->found[i];
		const struct report *r = &f->report;

		f->f.places = f->places;
		f->f.where = where_of(c, r);
		f->f.name = name_of(c, r->sheet, r->subject);
		f->f.other = name_of(c, r->sheet, r->other);
		f->f.what = what_of(c, r);
		f->f.when =
			r->path && r->path_tells ? witness_when(&c->space, r->path, &c->arena) : "";
		count_places(c, &f->f);
		if (r->path && f->f.place_count)
			show(c, f);
		c->sums.by_code[r->code]++;
		c->sums.by_severity[r->severity]++;
		c->sorted[i] = f->f;
	}
}

const struct check_finding *check_findings(const struct check *c, int *ret_count)
{
	*ret_count = c->found_count;
	return c->sorted;
}
