/* The axes of a space: for each column the classes of all its packs, each with a value that an
 * event can say. */
#include "check_space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "timefmt.h"

#define NUMBER_MAX     9007199254740992.0
#define TEXT_BYTES_MAX 8192

/* What the columns of one name mention, in all packs. */
struct mentioned {
	const struct column *columns[SPACE_PACKS]; /* NULL: the pack does not ask */
	struct axis_value *texts, *prefixes;
	int text_count, prefix_count;
	double *points;
	int point_count;
};

static const struct column *column_find(const struct pack *p, enum column_kind kind,
					const char *attribute)
{
	int i;

	for (i = 0; i < p->table.column_count; i++) {
		const struct column *c = &p->table.columns[i];

		if (c->kind == kind && (!attribute || strcmp(c->attribute, attribute) == 0))
			return c;
	}
	return NULL;
}

static int text_order(const void *a, const void *b)
{
	const struct axis_value *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int number_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int gather_texts(const struct strmap *map, struct axis_value *list, int count)
{
	uint32_t i;

	for (i = 0; map->slots && i <= map->mask; i++) {
		const struct strmap_slot *slot = &map->slots[i];

		if (slot->key)
			list[count++] = (struct axis_value){
				.kind = VALUE_TEXT, .text = slot->key, .len = slot->len};
	}
	return count;
}

static int unique_texts(struct axis_value *list, int count)
{
	int i, kept = 0;

	qsort(list, (size_t)count, sizeof(*list), text_order);
	for (i = 0; i < count; i++) {
		if (!kept || text_order(&list[kept - 1], &list[i]))
			list[kept++] = list[i];
	}
	return kept;
}

static void find_mentioned(const struct space *s, enum column_kind kind, const char *attribute,
			   struct mentioned *m)
{
	int i, texts = 1, prefixes = 1, points = 1;

	*m = (struct mentioned){0};
	for (i = 0; i < s->pack_count; i++) {
		const struct column *c = column_find(s->packs[i], kind, attribute);

		m->columns[i] = c;
		texts += c ? c->texts.count : 0;
		prefixes += c ? c->prefixes.count : 0;
		points += c ? c->point_count : 0;
	}
	m->texts = arena_alloc(s->arena, (size_t)texts * sizeof(*m->texts));
	m->prefixes = arena_alloc(s->arena, (size_t)prefixes * sizeof(*m->prefixes));
	m->points = arena_alloc(s->arena, (size_t)points * sizeof(*m->points));
	points = 0;
	for (i = 0; i < s->pack_count; i++) {
		const struct column *c = m->columns[i];

		if (!c)
			continue;
		m->text_count = gather_texts(&c->texts, m->texts, m->text_count);
		m->prefix_count = gather_texts(&c->prefixes, m->prefixes, m->prefix_count);
		if (c->point_count)
			memcpy(m->points + points, c->points,
			       (size_t)c->point_count * sizeof(double));
		points += c->point_count;
	}
	m->text_count = unique_texts(m->texts, m->text_count);
	m->prefix_count = unique_texts(m->prefixes, m->prefix_count);
	qsort(m->points, (size_t)points, sizeof(double), number_order);
	for (i = 0; i < points; i++) {
		if (!m->point_count || m->points[m->point_count - 1] != m->points[i])
			m->points[m->point_count++] = m->points[i];
	}
}

static bool is_mentioned(const struct mentioned *m, const char *text, size_t len, size_t prefix_len)
{
	const struct axis_value key = {.text = text, .len = len};
	int i;

	if (bsearch(&key, m->texts, (size_t)m->text_count, sizeof(key), text_order))
		return true;
	for (i = 0; i < m->prefix_count; i++) {
		const struct axis_value *p = &m->prefixes[i];

		if (p->len > prefix_len && p->len <= len && memcmp(p->text, text, p->len) == 0)
			return true;
	}
	return false;
}

/* Each longer pattern stands in the way of one next character at most, so one more than there are
 * patterns is enough to find a free one. */
static bool text_beginning(const struct space *s, const struct mentioned *m, const char *prefix,
			   struct axis_value *v)
{
	size_t len = v->len, room = len + 4;
	char *text = arena_alloc(s->arena, room);
	int i;

	memcpy(text, prefix, len);
	if (len && !is_mentioned(m, text, len, len)) {
		v->text = text;
		return len <= TEXT_BYTES_MAX;
	}
	for (i = 0; i <= m->text_count + m->prefix_count && i < 0x4000; i++) {
		uint32_t c = 0x4e00 + (uint32_t)i;

		text[len] = (char)(0xe0 | c >> 12);
		text[len + 1] = (char)(0x80 | (c >> 6 & 0x3f));
		text[len + 2] = (char)(0x80 | (c & 0x3f));
		if (is_mentioned(m, text, len + 3, len))
			continue;
		v->text = text;
		v->len = len + 3;
		return v->len <= TEXT_BYTES_MAX;
	}
	return false;
}

static void add_value(struct axis *a, struct axis_value v)
{
	a->values[a->count++] = v;
}

/* A number between two others that an event can say, a whole one where there is one. */
static bool number_between(double lo, double hi, double *ret)
{
	double whole = isfinite(lo) ? floor(lo) + 1 : isfinite(hi) ? ceil(hi) - 1 : 0;

	*ret = whole > lo && whole < hi ? whole : lo + (hi - lo) / 2;
	return *ret > lo && *ret < hi && fabs(*ret) <= NUMBER_MAX;
}

static void add_numbers(struct axis *a, const struct mentioned *m)
{
	struct axis_value v = {.kind = VALUE_NUMBER};
	int i;

	for (i = 0; i <= m->point_count; i++) {
		v.lo = i ? m->points[i - 1] : -INFINITY;
		v.hi = i < m->point_count ? m->points[i] : INFINITY;
		if (number_between(v.lo, v.hi, &v.number))
			add_value(a, v);
		v.lo = v.number = v.hi;
		if (i < m->point_count && fabs(v.number) <= NUMBER_MAX)
			add_value(a, v);
	}
}

static void fill_attribute(const struct space *s, const struct mentioned *m, struct axis *a)
{
	size_t room = (size_t)(m->text_count + m->prefix_count + 2 * m->point_count) + 8;
	struct axis_value v = {.kind = VALUE_UNLIKE, .text = ""};
	int i;

	a->values = arena_alloc(s->arena, room * sizeof(*a->values));
	add_value(a, (struct axis_value){.kind = VALUE_MISSING});
	for (i = 0; i < 2; i++)
		add_value(a, (struct axis_value){.kind = VALUE_FLAG, .number = i});
	add_numbers(a, m);
	for (i = 0; i < m->text_count; i++) {
		if (m->texts[i].len <= TEXT_BYTES_MAX)
			add_value(a, m->texts[i]);
	}
	for (i = 0; i < m->prefix_count; i++) {
		struct axis_value p = m->prefixes[i];

		if (text_beginning(s, m, p.text, &p))
			add_value(a, p);
	}
	if (text_beginning(s, m, "", &v))
		add_value(a, v);
}

static void add_day(struct axis *a, double lo, double hi, int32_t today)
{
	double first = ceil(isfinite(lo) ? lo + 1 : day_of_civil(1900, 1, 1));
	double last = floor(isfinite(hi) ? hi - 1 : day_of_civil(9999, 12, 31));
	struct axis_value v = {.kind = VALUE_DAY, .lo = first, .hi = last};

	if (first > last)
		return;
	v.number = today >= first && today <= last ? today : isfinite(lo) ? first : last;
	if (v.number == today)
		a->first = a->count;
	add_value(a, v);
}

static void fill_days(const struct space *s, const struct mentioned *m, struct axis *a)
{
	int i;

	a->values = arena_alloc(s->arena, (2 * (size_t)m->point_count + 1) * sizeof(*a->values));
	for (i = 0; i <= m->point_count; i++) {
		add_day(a, i ? m->points[i - 1] : -INFINITY,
			i < m->point_count ? m->points[i] : INFINITY, s->today);
		if (i < m->point_count)
			add_day(a, m->points[i] - 1, m->points[i] + 1, s->today);
	}
}

static void fill_types(const struct space *s, struct axis *a)
{
	int i;

	a->values = arena_alloc(s->arena, EVENT_TYPE_COUNT * sizeof(*a->values));
	for (i = 0; i < EVENT_TYPE_COUNT; i++)
		add_value(a, (struct axis_value){.kind = VALUE_TYPE, .number = i});
}

static rowset set_of(const struct column *c, const struct axis_value *v)
{
	if (!c)
		return NULL;
	switch (v->kind) {
	case VALUE_TYPE:
		return c->by_index[(int)v->number];
	case VALUE_DAY:
	case VALUE_NUMBER:
		return c->intervals[interval_of(c, v->number)];
	case VALUE_MISSING:
		return c->missing;
	case VALUE_FLAG:
		return c->flags[(int)v->number];
	case VALUE_TEXT:
	case VALUE_UNLIKE:
		return text_class(c, v->text, v->len);
	}
	return c->missing;
}

static uint64_t set_word(const struct table *t, rowset set, int word)
{
	if (set)
		return set[word];
	return word < t->word_count - 1 || t->row_count % 64 == 0
		       ? ~UINT64_C(0)
		       : ~UINT64_C(0) >> (64 - t->row_count % 64);
}

/* Goes through all changes from one value to the next; at NULL only counts them, in start[row + 1].
 */
static void go_through_changes(const struct space *s, struct axis *a, int pack, int *at)
{
	const struct table *t = &s->packs[pack]->table;
	int value, w;

	for (value = 1; value < a->count; value++) {
		rowset was = a->sets[pack][value - 1], is = a->sets[pack][value];

		for (w = 0; was != is && w < t->word_count; w++) {
			uint64_t bits = set_word(t, was, w) ^ set_word(t, is, w);

			for (; bits; bits &= bits - 1) {
				int row = s->base[pack] + w * 64 + __builtin_ctzll(bits);

				if (at)
					at[a->start[row]++] = value;
				else
					a->start[row + 1]++;
			}
		}
	}
}

static void find_changes(const struct space *s, struct axis *a)
{
	int pack, row;

	a->start = arena_zalloc(s->arena, ((size_t)s->row_count + 1) * sizeof(int));
	for (pack = 0; pack < s->pack_count; pack++)
		go_through_changes(s, a, pack, NULL);
	for (row = 0; row < s->row_count; row++)
		a->start[row + 1] += a->start[row];
	a->at = arena_alloc(s->arena, ((size_t)a->start[s->row_count] + 1) * sizeof(int));
	for (pack = 0; pack < s->pack_count; pack++)
		go_through_changes(s, a, pack, a->at);
	/* Filling has moved each start to the next one's. */
	for (row = s->row_count; row > 0; row--)
		a->start[row] = a->start[row - 1];
	a->start[0] = 0;
}

struct set_pair {
	rowset sets[SPACE_PACKS];
};

static int pair_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct set_pair));
}

