#include <string.h>

#include "table.h"

rowset text_class(const struct column *c, const char *text, size_t len)
{
	int at = strmap_find(&c->texts, text, len), i;

	for (i = 0; at < 0 && i < c->prefix_len_count; i++) {
		if ((size_t)c->prefix_lens[i] <= len)
			at = strmap_find(&c->prefixes, text, (size_t)c->prefix_lens[i]);
	}
	return at < 0 ? c->unlike : c->sets[at];
}

int interval_of(const struct column *c, double v)
{
	int lo = 0, hi = c->point_count;

	while (lo < hi) {
		int mid = (lo + hi) / 2;

		if (c->points[mid] < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->point_count && c->points[lo] == v ? 2 * lo + 1 : 2 * lo;
}

static rowset attribute_class(const struct column *c, const struct node *attributes)
{
	const struct node *v = node_member(attributes, c->attribute);

	if (!v)
		return c->missing;
	switch (v->kind) {
	case NODE_TEXT:
		return text_class(c, v->text, v->len);
	case NODE_INTEGER:
		return c->intervals[interval_of(c, (double)v->integer)];
	case NODE_REAL:
		return c->intervals[interval_of(c, v->real)];
	case NODE_TRUE:
		return c->flags[1];
	case NODE_FALSE:
		return c->flags[0];
	case NODE_NULL:
		return c->missing;
	case NODE_OBJECT:
	case NODE_ARRAY:
		return c->other;
	}
	return c->other;
}

rowset column_class(const struct column *c, const struct facts *f)
{
	switch (c->kind) {
	case COLUMN_EVENT:
		return c->by_index[f->type];
	case COLUMN_ITEM:
		return *f->item ? text_class(c, f->item, strlen(f->item)) : c->missing;
	case COLUMN_SECTOR:
		return f->sector >= 0 ? c->by_index[f->sector] : c->missing;
	case COLUMN_DEVOLUTION:
		return c->by_index[f->devolution];
	case COLUMN_REGION:
		return c->by_index[f->region];
	case COLUMN_DAY:
		return c->intervals[interval_of(c, f->day)];
	case COLUMN_WHEN:
		return attribute_class(c, f->attributes);
	}
	return c->missing;
}

/* Which words can be anything but zero: those that no column's class has all zero. */
static int sets_find(const struct table *t, const struct facts *f, rowset *sets, uint64_t *live)
{
	int i, w, count = 0;

	memset(live, 0, TABLE_LIVE_MAX * sizeof(*live));
	for (w = 0; w < t->live_count; w++)
		live[w] = ~UINT64_C(0);
	if (t->word_count % 64)
		live[t->live_count - 1] = ~UINT64_C(0) >> (64 - t->word_count % 64);
	for (i = 0; i < t->column_count; i++) {
		rowset set = column_class(&t->columns[i], f);

		if (!set)
			continue;
		sets[count++] = set;
		for (w = 0; w < t->live_count; w++)
			live[w] &= set[w - t->live_count];
	}
	return count;
}

static uint64_t word_of(const struct table *t, const rowset *sets, int count, int word)
{
	uint64_t bits = ~UINT64_C(0);
	int i;

	if (word == t->word_count - 1 && t->row_count % 64)
		bits >>= 64 - t->row_count % 64;
	for (i = 0; i < count && bits; i++)
		bits &= sets[i][word];
	return bits;
}

void table_match(const struct table *t, const struct facts *f, uint64_t *ret, uint64_t *ret_live)
{
	rowset sets[TABLE_COLUMNS_MAX];
	int count = sets_find(t, f, sets, ret_live), w;

	memset(ret, 0, (size_t)t->word_count * sizeof(*ret));
	for (w = 0; w < t->live_count; w++) {
		uint64_t left;

		for (left = ret_live[w]; left; left &= left - 1) {
			int word = w * 64 + __builtin_ctzll(left);

			ret[word] = word_of(t, sets, count, word);
			if (!ret[word])
				ret_live[w] &= ~(left & -left);
		}
	}
}
