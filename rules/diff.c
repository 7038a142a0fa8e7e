#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "diff_in.h"

static void number_bodies(struct diff *d)
{
	const struct pack_view *was = &d->packs[WAS]->view, *is = &d->packs[IS]->view;
	int count = is->body_count, i;

	d->names[WAS] = arena_alloc(&d->arena, ((size_t)was->body_count + 1) * sizeof(int));
	d->names[IS] = arena_alloc(&d->arena, ((size_t)is->body_count + 1) * sizeof(int));
	d->body_ids = arena_alloc(&d->arena, ((size_t)was->body_count + (size_t)is->body_count +
					      1) * sizeof(*d->body_ids));
	for (i = 0; i < is->body_count; i++) {
		d->names[IS][i] = i;
		d->body_ids[i] = is->bodies[i].id;
	}
	for (i = 0; i < was->body_count; i++) {
		int same = pack_find_body(d->packs[IS], was->bodies[i].id);

		d->names[WAS][i] = same >= 0 ? same : count;
		if (same < 0)
			d->body_ids[count++] = was->bodies[i].id;
	}
}

struct diff *diff_new_counting(const struct pack *was, const struct pack *is)
{
	struct diff *d = mem_zalloc(sizeof(*d));

	arena_init(&d->arena);
	arena_init(&d->scratch);
	arena_init(&d->sampled);
	d->packs[WAS] = was;
	d->packs[IS] = is;
	number_bodies(d);
	return d;
}

struct diff *diff_new(const struct pack *was, const struct pack *is, int32_t today)
{
	const struct check_options o = {today};
	struct diff *d = diff_new_counting(was, is);
	int i;

	d->checks[WAS] = check_pack(was, &o);
	d->checks[IS] = check_pack(is, &o);
	for (i = 0; i < DIFF_BY_COUNT; i++) {
		strmap_init(&d->tallies[i].map, &d->arena, TALLIES_MAX);
		d->tallies[i].list =
			arena_alloc(&d->arena, TALLIES_MAX * sizeof(*d->tallies[i].list));
	}
	diff_content(d);
	diff_proof(d);
	diff_standing(d);
	return d;
}

void diff_free(struct diff *d)
{
	if (!d)
		return;
	check_free(d->checks[WAS]);
	check_free(d->checks[IS]);
	arena_clear(&d->scratch);
	arena_clear(&d->sampled);
	arena_clear(&d->arena);
	free(d);
}

void diff_line_add(struct diff *d, struct diff_line line)
{
	if (d->line_count == d->line_room) {
		struct diff_line *more;

		d->line_room = d->line_room ? d->line_room * 2 : 64;
		more = arena_alloc(&d->arena, (size_t)d->line_room * sizeof(*more));
		if (d->line_count)
			memcpy(more, d->lines, (size_t)d->line_count * sizeof(*more));
		d->lines = more;
	}
	d->lines[d->line_count++] = line;
}

/* Past the bound of different names the rest is counted under one. */
static struct diff_tally *tally_of(struct diff *d, enum diff_by by, const char *name)
{
	struct tallies *t = &d->tallies[by];
	int at;

	if (t->count >= TALLIES_MAX - 1 && strmap_find(&t->map, name, strlen(name)) < 0)
		name = "(others)";
	at = strmap_find(&t->map, name, strlen(name));
	if (at < 0) {
		name = arena_strdup(&d->arena, name);
		at = strmap_add(&t->map, name, strlen(name), t->count);
		t->list[t->count++] = (struct diff_tally){.name = name};
	}
	return &t->list[at];
}

static const char *words_of(struct diff *d, const struct diff_case *c)
{
	const char *text = "";
	int i;

	for (i = 0; i < c->count; i++) {
		const struct diff_change *g = &c->changes[i];
		const char *between = i ? "; " : "";

		if (g->was == ROLE_NONE)
			text = arena_printf(&d->sampled, "%s%s+%s %s", text, between, g->body,
					    role_name((enum role)g->is));
		else if (g->is == ROLE_NONE)
			text = arena_printf(&d->sampled, "%s%s-%s %s", text, between, g->body,
					    role_name((enum role)g->was));
		else if (g->is != g->was)
			text = arena_printf(&d->sampled, "%s%s%s %s instead of %s", text, between,
					    g->body, role_name((enum role)g->is),
					    role_name((enum role)g->was));
		else
			text = arena_printf(&d->sampled, "%s%s%s told otherwise", text, between,
					    g->body);
	}
	return *text ? text : "problems only";
}

static void tally(struct diff *d, const struct diff_case *c)
{
	struct diff_tally *here[] = {tally_of(d, DIFF_BY_REGION, c->region),
				     tally_of(d, DIFF_BY_ITEM, c->item)};
	int i, j;

	for (j = 0; j < 2; j++)
		here[j]->events += c->weight;
	for (i = 0; i < c->count; i++) {
		bool gained = c->changes[i].was == ROLE_NONE, lost = c->changes[i].is == ROLE_NONE;
		struct diff_tally *of_body = tally_of(d, DIFF_BY_BODY, c->changes[i].body);

		of_body->events += c->weight;
		of_body->gained += gained * c->weight;
		of_body->lost += lost * c->weight;
		for (j = 0; j < 2; j++) {
			here[j]->gained += gained * c->weight;
			here[j]->lost += lost * c->weight;
		}
	}
}

