/* A comparison as text for people and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "diff_in.h"

#define LINES_SHOWN   200
#define TALLIES_SHOWN 20
#define EVENTS_SHOWN  5

static const char *const by_names[DIFF_BY_COUNT] = {"region", "item", "body"};
static const char *const kind_names[] = {"removed", "added", "changed"};

static int tally_order(const void *a, const void *b)
{
	const struct diff_tally *x = a, *y = b;

	if (x->events != y->events)
		return x->events < y->events ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* Sorted copies, the most changed first. */
static struct diff_tally *tallies_sorted(const struct diff *d, enum diff_by by)
{
	size_t bytes = ((size_t)d->tallies[by].count + 1) * sizeof(struct diff_tally);
	struct diff_tally *list = mem_alloc(bytes);

	memcpy(list, d->tallies[by].list, (size_t)d->tallies[by].count * sizeof(*list));
	qsort(list, (size_t)d->tallies[by].count, sizeof(*list), tally_order);
	return list;
}

static void member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "\"%s\":", name);
	buf_add_json(out, value);
}

static void json_lines(const struct diff *d, struct buf *out)
{
	int i;

	buf_add_str(out, ",\"content\":[");
	for (i = 0; i < d->line_count; i++) {
		const struct diff_line *l = &d->lines[i];

		buf_printf(out, "%s{\"kind\":\"%s\",", i ? "," : "", kind_names[l->kind]);
		member(out, "file", l->file);
		buf_add_char(out, ',');
		member(out, "name", l->name);
		buf_add_char(out, ',');
		member(out, "column", l->column);
		buf_add_char(out, ',');
		member(out, "was", l->was);
		buf_add_char(out, ',');
		member(out, "is", l->is);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void json_tallies(const struct diff *d, enum diff_by by, struct buf *out)
{
	struct diff_tally *list = tallies_sorted(d, by);
	int i;

	buf_printf(out, ",\"by_%s\":[", by_names[by]);
	for (i = 0; i < d->tallies[by].count; i++) {
		buf_add_str(out, i ? ",{" : "{");
		member(out, by_names[by], list[i].name);
		buf_printf(out, ",\"events\":%lld,\"gained\":%lld,\"lost\":%lld}", list[i].events,
			   list[i].gained, list[i].lost);
	}
	buf_add_char(out, ']');
	free(list);
}

static void json_samples(const struct diff *d, struct buf *out)
{
	int i;

	buf_add_str(out, ",\"samples\":[");
	for (i = 0; i < d->sample_count; i++) {
		const struct diff_sample *s = &d->samples[i];

		buf_add_str(out, i ? ",{" : "{");
		member(out, "source", s->source);
		buf_add_char(out, ',');
		member(out, "id", s->id);
		buf_add_char(out, ',');
		member(out, "item", s->item);
		buf_add_char(out, ',');
		member(out, "region", s->region);
		buf_add_char(out, ',');
		member(out, "what", s->what);
		buf_add_char(out, ',');
		member(out, "new_problems", s->new_problems);
		buf_add_char(out, ',');
		member(out, "gone_problems", s->gone_problems);
		buf_printf(out, ",\"event\":%s}", s->event ? s->event : "null");
	}
	buf_add_char(out, ']');
}

static void json_sums(const struct diff *d, struct buf *out)
{
	const struct diff_sums *s = &d->sums;

	member(out, "old", d->packs[WAS]->view.version);
	buf_add_char(out, ',');
	member(out, "new", d->packs[IS]->view.version);
	buf_printf(out, ",\"of\":\"%s\",\"events\":%lld,\"changed\":%lld",
		   d->are_combinations ? "combinations" : "events", s->events, s->changed);
	buf_printf(out, ",\"gained\":%lld,\"lost\":%lld,\"altered\":%lld,\"left_out\":%d",
		   s->gained, s->lost, s->altered, s->left_out);
	buf_printf(out, ",\"new_problems\":%lld,\"gone_problems\":%lld", s->new_problems,
		   s->gone_problems);
	buf_printf(out, ",\"new_gaps\":%lld,\"gone_gaps\":%lld", s->new_gaps, s->gone_gaps);
	buf_printf(out, ",\"new_overlaps\":%lld,\"gone_overlaps\":%lld", s->new_overlaps,
		   s->gone_overlaps);
}

void diff_to_brief_json(const struct diff *d, struct buf *out)
{
	int kinds[3] = {0}, i;

	for (i = 0; i < d->line_count; i++)
		kinds[d->lines[i].kind]++;
	buf_add_char(out, '{');
	json_sums(d, out);
	buf_printf(out, ",\"lines_removed\":%d,\"lines_added\":%d,\"lines_changed\":%d}",
		   kinds[DIFF_REMOVED], kinds[DIFF_ADDED], kinds[DIFF_CHANGED]);
}

void diff_to_json(const struct diff *d, struct buf *out)
{
	int by;

	buf_add_char(out, '{');
	json_sums(d, out);
	json_lines(d, out);
	for (by = 0; by < DIFF_BY_COUNT; by++)
		json_tallies(d, (enum diff_by)by, out);
	json_samples(d, out);
	buf_add_char(out, '}');
}

static void text_line(const struct diff_line *l, struct buf *out)
{
	static const char signs[] = {'-', '+', '~'};

	buf_printf(out, "%c %s", signs[l->kind], l->file);
	if (l->name)
		buf_printf(out, " %s", l->name);
	if (l->column)
		buf_printf(out, " %s", l->column);
	if (l->was && l->is)
		buf_printf(out, ": \"%s\" becomes \"%s\"", l->was, l->is);
	else if (l->was || l->is)
		buf_printf(out, ": %s", l->was ? l->was : l->is);
	buf_add_char(out, '\n');
}

static void text_tallies(const struct diff *d, enum diff_by by, struct buf *out)
{
	struct diff_tally *list = tallies_sorted(d, by);
	int i, count = d->tallies[by].count;

	if (count)
		buf_printf(out, "by %s:\n", by_names[by]);
	for (i = 0; i < count && i < TALLIES_SHOWN; i++)
		buf_printf(out, "  %-24s %10lld changed %10lld gained %10lld lost\n", list[i].name,
			   list[i].events, list[i].gained, list[i].lost);
	if (count > TALLIES_SHOWN)
		buf_printf(out, "  and %d more, which --json has\n", count - TALLIES_SHOWN);
	free(list);
}

static void text_sample(const struct diff_sample *s, struct buf *out)
{
	buf_printf(out, "such as %s %s, item %s in %s: %s", s->source, s->id, s->item, s->region,
		   s->what);
	if (*s->new_problems)
		buf_printf(out, "; now %s", s->new_problems);
	if (*s->gone_problems)
		buf_printf(out, "; no longer %s", s->gone_problems);
	if (s->event)
		buf_printf(out, "\n\t%s", s->event);
	buf_add_char(out, '\n');
}

void diff_to_text(const struct diff *d, struct buf *out)
{
	const struct diff_sums *s = &d->sums;
	const char *what = d->are_combinations ? "combinations" : "events";
	int i, by;

	for (i = 0; i < d->line_count && i < LINES_SHOWN; i++)
		text_line(&d->lines[i], out);
	if (d->line_count > LINES_SHOWN)
		buf_printf(out, "and %d more, which --json has\n", d->line_count - LINES_SHOWN);
	for (by = 0; by < DIFF_BY_COUNT; by++)
		text_tallies(d, (enum diff_by)by, out);
	for (i = 0; i < d->sample_count && i < (d->are_combinations ? EVENTS_SHOWN : SAMPLES_MAX);
	     i++)
		text_sample(&d->samples[i], out);
	buf_printf(out, "%s to %s: %d lines of content, %lld of %lld %s decided differently\n",
		   d->packs[WAS]->view.version, d->packs[IS]->view.version, d->line_count,
		   s->changed, s->events, what);
	if (s->left_out)
		buf_printf(out, "%d places hang on too many attributes and were not finished\n",
			   s->left_out);
	buf_printf(
		out,
		"notices: %lld gained, %lld lost, %lld otherwise; problems: %lld new, %lld gone\n",
		s->gained, s->lost, s->altered, s->new_problems, s->gone_problems);
	buf_printf(
		out,
		"gaps: %lld new, %lld gone; overlaps: %lld new, %lld gone (type x item x region)\n",
		s->new_gaps, s->gone_gaps, s->new_overlaps, s->gone_overlaps);
}
