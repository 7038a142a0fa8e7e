/*
 * Errors of the new pack that the old one has just so: of the same code, between the same rows,
 * under the same conditions, and for each of their types and places. Whoever changes one thing is
 * not held up by what was there before. What cannot be shown to be the same is not: classes that a
 * new row cuts, findings that are not listed, what was not proven.
 */
#include <string.h>

#include "diff_in.h"

#define KEY_BYTES_MAX 1024

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

static uint32_t *types_at(struct standing *s, const struct check *c, const struct check_place *p,
			  int label)
{
	char room[128];
	struct buf key;
	int at;

	buf_init_in(&key, room, sizeof(room), KEY_BYTES_MAX);
	buf_add_int(&key, label);
	buf_add_char(&key, ' ');
	buf_add_str(&key, check_item_code(c, p->code));
	buf_add_char(&key, ' ');
	buf_add_str(&key, c->pack->view.regions[p->region].code);
	at = strmap_find(&s->places, key.data, key.len);
	if (at < 0) {
		s->types = arena_grow(s->arena, s->types, s->places.count, sizeof(*s->types));
		at = strmap_add(&s->places, arena_strndup(s->arena, key.data, key.len), key.len,
				s->places.count);
	}
	buf_clear(&key);
	return &s->types[at];
}

static void remember(struct standing *s, const struct check *c)
{
	int i, place;

	for (i = 0; i < c->found_count; i++) {
		const struct check_finding *f = &c->sorted[i];
		int label = can_stand(f) ? label_of(s, f) : -1;

		for (place = 0; label >= 0 && place < f->place_count; place++)
			*types_at(s, c, &f->places[place], label) |= f->types;
	}
}

static bool was_there(struct standing *s, const struct check *c, const struct check_finding *f)
{
	int label = label_of(s, f), place;

	for (place = 0; place < f->place_count; place++) {
		if (f->types & ~*types_at(s, c, &f->places[place], label))
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

void diff_standing(struct diff *d)
{
	struct check *was = d->checks[WAS], *is = d->checks[IS];
	struct standing s = {.arena = &d->scratch};
	int i;

	if (d->packs[WAS] == d->packs[IS] || is->sums.left_out ||
	    !was->sums.by_severity[CHECK_ERROR])
		return;
	strmap_init(&s.labels, &d->scratch, 64);
	strmap_init(&s.places, &d->scratch, 64);
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