void diff_take(struct diff *d, const struct diff_case *c)
{
	int i;

	d->sums.changed += c->weight;
	for (i = 0; i < c->count; i++) {
		bool gained = c->changes[i].was == ROLE_NONE, lost = c->changes[i].is == ROLE_NONE;

		d->sums.gained += gained * c->weight;
		d->sums.lost += lost * c->weight;
		d->sums.altered += (!gained && !lost) * c->weight;
	}
	d->sums.new_problems += c->appeared.count * c->weight;
	d->sums.gone_problems += c->vanished.count * c->weight;
	if (d->tallies[0].list)
		tally(d, c);
	if (d->sample_count < SAMPLES_MAX) {
		struct diff_sample *s = &d->samples[d->sample_count++];

		*s = c->sample;
		s->item = arena_strdup(&d->sampled, c->item);
		s->region = arena_strdup(&d->sampled, c->region);
		s->what = words_of(d, c);
		s->new_problems = diff_problem_names(&c->appeared, &d->sampled);
		s->gone_problems = diff_problem_names(&c->vanished, &d->sampled);
	}
}

static bool vias_equal(const enum channel *a, int a_count, const enum channel *b, int b_count)
{
	return a_count == b_count && memcmp(a, b, (size_t)a_count * sizeof(*a)) == 0;
}

static bool notices_equal(const struct decided_notice *a, const struct decided_notice *b)
{
	return a->role == b->role && a->due.at_ms == b->due.at_ms &&
	       a->feedback_due.at_ms == b->feedback_due.at_ms &&
	       vias_equal(a->via, a->via_count, b->via, b->via_count);
}

static const struct decided_notice *notice_of(const struct diff *d, const struct decision *in,
					      int pack, int who)
{
	int i;

	for (i = 0; i < in->notice_count; i++) {
		if (d->names[pack][in->notices[i].body] == who)
			return &in->notices[i];
	}
	return NULL;
}

/* Who lost, who is told otherwise and who gained, with the applicant as one of them. */
static int changes_find(struct diff *d, const struct decision *was, const struct decision *is,
			struct diff_change *ret)
{
	int i, count = 0;

	for (i = 0; i < was->notice_count; i++) {
		int who = d->names[WAS][was->notices[i].body];
		const struct decided_notice *now = notice_of(d, is, IS, who);

		if (!now || !notices_equal(&was->notices[i], now))
			ret[count++] =
				(struct diff_change){d->body_ids[who], (int)was->notices[i].role,
						     now ? (int)now->role : ROLE_NONE};
	}
	for (i = 0; i < is->notice_count; i++) {
		int who = d->names[IS][is->notices[i].body];

		if (!notice_of(d, was, WAS, who))
			ret[count++] = (struct diff_change){d->body_ids[who], ROLE_NONE,
							    (int)is->notices[i].role};
	}
	if (was->tells_applicant != is->tells_applicant ||
	    (is->tells_applicant && !vias_equal(was->applicant_via, was->applicant_via_count,
						is->applicant_via, is->applicant_via_count)))
		ret[count++] = (struct diff_change){
			"(applicant)", was->tells_applicant ? ROLE_APPLICANT : ROLE_NONE,
			is->tells_applicant ? ROLE_APPLICANT : ROLE_NONE};
	return count;
}

bool diff_event(struct diff *d, const struct event *e, const struct decide_in *in)
{
	struct decision was, is;
	struct diff_change *changes;
	struct diff_problems had, has;
	struct diff_case c;

	arena_reset(&d->scratch);
	decide(d->packs[WAS], e, in, &d->scratch, &was);
	decide(d->packs[IS], e, in, &d->scratch, &is);
	changes = arena_alloc(&d->scratch, ((size_t)was.notice_count + (size_t)is.notice_count +
					    1) * sizeof(*changes));
	had = diff_problems_decided(d->packs[WAS], &was, &d->scratch);
	has = diff_problems_decided(d->packs[IS], &is, &d->scratch);
	c = (struct diff_case){.region = d->packs[IS]->view.regions[is.region].code,
			       .item = *e->item_code ? e->item_code : "(none)",
			       .changes = changes,
			       .count = changes_find(d, &was, &is, changes),
			       .appeared = diff_problems_beyond(&has, &had, &d->scratch),
			       .vanished = diff_problems_beyond(&had, &has, &d->scratch),
			       .weight = 1};
	d->sums.events++;
	if (!c.count && !c.appeared.count && !c.vanished.count)
		return false;
	if (d->sample_count < SAMPLES_MAX) {
		c.sample.source = arena_strdup(&d->sampled, e->source);
		c.sample.id = arena_strdup(&d->sampled, e->id);
	}
	diff_take(d, &c);
	return true;
}

const struct diff_sums *diff_sums(const struct diff *d)
{
	return &d->sums;
}

const struct diff_line *diff_lines(const struct diff *d, int *ret_count)
{
	*ret_count = d->line_count;
	return d->lines;
}

const struct diff_tally *diff_tallies(const struct diff *d, enum diff_by by, int *ret_count)
{
	*ret_count = d->tallies[by].count;
	return d->tallies[by].list;
}

const struct diff_sample *diff_samples(const struct diff *d, int *ret_count)
{
	*ret_count = d->sample_count;
	return d->samples;
}

void diff_forget(struct diff *d)
{
	d->sums = (struct diff_sums){0};
	d->sample_count = 0;
	arena_reset(&d->sampled);
}

const struct check *diff_check(const struct diff *d, bool is_new)
{
	return d->checks[is_new ? IS : WAS];
}

bool diff_is_empty(const struct diff *d)
{
	return !d->line_count && !d->sums.changed;
}
