/* Gaps and overlaps that one pack has and the other has not, by type, item and region. */
#include <string.h>

#include "diff_in.h"

#define PLACES_MAX (2 << 20)

struct counting {
	struct diff *diff;
	const struct check *check;
	struct strmap *known;
	long long gaps, overlaps;
};

/* Calls back for each type and place; notes are of the past or of what no pack can help. */
typedef void on_place_fn(struct counting *k, const struct check_finding *f, const char *key);

static const char *key_of(struct counting *k, const struct check_finding *f, int type, int place)
{
	return arena_printf(
		&k->diff->scratch, "%d %d %s %s", (int)f->code, type,
		check_item_code(k->check, f->places[place].code),
		k->check->pack->view.regions[f->places[place].region].code);
}

static void each_place(struct counting *k, on_place_fn *on_place)
{
	int count, i, type, place;
	const struct check_finding *all = check_findings(k->check, &count);

	for (i = 0; i < count; i++) {
		const struct check_finding *f = &all[i];

		if ((f->code != CHECK_GAP && f->code != CHECK_OVERLAP) ||
		    f->severity == CHECK_NOTE)
			continue;
		for (place = 0; place < f->place_count; place++) {
			for (type = 0; type < EVENT_TYPE_COUNT; type++) {
				if (f->types >> type & 1)
					on_place(k, f, key_of(k, f, type, place));
			}
		}
	}
}

static void remember(struct counting *k, const struct check_finding *f, const char *key)
{
	(void)f;
	if (k->known->count < k->known->room)
		strmap_add(k->known, key, strlen(key), 1);
}

static void count_new(struct counting *k, const struct check_finding *f, const char *key)
{
	if (strmap_find(k->known, key, strlen(key)) >= 0)
		return;
	/* Several findings can be of one place. */
	remember(k, f, key);
	k->gaps += f->code == CHECK_GAP;
	k->overlaps += f->code == CHECK_OVERLAP;
}

static int places_of(const struct check *c)
{
	int count, i;
	const struct check_finding *all = check_findings(c, &count);
	long long places = 0;

	for (i = 0; i < count; i++)
		places += (long long)all[i].place_count * __builtin_popcount(all[i].types);
	return places > PLACES_MAX ? PLACES_MAX : (int)places;
}

static struct counting come_and_gone(struct diff *d, int from, int to)
{
	struct strmap known;
	struct counting k = {.diff = d, .check = d->checks[from], .known = &known};

	strmap_init(&known, &d->scratch, places_of(d->checks[from]) + places_of(d->checks[to]) + 1);
	each_place(&k, remember);
	k.check = d->checks[to];
	each_place(&k, count_new);
	arena_reset(&d->scratch);
	return k;
}

void diff_proof(struct diff *d)
{
	struct counting come = come_and_gone(d, WAS, IS), gone = come_and_gone(d, IS, WAS);

	d->sums.new_gaps = come.gaps;
	d->sums.new_overlaps = come.overlaps;
	d->sums.gone_gaps = gone.gaps;
	d->sums.gone_overlaps = gone.overlaps;
}
