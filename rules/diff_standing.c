/*
 * Errors of the new pack that the old one has just so: of the same code, between the same rows, under the same conditions, and
 * for each of their types and places. Whoever changes one thing is not held up by what was there before. What cannot be shown
 * to be the same is not: classes that a new row cuts, findings that are not listed, what was not proven.
 */
#include <string.h>

#include "diff_in.h"

#define PLACES_MAX (2 << 20)

struct standing {
	struct arena *arena;
	struct strmap labels; /* what a finding says, without its types and places */
	struct strmap places; /* a label, an item and a region, to an index of types */
	uint32_t *types;      /* a bit each type of event */
};

static bool can_stand(const struct check_finding *f)
{
	return f->severity == CHECK_ERROR && (f->code == CHECK_GAP || f->code == CHECK_OVERLAP);
}

static int label_of(struct standing *s, const struct check_finding *f)
{
	const char *text = arena_printf(s->arena, "%d\n%s\n%s\n%s", (int)f->code,
					f->name ? f->name : "", f->other ? f->other : "", f->when);

	return strmap_add(&s->labels, text, strlen(text), s->labels.count);
}

/* NULL: there is no room for more places, so this one is not known. */
static uint32_t *types_at(struct standing *s, const struct check *c, const struct check_place *p,
			  int label)
{
	const char *text = arena_printf(s->arena, "%d %s %s", label, check_item_code(c, p->code),
					c->pack->view.regions[p->region].code);
	int at = strmap_find(&s->places, text, strlen(text));

	if (at < 0 && s->places.count == s->places.room)
		return NULL;
	if (at < 0)
		at = strmap_add(&s->places, text, strlen(text), s->places.count);
	return &s->types[at];
}

static void remember(struct standing *s, const struct check *c)
{
	int i, place;

	for (i = 0; i < c->found_count; i++) {
		const struct check_finding *f = &c->sorted[i];
		int label = can_stand(f) ? label_of(s, f) : -1;

		for (place = 0; label >= 0 && place < f->place_count; place++) {
			uint32_t *types = types_at(s, c, &f->places[place], label);

			if (types)
				*types |= f->types;
		}
	}
}

static bool was_there(struct standing *s, const struct check *c, const struct check_finding *f)
{
	int label = label_of(s, f), place;

	for (place = 0; place < f->place_count; place++) {
		const uint32_t *types = types_at(s, c, &f->places[place], label);

		if (!types || f->types & ~*types)
			return false;
	}
	return true;
}

/* New errors come first, because a brief report has the first findings only. */
static void put_last(struct check *c, struct arena *arena)
{
	size_t room = (size_t)c->sums.standing_count * sizeof(*c->sorted);
	struct check_finding *standing = arena_alloc(arena, room);
	int i, errors = c->sums.by_severity[CHECK_ERROR], fresh = 0, last = 0;

	for (i = 0; i < errors; i++) {
		if (c->sorted[i].is_standing)
			standing[last++] = c->sorted[i];
		else
			c->sorted[fresh++] = c->sorted[i];
	}
	memcpy(&c->sorted[fresh], standing, room);
}

static int places_of(const struct check *c)
{
	long long count = 0;
	int i;

	for (i = 0; i < c->found_count; i++)
		count += can_stand(&c->sorted[i]) ? c->sorted[i].place_count : 0;
	return count > PLACES_MAX ? PLACES_MAX : (int)count;
}

void diff_standing(struct diff *d)
{
	struct check *was = d->checks[WAS], *is = d->checks[IS];
	struct standing s = {.arena = &d->scratch};
	int i, room = places_of(was);

	if (d->packs[WAS] == d->packs[IS] || is->sums.left_out || !room)
		return;
	room += places_of(is);
	strmap_init(&s.labels, &d->scratch, was->found_count + is->found_count);
	strmap_init(&s.places, &d->scratch, room);
	s.types = arena_zalloc(&d->scratch, (size_t)room * sizeof(*s.types));
	remember(&s, was);
	for (i = 0; i < is->sums.by_severity[CHECK_ERROR]; i++) {
		struct check_finding *f = &is->sorted[i];

		f->is_standing = can_stand(f) && was_there(&s, is, f);
		is->sums.standing_count += f->is_standing;
	}
	if (is->sums.standing_count)
		put_last(is, &d->scratch);
	arena_reset(&d->scratch);
}
