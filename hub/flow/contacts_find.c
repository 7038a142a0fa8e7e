/* contacts_find.c: whom a body's texts go to, whom to call there, and from when on. */
#include <string.h>

#include "calendar.h"
#include "flow/contacts_in.h"
#include "flow/optout.h"
#include "sms.h"
#include "timefmt.h"

#define DAYS_AHEAD 60 /* beyond that it is not waited for anybody */

struct seeking {
	const struct flow *flow;
	const char *body, *post; /* post "": any */
	int64_t now_ms;
	const char *but; /* who has been found already: in the normal form, "" nobody */
	bool to_call;	 /* not to write to: also who wants no texts */
};

static bool serves(const struct seeking *s, const char *phone, bool opted_out)
{
	char number[NUMBER_BYTES];

	if (!*phone || (opted_out && !s->to_call))
		return false;
	return !*s->but || !number_normalise(phone, number) || strcmp(number, s->but) != 0;
}

/* Whoever stands in on that day, also over several steps; NULL: nobody. */
static const struct contact *at_work(const struct seeking *s, const struct roster *r,
				     const struct contact *k, int32_t day)
{
	for (int steps = 0; k && steps <= r->count; steps++) {
		const struct leave *l = contact_leave(k, day);
		const struct contact *next = NULL;

		if (!l)
			return serves(s, k->phone, k->opted_out) ? k : NULL;
		for (int i = 0; *l->substitute && i < r->count; i++) {
			if (!strcmp(r->people[i].name, l->substitute))
				next = &r->people[i];
		}
		k = next;
	}
	return NULL;
}

/* The first moment from now on at which this person, or who stands in, is on duty; phone NULL: none
 * in sight. */
static struct contact_found on_duty(const struct seeking *s, const struct roster *r,
				    const struct contact *k)
{
	int32_t today = day_of_ms(s->now_ms, SHANGHAI_MIN);
	bool listed;

	for (int32_t day = today; day < today + DAYS_AHEAD; day++) {
		const struct contact *who = at_work(s, r, k, day);
		int64_t morning = ms_of_day(day, SHANGHAI_MIN), from, to;

		if (!who || (who->from_minute >= 0 &&
			     !calendar_is_working(pack_calendar(s->flow->pack), day, &listed)))
			continue;
		from = who->from_minute < 0 ? morning : morning + who->from_minute * INT64_C(60000);
		to = who->from_minute < 0 ? INT64_MAX : morning + who->to_minute * INT64_C(60000);
		if (s->now_ms < to)
			return (struct contact_found){.phone = who->phone,
						      .name = who->name,
						      .post = who->post,
						      .stands_for = who != k ? k->name : NULL,
						      .from_ms =
							      from > s->now_ms ? from : s->now_ms,
						      .works_then = who->from_minute >= 0};
	}
	return (struct contact_found){.from_ms = s->now_ms};
}

static struct contact_found first_on_duty(const struct seeking *s, const struct roster *r,
					  const char *post)
{
	struct contact_found best = {.from_ms = s->now_ms};

	for (int i = 0; r && i < r->count; i++) {
		struct contact_found one;

		if (*post && strcmp(r->people[i].post, post) != 0)
			continue;
		one = on_duty(s, r, &r->people[i]);
		if (one.phone && (!best.phone || one.from_ms < best.from_ms))
			best = one;
	}
	return best;
}

static struct contact_found of_pack(const struct seeking *s, const char *post)
{
	const struct pack_view *p = pack_view(s->flow->pack);
	int b = pack_find_body(s->flow->pack, s->body);

	for (int i = 0; b >= 0 && i < p->contact_count; i++) {
		const struct pack_contact *k = &p->contacts[i];

		if (k->body == b && (!*post || !strcmp(k->post, post)) &&
		    serves(s, k->phone, optouts_hold_number(s->flow, k->phone)))
			return (struct contact_found){.phone = k->phone,
						      .name = k->name,
						      .post = k->post,
						      .from_ms = s->now_ms};
	}
	return (struct contact_found){.from_ms = s->now_ms};
}

static struct contact_found of_people(const struct seeking *s)
{
	for (int i = 0; i < s->flow->people_count; i++) {
		const struct person_contact *k = &s->flow->people[i];

		if (!strcmp(k->body, s->body) &&
		    serves(s, k->phone, optouts_hold_number(s->flow, k->phone)))
			return (struct contact_found){.phone = k->phone,
						      .name = k->name,
						      .post = "",
						      .from_ms = s->now_ms};
	}
	return (struct contact_found){.from_ms = s->now_ms};
}

static struct contact_found seek(const struct seeking *s)
{
	const struct roster *r = contacts_roster(s->flow, s->body);
	struct contact_found found = first_on_duty(s, r, s->post);

	if (!found.phone && *s->post)
		found = first_on_duty(s, r, "");
	if (!found.phone && *s->post)
		found = of_pack(s, s->post);
	if (!found.phone)
		found = of_people(s);
	return found.phone ? found : of_pack(s, "");
}

struct contact_found contacts_find(const struct flow *f, const char *body, const char *post,
				   int64_t now_ms)
{
	const struct seeking s = {f, body, post, now_ms, "", false};
	struct contact_found found = seek(&s);

	found.opted_out = !found.phone && contacts_have(f, body, NULL);
	return found;
}

/* Who comes behind somebody need not have the post: of two the one on duty earlier. */
static struct contact_found to_call(const struct seeking *s)
{
	struct seeking anybody = *s;
	struct contact_found found = seek(s), other;

	anybody.post = "";
	other = *s->but ? seek(&anybody) : found;
	return other.phone && other.from_ms < found.from_ms ? other : found;
}

int contacts_line(const struct flow *f, const char *body, int64_t now_ms,
		  struct contact_found ret[CONTACTS_LINE])
{
	char found[NUMBER_BYTES] = "";
	int count;

	for (count = 0; count < CONTACTS_LINE; count++) {
		struct seeking s = {f, body, CONTACTS_LIAISON, now_ms, found, false};

		ret[count] = to_call(&s);
		s.to_call = true;
		if (!ret[count].phone)
			ret[count] = to_call(&s);
		if (!ret[count].phone || !number_normalise(ret[count].phone, found))
			break;
	}
	return count;
}
