#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column mostly has few different values, however many its rows are. */
#define ROOM_FIRST 64

/*
 * While a column is built: which rows ask for anything, which for one of these (positive), which
 * for none of these (negative). A class follows from its hits, the rows one of whose alternatives
 * takes the value.
 */
struct build {
	struct table *table;
	struct arena scratch;
	const struct cond *conds;
	uint64_t *any, *positive, *negative, *hits, *set;
	struct strmap known; /* finished classes by their bits */
	rowset *finished;
	int finished_count;
};
/* The rows that mention one pattern, in a list. */
struct mention {
	int row;
	struct mention *next;
};
struct pattern {
	const char *text;
	size_t len;
	struct mention *mentions;
};
struct patterns {
	struct strmap map;
	struct pattern *list;
	int count;
};

void table_init(struct table *t, struct arena *arena, int row_count, int column_count)
{
	*t = (struct table){.arena = arena, .row_count = row_count};
	t->word_count = (row_count + 63) / 64;
	t->live_count = (t->word_count + 63) / 64;
	t->columns = arena_zalloc(arena, (size_t)column_count * sizeof(*t->columns));
}

static size_t set_bytes(const struct table *t)
{
	return (size_t)t->word_count * sizeof(uint64_t);
}

static void set_bit(uint64_t *set, int row)
{
	set[row >> 6] |= UINT64_C(1) << (row & 63);
}

static void clear_bit(uint64_t *set, int row)
{
	set[row >> 6] &= ~(UINT64_C(1) << (row & 63));
}

static void build_begin(struct build *b, struct table *t, const struct cond *conds)
{
	int row;

	*b = (struct build){.table = t, .conds = conds};
	arena_init(&b->scratch);
	b->any = arena_zalloc(&b->scratch, set_bytes(t));
	b->positive = arena_zalloc(&b->scratch, set_bytes(t));
	b->negative = arena_zalloc(&b->scratch, set_bytes(t));
	b->hits = arena_zalloc(&b->scratch, set_bytes(t));
	b->set = arena_zalloc(&b->scratch, set_bytes(t));
	strmap_init(&b->known, &b->scratch, ROOM_FIRST);
	for (row = 0; row < t->row_count; row++)
		set_bit(conds[row].any	    ? b->any
			: conds[row].negate ? b->negative
					    : b->positive,
			row);
}

static bool is_full(const struct table *t, const uint64_t *set)
{
	int w;

	for (w = 0; w < t->word_count - 1; w++) {
		if (~set[w])
			return false;
	}
	return !t->word_count || set[w] == ~UINT64_C(0) >> (63 - (t->row_count - 1) % 64);
}

/* Equal classes are kept once; most regions and most numbers share theirs with a neighbour. */
static rowset class_keep(struct build *b, const uint64_t *set)
{
	struct table *t = b->table;
	const size_t live_bytes = (size_t)t->live_count * sizeof(uint64_t);
	uint64_t *copy;
	int at, w;

	if (is_full(t, set))
		return NULL;
	at = strmap_find(&b->known, (const char *)set, set_bytes(t));
	if (at >= 0)
		return b->finished[at];
	t->bytes += set_bytes(t) + live_bytes;
	/* Past the limit the pack is refused, so any class will do until then. */
	if (t->bytes > TABLE_BYTES_MAX && b->finished_count)
		return b->finished[0];
	copy = (uint64_t *)arena_zalloc(t->arena, live_bytes + set_bytes(t)) + t->live_count;
	memcpy(copy, set, set_bytes(t));
	for (w = 0; w < t->word_count; w++)
		copy[w / 64 - t->live_count] |= (uint64_t)(set[w] != 0) << (w & 63);
	strmap_add(&b->known, (const char *)copy, set_bytes(t), b->finished_count);
	b->finished = arena_grow(&b->scratch, b->finished, b->finished_count, sizeof(*b->finished));
	b->finished[b->finished_count] = copy;
	return b->finished[b->finished_count++];
}

static rowset class_of_hits(struct build *b, const uint64_t *hits)
{
	int w;

	for (w = 0; w < b->table->word_count; w++)
		b->set[w] = b->any[w] | (hits[w] & b->positive[w]) | (~hits[w] & b->negative[w]);
	return class_keep(b, b->set);
}

static void pattern_mention(struct patterns *p, struct build *b, const struct elem *e, int row)
{
	struct mention *m = arena_alloc(&b->scratch, sizeof(*m));
	int at = strmap_add(&p->map, e->text, e->len, p->count);

	if (at == p->count) {
		p->list = arena_grow(&b->scratch, p->list, p->count, sizeof(*p->list));
		p->list[p->count++] = (struct pattern){.text = e->text, .len = e->len};
	}
	*m = (struct mention){row, p->list[at].mentions};
	p->list[at].mentions = m;
}

static int count_elems(const struct build *b, enum elem_kind kind)
{
	int row, i, count = 0;

	for (row = 0; row < b->table->row_count; row++) {
		for (i = 0; i < b->conds[row].count; i++)
			count += b->conds[row].elems[i].kind == kind;
	}
	return count;
}

