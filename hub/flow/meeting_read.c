/* meeting_read.c: minutes as a person sends them. Every fault at once, each with its place. */
#include <string.h>

#include "flow/meeting_in.h"
#include "flow/respond_in.h"
#include "timefmt.h"

struct reading {
	const struct flow *flow;
	const struct principal *who;
	struct meeting *m;
	struct diag *diag;
};

static int32_t read_day(const json_t *said, const char *where, struct diag *diag)
{
	int32_t day = INT32_MIN;

	act_date_at(said, where, true, &day, diag);
	return day;
}

/* The office that the person coordinates for: the one named, else their first. */
static const char *office_of(const struct reading *r, const char *named)
{
	for (int i = 0; i < r->who->grant_count; i++) {
		const struct grant *g = &r->who->grants[i];

		if (g->who == WHO_COORDINATOR && pack_find_body(r->flow->pack, g->body) >= 0 &&
		    (!*named || !strcmp(named, g->body)))
			return g->body;
	}
	return NULL;
}

static void read_office(const struct reading *r, const json_t *said)
{
	const struct pack_view *p = pack_view(r->flow->pack);
	const char *office = office_of(r, act_text(said, "body", false, r->diag));

	r->m->body = r->m->region = "";
	if (!office) {
		diag_add(r->diag, "/body", "is no office that you coordinate for");
		return;
	}
	r->m->body = arena_strdup(r->diag->arena, office);
	r->m->region = p->regions[p->bodies[pack_find_body(r->flow->pack, office)].region].code;
}

/* A meeting asks nothing of bodies that are not its region's. */
static void check_owner(const struct reading *r, const char *where, const char *owner)
{
	const struct pack *pack = r->flow->pack;
	int b = pack_find_body(pack, owner),
	    region = pack_find_region(pack, r->m->region, strlen(r->m->region));

	if (*owner && b < 0)
		diag_add(r->diag, where, "there is no such body");
	else if (*owner && region >= 0 &&
		 !region_within(pack, pack_view(pack)->bodies[b].region, region))
		diag_add(r->diag, where, "is no body of the meeting's region");
}

static void read_decision(const struct reading *r, const json_t *o, int at)
{
	struct arena *arena = r->diag->arena;
	const char *about = arena_printf(arena, "/decisions/%d/about", at),
		   *owner = arena_printf(arena, "/decisions/%d/owner", at);
	const char *due = arena_printf(arena, "/decisions/%d/due", at);
	struct resolution *d = &r->m->decisions[at];
	int64_t seq;
	int dispute;

	*d = (struct resolution){.text = act_text_at(o,
						     arena_printf(arena, "/decisions/%d/text", at),
						     true, r->diag),
				 .owner = act_text_at(o, owner, true, r->diag),
				 .about = act_text_at(o, about, false, r->diag),
				 .done_by = "",
				 .remark = ""};
	d->due_day = read_day(o, due, r->diag);
	check_owner(r, owner, d->owner);
	if (d->due_day != INT32_MIN && d->due_day < r->m->day)
		diag_add(r->diag, due, "lies before the meeting");
	if (*d->about && !id_parse_dispute(d->about, &seq, &dispute))
		diag_add(r->diag, about, "must be a dispute like u12.0");
}

void meeting_read(const struct flow *f, const struct principal *who, const json_t *said,
		  struct meeting *ret, struct diag *diag)
{
	const struct reading r = {f, who, ret, diag};
	const json_t *list = json_object_get(said, "decisions");
	const int64_t now_ms = clock_now_ms(&f->clock);

	*ret = (struct meeting){.version = 1, .by = who->name, .at_ms = now_ms};
	read_office(&r, said);
	ret->day = read_day(said, "/date", diag);
	if (ret->day != INT32_MIN && ret->day > day_of_ms(now_ms, SHANGHAI_MIN))
		diag_add(diag, "/date", "must not be a day to come");
	ret->title = act_text(said, "title", true, diag);
	if (!json_is_array(list) || json_array_size(list) > DECISIONS_MAX) {
		diag_add(diag, "/decisions", "must be a list of at most %d", DECISIONS_MAX);
		return;
	}
	ret->decision_count = (int)json_array_size(list);
	ret->decisions = arena_zalloc(diag->arena,
				      sizeof(*ret->decisions) * (size_t)(ret->decision_count + 1));
	for (int i = 0; i < ret->decision_count; i++)
		read_decision(&r, json_array_get(list, (size_t)i), i);
}
