#include "replay/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/board.h"
#include "flow/contacts.h"
#include "flow/intake.h"
#include "flow/query.h"
#include "flow/ranking.h"
#include "flow/respond.h"
#include "flow/sources.h"

/* --- people --- */

static const struct {
	const char *name;
	enum who who;
	const char *body;
} people[] = {
	{"wjw", WHO_SUPERVISOR, "wjw-371302"},
	{"wjw", WHO_SUPERVISOR, "wjw-371300"},
	{"zjj", WHO_SUPERVISOR, "zjj-371302"},
	{"zjj", WHO_SUPERVISOR, "zjj-371300"},
	{"scjg", WHO_SUPERVISOR, "scjg-371302"},
	{"yjj", WHO_SUPERVISOR, "yjj-371300"},
	{"spj", WHO_APPROVER, "spj-371302"},
	{"spj", WHO_APPROVER, "spj-371300"},
	{"lxhy", WHO_COORDINATOR, "znb-371300"},
	{"sjj", WHO_AUDITOR, "znb-371300"},
	{"admin", WHO_ADMIN, ""},
};

struct principal *world_person(const char *name)
{
	struct principal *p = principal_new(name, "", "");

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		if (!strcmp(people[i].name, name))
			principal_grant(p, people[i].who, people[i].body);
	}
	assert_true(p->grant_count > 0);
	return p;
}

/* --- calls --- */

static void on_reply(void *arg, const struct reply *r)
{
	struct world *w = arg;

	w->answers++;
	w->status = r->status;
	snprintf(w->etag, sizeof(w->etag), "%s", r->etag ? r->etag : "");
	json_decref(w->answer);
	w->answer = json_loadb(r->json, r->len, 0, NULL);
	assert_non_null(w->answer);
}

static void await_answer(struct world *w, struct principal *who, int before)
{
	harness_until(&w->h, &w->answers, before + 1);
	principal_unref(who);
}

void world_submit(struct world *w, int hub, const char *who, json_t *event)
{
	struct principal *p = world_person(who);
	int before = w->answers;

	intake_submit_json(w->hubs[hub].flow, p, event, on_reply, w);
	await_answer(w, p, before);
	w->events += w->status == 201;
}

void world_act(struct world *w, const struct asked *a)
{
	static const char *const names[ANSWER_COUNT] = {
		"acknowledge", "claim", "shown",  "return", "transfer", "feedback", "close", "undo",
		"fulfil",      "pause", "resume", "attach", "remind",	"letter",   "reply"};
	struct principal *p = world_person(a->who);
	struct respond_in in = {.who = p, .notice = a->id, .channel = "http", .params = a->with};
	int before = w->answers, act = word_find(a->what, names, ANSWER_COUNT);

	if (act < 0)
		fail_msg("no such act: %s", a->what);
	in.answer = (enum answer)act;
	respond(w->hubs[a->hub].flow, &in, on_reply, w);
	await_answer(w, p, before);
}

void world_dispute(struct world *w, const struct asked *a)
{
	struct principal *p = world_person(a->who);
	const struct dispute_in in = {
		.who = p, .dispute = a->id, .channel = "http", .said = a->with};
	int before = w->answers;

	if (!strcmp(a->what, "position"))
		dispute_position(w->hubs[a->hub].flow, &in, on_reply, w);
	else
		dispute_ruling(w->hubs[a->hub].flow, &in, on_reply, w);
	await_answer(w, p, before);
}

void world_meet(struct world *w, const struct asked *a)
{
	struct principal *p = world_person(a->who);
	const struct meeting_in in = {.who = p, .id = a->id, .said = a->with};
	int before = w->answers;

	(strcmp(a->what, "hold") ? meeting_decision_done : meeting_create)(w->hubs[a->hub].flow,
									   &in, on_reply, w);
	await_answer(w, p, before);
}

static const char *asked_for(const json_t *with, const char *name)
{
	const char *s = json_string_value(json_object_get(with, name));

	return s ? s : "";
}

static void ask_list(struct world *w, struct flow *f, struct principal *p, const struct asked *a)
{
	const struct query_notices q = {.body = a->id,
					.state = asked_for(a->with, "state"),
					.role = "",
					.cause = asked_for(a->with, "cause"),
					.due = asked_for(a->with, "due"),
					.q = "",
					.cursor = "",
					.figure = asked_for(a->with, "figure"),
					.region = "",
					.item = "",
					.from = "",
					.to = "",
					.limit = 200};

	query_notices(f, p, &q, on_reply, w);
}

void world_get(struct world *w, const struct asked *a)
{
	struct flow *f = w->hubs[a->hub].flow;
	struct principal *p = world_person(a->who);
	int before = w->answers;

	if (!strcmp(a->what, "notice"))
		query_notice(f, p, a->id, on_reply, w);
	else if (!strcmp(a->what, "dispute"))
		query_dispute(f, p, a->id, on_reply, w);
	else if (!strcmp(a->what, "case"))
		query_case(f, p, a->id, on_reply, w);
	else if (!strcmp(a->what, "agenda"))
		query_agenda(f, p, &(struct agenda_in){a->id, "2000-01-01", "2099-12-31"}, on_reply,
			     w);
	else if (!strcmp(a->what, "sources"))
		query_sources(f, p, on_reply, w);
	else if (!strcmp(a->what, "ranking"))
		ranking_get(f, &(struct ranking_in){p, a->id, ""}, on_reply, w);
	else if (!strcmp(a->what, "publish"))
		ranking_publish(f, &(struct ranking_in){p, a->id, ""}, on_reply, w);
	else if (!strcmp(a->what, "list"))
		ask_list(w, f, p, a);
	else
		query_board(f, p,
			    &(struct query_board){.from = "2000-01-01",
						  .to = "2099-12-31",
						  .region = "",
						  .by = a->id},
			    on_reply, w);
	await_answer(w, p, before);
}

void world_contacts(struct world *w, const char *who, const char *body, const json_t *said)
{
	struct principal *p = world_person(who);
	int before = w->answers;

	contacts_put(w->hubs[0].flow, &(struct contacts_put){p, body, said}, on_reply, w);
	await_answer(w, p, before);
}
