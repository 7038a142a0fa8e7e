/* Gaps and overlaps that one pack has and the other has not, by type, item and region. */
#include <string.h>

#include "diff_in.h"

#define KEY_BYTES_MAX 1024

struct place {
	bool is_gap;
	uint32_t types[2]; /* a bit each type of event, of the old pack and of the new one */
};
struct places {
	struct arena *arena;
	struct strmap map; /* gap or overlap, item and region, to an index of list */
	struct place *list;
	int count;
};

static struct place *place_of(struct places *p, const struct check *c,
			      const struct check_finding *f, const struct check_place *at)
{
	char room[128];
	struct buf key;
	int found;

	buf_init_in(&key, room, sizeof(room), KEY_BYTES_MAX);
	buf_add_char(&key, f->code == CHECK_GAP ? 'g' : 'o');
	buf_add_str(&key, check_item_code(c, at->code));
	buf_add_char(&key, ' ');
	buf_add_str(&key, c->pack->view.regions[at->region].code);
	found = strmap_find(&p->map, key.data, key.len);
	if (found < 0) {
		p->list = arena_grow(p->arena, p->list, p->count, sizeof(*p->list));
		p->list[p->count].is_gap = f->code == CHECK_GAP;
		found = strmap_add(&p->map, arena_strndup(p->arena, key.data, key.len), key.len,
				   p->count++);
	}
	buf_clear(&key);
	return &p->list[found];
}

/* Notes are of the past or of what no pack can help. Several findings can be of one place. */
static void take(struct places *p, const struct check *c, int side)
{
	int count, i, place;
	const struct check_finding *all = check_findings(c, &count);

	for (i = 0; i < count; i++) {
		const struct check_finding *f = &all[i];

		if ((f->code != CHECK_GAP && f->code != CHECK_OVERLAP) || f->severity == CHECK_NOTE)
			continue;
		for (place = 0; place < f->place_count; place++)
			place_of(p, c, f, &f->places[place])->types[side] |= f->types;
	}
}

void diff_proof(struct diff *d)
{
	struct places p = {.arena = &d->scratch};
	int i;

	strmap_init(&p.map, p.arena, 64);
	take(&p, d->checks[WAS], WAS);
	take(&p, d->checks[IS], IS);
	for (i = 0; i < p.count; i++) {
		const struct place *x = &p.list[i];
		int come = __builtin_popcount(x->types[IS] & ~x->types[WAS]);
		int gone = __builtin_popcount(x->types[WAS] & ~x->types[IS]);

		*(x->is_gap ? &d->sums.new_gaps : &d->sums.new_overlaps) += come;
		*(x->is_gap ? &d->sums.gone_gaps : &d->sums.gone_overlaps) += gone;
	}
	arena_reset(&d->scratch);
}
