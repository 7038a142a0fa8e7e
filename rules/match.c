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

static rowset attribute_class(const struct column *c, const json_t *attributes)
{
	const json_t *v = attributes ? json_object_get(attributes, c->attribute) : NULL;

	if (!v)
		return c->missing;
	switch (json_typeof(v)) {
	case JSON_STRING:
		return text_class(c, json_string_value(v), json_string_length(v));
	case JSON_INTEGER:
	case JSON_REAL:
		return c->intervals[interval_of(c, json_number_value(v))];
	case JSON_TRUE:
		return c->flags[1];
	case JSON_FALSE:
		return c->flags[0];
	case JSON_NULL:
		return c->missing;
	case JSON_OBJECT:
	case JSON_ARRAY:
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

static void and_into(uint64_t *restrict acc, const uint64_t *restrict set, int count)
{
	int w;

	for (w = 0; w < count; w++)
		acc[w] &= set[w];
}

void table_match(const struct table *t, const struct facts *f, uint64_t *ret)
{
	int i;

	memset(ret, 0xff, (size_t)t->word_count * sizeof(*ret));
	if (t->row_count % 64)
		ret[t->word_count - 1] = ~UINT64_C(0) >> (64 - t->row_count % 64);
	for (i = 0; i < t->column_count; i++) {
		rowset set = column_class(&t->columns[i], f);

		if (set)
			and_into(ret, set, t->word_count);
	}
}