static void count_classes(const struct space *s, struct axis *a)
{
	struct set_pair *all = arena_zalloc(s->arena, (size_t)a->count * sizeof(*all));
	int i, pack;

	for (i = 0; i < a->count; i++) {
		for (pack = 0; pack < s->pack_count; pack++)
			all[i].sets[pack] = a->sets[pack][i];
	}
	qsort(all, (size_t)a->count, sizeof(*all), pair_order);
	for (i = 0; i < a->count; i++)
		a->class_count += !i || pair_order(&all[i - 1], &all[i]) != 0;
}

static void finish_axis(const struct space *s, const struct mentioned *m, struct axis *a)
{
	int pack, value;

	for (pack = 0; pack < s->pack_count; pack++) {
		a->sets[pack] = arena_alloc(s->arena, (size_t)a->count * sizeof(rowset));
		for (value = 0; value < a->count; value++)
			a->sets[pack][value] = set_of(m->columns[pack], &a->values[value]);
	}
	find_changes(s, a);
	count_classes(s, a);
}

static bool axis_is_there(const struct space *s, const char *attribute)
{
	int i;

	for (i = AXIS_ATTRIBUTES; i < s->axis_count; i++) {
		if (strcmp(s->axes[i].attribute, attribute) == 0)
			return true;
	}
	return false;
}

