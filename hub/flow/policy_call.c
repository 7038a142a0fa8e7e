/* policy_call.c: see policy_call.h. */
#include "flow/policy_call.h"

#include <string.h>

#include "base/utf8.h"
#include "json_scan.h"
#include "pack_sent.h"

#define EVENTS_DEFAULT 1000
#define EVENTS_MAX     100000
#define DAYS_MAX       3660
#define DAY_MS	       86400000.0

void policy_call_begin(struct policy_call *c, const struct policy_asked *asked, reply_fn *fn,
		       void *arg)
{
	c->ps = asked->flow->policies;
	c->who = asked->who ? principal_ref(asked->who) : NULL;
	c->fn = fn;
	c->arg = arg;
	arena_init(&c->arena);
	c->version = arena_strdup(&c->arena, asked->version);
	c->why = "";
}

static void call_end(struct policy_call *c)
{
	principal_unref(c->who);
	arena_clear(&c->arena);
}

bool policy_may_change(const struct flow *f, const struct principal *who)
{
	const struct pack_view *v = pack_view(f->pack);

	return principal_administers(who, "") ||
	       principal_oversees(who, f->pack, v->regions[v->jurisdiction].code, WHO_COORDINATOR);
}

bool policy_call_may(const struct policy_call *c)
{
	return policy_may_change(c->ps->flow, c->who);
}

static void reply(struct policy_call *c, const struct reply *r)
{
	c->fn(c->arg, r);
	call_end(c);
}

void policy_answer(struct policy_call *c, const char *json, size_t len)
{
	reply(c,
	      &(struct reply){.err = ERR_OK, .status = 200, .json = json, .len = len, .etag = ""});
}

void policy_call_life(const struct policy_call *c, const struct policy *p, struct buf *out)
{
	const struct policies *ps = c->ps;
	const bool may = policy_call_may(c), is_force = p == ps->force;
	const bool is_own = p->submitted && !strcmp(p->submitted->by, c->who->name);
	const struct {
		const char *verb;
		bool holds;
	} acts[] = {
		{"approve", !is_force && !p->approved && !is_own},
		{"activate", !is_force && p->approved},
		{"withdraw", p->scheduled || !p->activated},
		{"rehearse", !is_force},
		{"shadow-on", !is_force && p != ps->shadow},
		{"shadow-off", p == ps->shadow},
	};
	const char *comma = "";

	policy_life(ps, p, out);
	buf_add_str(out, ",\"allowed\":[");
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		if (!may || !acts[i].holds)
			continue;
		buf_printf(out, "%s\"%s\"", comma, acts[i].verb);
		comma = ",";
	}
	buf_add_char(out, ']');
}

void policy_answer_life(struct policy_call *c, int status, const char *members)
{
	struct buf out;

	buf_init(&out, ANSWER_BYTES);
	buf_add_char(&out, '{');
	policy_call_life(c, policy_get(c->ps, c->version), &out);
	buf_add_str(&out, members);
	buf_add_char(&out, '}');
	reply(c, &(struct reply){.err = ERR_OK,
				 .status = status,
				 .json = buf_cstr(&out),
				 .len = out.len,
				 .etag = ""});
	buf_clear(&out);
}

static void refuse(struct policy_call *c, enum err e, struct buf *problem)
{
	reply(c, &(struct reply){.err = e,
				 .status = err_http_status(e),
				 .json = buf_cstr(problem),
				 .len = problem->len,
				 .etag = ""});
	buf_clear(problem);
}

void policy_refuse_with(struct policy_call *c, enum err e, const char *detail, const char *members)
{
	struct buf out;

	buf_init(&out, ANSWER_BYTES);
	problem_json(&out, e, err_http_status(e), detail, NULL);
	out.len--; /* the brace at its end comes behind the members */
	buf_add_str(&out, members);
	buf_add_char(&out, '}');
	refuse(c, e, &out);
}

void policy_refuse(struct policy_call *c, enum err e, const char *detail)
{
	policy_refuse_with(c, e, detail, "");
}

void policy_refuse_faults(struct policy_call *c, enum err e, const struct diag *diag)
{
	struct buf out;

	buf_init(&out, ANSWER_BYTES);
	problem_json(&out, e, err_http_status(e),
		     e == ERR_SYNTAX ? "The body is not JSON" : "Nothing was done", diag);
	refuse(c, e, &out);
}

struct policy_step policy_call_step(const struct policy_call *c, enum step_kind kind)
{
	return (struct policy_step){.kind = kind,
				    .version = c->version,
				    .by = c->who->name,
				    .why = c->why,
				    .folder = "",
				    .at_ms = clock_now_ms(&c->ps->flow->clock)};
}

const char *policy_text(const json_t *said, const char *name, struct diag *diag)
{
	const json_t *v = json_object_get(said, name);
	const char *s = json_string_value(v);

	if (!v || json_is_null(v))
		return "";
	if (!s || utf8_chars(s, strlen(s)) > WHY_CHARS)
		diag_add(diag, arena_printf(diag->arena, "/%s", name),
			 "must be a text of at most %d characters", WHY_CHARS);
	return s ? arena_strdup(diag->arena, s) : "";
}

void policy_members(const json_t *said, const char *const *names, struct diag *diag)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)said, key, value) {
		char where[POINTER_BYTES];
		int i = 0;

		while (names[i] && strcmp(names[i], key) != 0)
			i++;
		if (names[i])
			continue;
		pointer_add(where, 0, key, strlen(key));
		diag_add(diag, arena_strdup(diag->arena, where), "an unknown member");
	}
}

void policy_past(const struct policy_call *c, const json_t *said, struct proof_past *ret,
		 struct diag *diag)
{
	const json_t *events = json_object_get(said, "events"),
		     *days = json_object_get(said, "days");
	const bool has_days = days && !json_is_null(days);

	*ret = (struct proof_past){.events = has_days ? EVENTS_MAX : EVENTS_DEFAULT};
	if (events && !json_is_null(events)) {
		if (!json_is_integer(events) || json_integer_value(events) < 1 ||
		    json_integer_value(events) > EVENTS_MAX)
			diag_add(diag, "/events", "must be a whole number from 1 to %d",
				 EVENTS_MAX);
		else
			ret->events = (int)json_integer_value(events);
	}
	if (!has_days)
		return;
	if (json_is_number(days) && json_number_value(days) > 0 &&
	    json_number_value(days) <= DAYS_MAX)
		ret->since_ms = clock_now_ms(&c->ps->flow->clock) -
				(int64_t)(json_number_value(days) * DAY_MS);
	else
		diag_add(diag, "/days", "must be a number above 0 and at most %d", DAYS_MAX);
}