static void gather(struct patterns *p, struct build *b, enum elem_kind kind)
{
	int row, i;

	*p = (struct patterns){0};
	strmap_init(&p->map, &b->scratch, ROOM_FIRST);
	for (row = 0; row < b->table->row_count; row++) {
		for (i = 0; i < b->conds[row].count; i++) {
			if (b->conds[row].elems[i].kind == kind)
				pattern_mention(p, b, &b->conds[row].elems[i], row);
		}
	}
}

static void hit_pattern(uint64_t *hits, const struct patterns *p, const char *text, size_t len)
{
	int at = strmap_find(&p->map, text, len);
	const struct mention *m;

	if (at < 0)
		return;
	for (m = p->list[at].mentions; m; m = m->next)
		set_bit(hits, m->row);
}

static int longest_first(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

static void prefix_lens_find(struct column *c, struct build *b, const struct patterns *prefixes)
{
	int i, count = 0;
	int *lens = arena_alloc(b->table->arena, (size_t)(prefixes->count + 1) * sizeof(*lens));

	for (i = 0; i < prefixes->count; i++)
		lens[i] = (int)prefixes->list[i].len;
	qsort(lens, (size_t)prefixes->count, sizeof(*lens), longest_first);
	for (i = 0; i < prefixes->count; i++) {
		if (!count || lens[count - 1] != lens[i])
			lens[count++] = lens[i];
	}
	c->prefix_lens = lens;
	c->prefix_len_count = count;
}

static rowset class_of_text(struct build *b, const struct column *c, const struct patterns *texts,
			    const struct patterns *prefixes, const struct pattern *p)
{
	int i;

	memset(b->hits, 0, set_bytes(b->table));
	if (texts)
		hit_pattern(b->hits, texts, p->text, p->len);
	for (i = 0; i < c->prefix_len_count; i++) {
		if ((size_t)c->prefix_lens[i] <= p->len)
			hit_pattern(b->hits, prefixes, p->text, (size_t)c->prefix_lens[i]);
	}
	return class_of_hits(b, b->hits);
}

static void build_texts(struct build *b, struct column *c)
{
	struct arena *arena = b->table->arena;
	struct patterns texts, prefixes;
	int i, count = 0;

	gather(&texts, b, ELEM_TEXT);
	gather(&prefixes, b, ELEM_PREFIX);
	prefix_lens_find(c, b, &prefixes);
	c->sets = arena_alloc(arena, (size_t)(texts.count + prefixes.count + 1) * sizeof(*c->sets));
	strmap_init(&c->texts, arena, texts.count);
	strmap_init(&c->prefixes, arena, prefixes.count);
	for (i = 0; i < texts.count; i++) {
		c->sets[count] = class_of_text(b, c, &texts, &prefixes, &texts.list[i]);
		strmap_add(&c->texts, texts.list[i].text, texts.list[i].len, count++);
	}
	for (i = 0; i < prefixes.count; i++) {
		c->sets[count] = class_of_text(b, c, NULL, &prefixes, &prefixes.list[i]);
		strmap_add(&c->prefixes, prefixes.list[i].text, prefixes.list[i].len, count++);
	}
	memset(b->hits, 0, set_bytes(b->table));
	c->unlike = class_of_hits(b, b->hits);
	c->other = c->unlike;
	c->missing = class_keep(b, b->any);
}

void column_texts(struct table *t, struct column *c, const struct cond *conds,
		  const char *const *names, int count)
{
	struct build b;
	int i;

	build_begin(&b, t, conds);
	build_texts(&b, c);
	arena_clear(&b.scratch);
	if (!names)
		return;
	c->by_index = arena_alloc(t->arena, (size_t)(count ? count : 1) * sizeof(*c->by_index));
	for (i = 0; i < count; i++)
		c->by_index[i] = *names[i] ? text_class(c, names[i], strlen(names[i])) : c->missing;
}

static int number_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void points_find(struct build *b, struct column *c, int range_count)
{
	double *points =
		arena_alloc(b->table->arena, (size_t)(2 * range_count + 1) * sizeof(*points));
	int row, i, count = 0, kept = 0;

	for (row = 0; row < b->table->row_count; row++) {
		for (i = 0; i < b->conds[row].count; i++) {
			const struct elem *e = &b->conds[row].elems[i];

			if (e->kind == ELEM_RANGE && isfinite(e->lo))
				points[count++] = e->lo;
			if (e->kind == ELEM_RANGE && isfinite(e->hi))
				points[count++] = e->hi;
		}
	}
	qsort(points, (size_t)count, sizeof(*points), number_order);
	for (i = 0; i < count; i++) {
		if (!kept || points[kept - 1] != points[i])
			points[kept++] = points[i];
	}
	c->points = points;
	c->point_count = kept;
}

/* Rows that begin and end to hit at each interval, so that one sweep builds all classes. */
struct sweep {
	struct mention **begin, **end;
	int *open; /* ranges of each row that hold just now */
};

static void sweep_add(struct build *b, struct mention **list, int row)
{
	struct mention *m = arena_alloc(&b->scratch, sizeof(*m));

	*m = (struct mention){row, *list};
	*list = m;
}

static void sweep_prepare(struct sweep *s, struct build *b, const struct column *c)
{
	size_t count = 2 * (size_t)c->point_count + 3;
	int row, i, first, last;

	s->begin = arena_zalloc(&b->scratch, count * sizeof(*s->begin));
	s->end = arena_zalloc(&b->scratch, count * sizeof(*s->end));
	s->open = arena_zalloc(&b->scratch, (size_t)b->table->row_count * sizeof(*s->open));
	for (row = 0; row < b->table->row_count; row++) {
		for (i = 0; i < b->conds[row].count; i++) {
			const struct elem *e = &b->conds[row].elems[i];

			if (e->kind != ELEM_RANGE)
				continue;
			first = isfinite(e->lo) ? interval_of(c, e->lo) + e->lo_open : 0;
			last = isfinite(e->hi) ? interval_of(c, e->hi) - e->hi_open
					       : 2 * c->point_count;
			sweep_add(b, &s->begin[first], row);
			sweep_add(b, &s->end[last + 1], row);
		}
	}
}

static void build_numbers(struct build *b, struct column *c)
{
	int range_count = count_elems(b, ELEM_RANGE), k;
	const struct mention *m;
	struct sweep s;

	points_find(b, c, range_count);
	sweep_prepare(&s, b, c);
	c->intervals = arena_alloc(b->table->arena,
				   (2 * (size_t)c->point_count + 1) * sizeof(*c->intervals));
	memset(b->hits, 0, set_bytes(b->table));
	for (k = 0; k <= 2 * c->point_count; k++) {
		for (m = s.begin[k]; m; m = m->next) {
			if (!s.open[m->row]++)
				set_bit(b->hits, m->row);
		}
		for (m = s.end[k]; m; m = m->next) {
			if (!--s.open[m->row])
				clear_bit(b->hits, m->row);
		}
		c->intervals[k] = class_of_hits(b, b->hits);
	}
}

static void build_flags(struct build *b, struct column *c)
{
	int flag, row, i;

	for (flag = 0; flag < 2; flag++) {
		memset(b->hits, 0, set_bytes(b->table));
		for (row = 0; row < b->table->row_count; row++) {
			for (i = 0; i < b->conds[row].count; i++) {
				const struct elem *e = &b->conds[row].elems[i];

				if (e->kind == ELEM_BOOL && e->index == flag)
					set_bit(b->hits, row);
			}
		}
		c->flags[flag] = class_of_hits(b, b->hits);
	}
}

void column_values(struct table *t, struct column *c, const struct cond *conds)
{
	struct build b;

	build_begin(&b, t, conds);
	build_texts(&b, c);
	build_numbers(&b, c);
	build_flags(&b, c);
	arena_clear(&b.scratch);
}

/* A region takes what its parent takes by name, the rows that name it, and the prefixes of its own
 * code. */
static void build_region(struct build *b, struct column *c, const struct patterns *prefixes,
			 const struct region *r, const uint64_t *by_name)
{
	size_t len = strlen(r->code);
	int i;

	memcpy(b->hits, by_name, set_bytes(b->table));
	for (i = 0; i < c->prefix_len_count; i++) {
		if ((size_t)c->prefix_lens[i] <= len)
			hit_pattern(b->hits, prefixes, r->code, (size_t)c->prefix_lens[i]);
	}
}

static void build_regions(struct build *b, struct column *c, const struct region *regions,
			  int count)
{
	uint64_t **by_name = arena_zalloc(&b->scratch, (size_t)count * sizeof(*by_name));
	struct patterns prefixes;
	int depth, i, row, left = count;

	for (i = 0; i < count; i++)
		by_name[i] = arena_zalloc(&b->scratch, set_bytes(b->table));
	for (row = 0; row < b->table->row_count; row++) {
		for (i = 0; i < b->conds[row].count; i++) {
			const struct elem *e = &b->conds[row].elems[i];

			if (e->kind == ELEM_REGION)
				set_bit(by_name[e->index], row);
		}
	}
	gather(&prefixes, b, ELEM_PREFIX);
	prefix_lens_find(c, b, &prefixes);
	for (depth = 0; left > 0; depth++) {
		for (i = 0; i < count; i++) {
			const struct region *r = &regions[i];
			int w;

			if (r->depth != depth)
				continue;
			for (w = 0; r->parent >= 0 && w < b->table->word_count; w++)
				by_name[i][w] |= by_name[r->parent][w];
			build_region(b, c, &prefixes, r, by_name[i]);
			c->by_index[i] = class_of_hits(b, b->hits);
			left--;
		}
	}
}

void column_regions(struct table *t, struct column *c, const struct cond *conds,
		    const struct region *regions, int count)
{
	struct build b;

	build_begin(&b, t, conds);
	c->by_index = arena_zalloc(t->arena, (size_t)count * sizeof(*c->by_index));
	build_regions(&b, c, regions, count);
	c->missing = class_keep(&b, b.any);
	arena_clear(&b.scratch);
}