static void add_attributes(struct space *s, const struct pack *p)
{
	struct mentioned m;
	int i;

	for (i = 0; i < p->table.column_count; i++) {
		const struct column *c = &p->table.columns[i];
		struct axis *a;

		if (c->kind != COLUMN_WHEN || axis_is_there(s, c->attribute))
			continue;
		a = &s->axes[s->axis_count++];
		a->attribute = c->attribute;
		find_mentioned(s, COLUMN_WHEN, c->attribute, &m);
		fill_attribute(s, &m, a);
		finish_axis(s, &m, a);
	}
}

void space_build(struct space *s)
{
	struct mentioned m;
	int i, room = AXIS_ATTRIBUTES;

	s->row_count = 0;
	for (i = 0; i < s->pack_count; i++) {
		s->base[i] = s->row_count;
		s->row_count += s->packs[i]->view.rule_count;
		room += s->packs[i]->table.column_count;
	}
	s->axes = arena_zalloc(s->arena, (size_t)room * sizeof(*s->axes));
	s->axis_count = AXIS_ATTRIBUTES;
	find_mentioned(s, COLUMN_EVENT, NULL, &m);
	fill_types(s, &s->axes[AXIS_TYPE]);
	finish_axis(s, &m, &s->axes[AXIS_TYPE]);
	find_mentioned(s, COLUMN_DAY, NULL, &m);
	fill_days(s, &m, &s->axes[AXIS_DAY]);
	finish_axis(s, &m, &s->axes[AXIS_DAY]);
	for (i = 0; i < s->pack_count; i++)
		add_attributes(s, s->packs[i]);
}
