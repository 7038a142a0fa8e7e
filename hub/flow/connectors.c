/* connectors.c: see connectors.h. */
#include "flow/connectors.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/deadline.h"
#include "flow/figures.h"
#include "flow/mask.h"
#include "flow/optout.h"
#include "flow/respond_in.h"
#include "flow/view.h"
#include "sms.h"
#include "timefmt.h"

#define QUEUE_DAYS 92 /* events before that have nothing under way but their clocks */

void connector_heard(struct flow *f, struct flow_connector *way, const struct send_result *r)
{
	int64_t now_ms = clock_now_ms(&f->clock);

	way->heard = true;
	way->last = r->outcome;
	if (r->outcome == OUTCOME_CHANNEL_DOWN)
		way->down_until_ms = now_ms + 30000;
	if (r->outcome == OUTCOME_ACCEPTED) {
		way->handed_ms = now_ms;
		return;
	}
	way->fault_ms = now_ms;
	way->fault = r->outcome;
	snprintf(way->fault_code, sizeof(way->fault_code), "%s", r->code ? r->code : "");
}

static struct flow_connector *find(struct flow *f, const char *name)
{
	for (int i = 0; i < f->connector_count; i++) {
		if (!strcmp(f->connectors[i].name, name))
			return &f->connectors[i];
	}
	return NULL;
}

void connector_delivered(struct flow *f, const char *name)
{
	struct flow_connector *way = find(f, name);

	if (way)
		way->delivered_ms = clock_now_ms(&f->clock);
}

/* --- how they are doing --- */

static const char *state_of(const struct flow *f, const struct flow_connector *way)
{
	if (!way->heard)
		return "idle";
	if (way->last == OUTCOME_CHANNEL_DOWN || way->down_until_ms > clock_now_ms(&f->clock))
		return "failed";
	if (way->begun >= way->kind->width(way->self) || way->last == OUTCOME_LATER ||
	    way->last == OUTCOME_NOT_SENT || way->last == OUTCOME_UNKNOWN)
		return "waiting";
	return "healthy";
}

static void put_time(struct buf *out, const char *name, int64_t ms)
{
	buf_add_str(out, name);
	view_time(out, ms);
}

static void put_fault(const struct flow_connector *way, struct buf *out)
{
	if (!way->fault_ms) {
		buf_add_str(out, ",\"fault\":null");
		return;
	}
	put_time(out, ",\"fault\":{\"at\":", way->fault_ms);
	buf_printf(out, ",\"outcome\":\"%s\",\"code\":", outcome_name(way->fault));
	buf_add_json(out, way->fault_code);
	buf_add_char(out, '}');
}

static void put_way(const struct flow *f, const struct flow_connector *way, struct buf *out)
{
	buf_add_str(out, "{\"name\":");
	buf_add_json(out, way->name);
	buf_add_str(out, ",\"kind\":");
	buf_add_json(out, way->kind->kind);
	buf_printf(out, ",\"channel\":\"%s\",\"state\":\"%s\",\"sending\":%d,\"width\":%d",
		   channel_name(way->channel), state_of(f, way), way->begun,
		   way->kind->width(way->self));
	put_time(out, ",\"handed_over\":", way->handed_ms);
	put_time(out, ",\"delivered\":", way->delivered_ms);
	put_fault(way, out);
	buf_add_char(out, '}');
}

struct listing {
	struct flow *flow;
	int64_t queue;
	reply_fn *fn;
	void *arg;
};

static bool add_event(void *arg, const struct event_fact *x)
{
	struct listing *l = arg;

	l->queue += x->texts_waiting;
	return true;
}

static int32_t today(const struct flow *f)
{
	return day_of_ms(clock_now_ms(&f->clock), SHANGHAI_MIN);
}

static void on_figures(void *arg, enum err e)
{
	struct listing *l = arg;
	struct buf out;

	if (e != ERR_OK) {
		reply_problem(l->fn, l->arg, e, err_title(e));
		free(l);
		return;
	}
	figures_each_event(l->flow->figures, today(l->flow) - QUEUE_DAYS, today(l->flow), add_event,
			   l);
	buf_init(&out, 64 << 10);
	buf_add_str(&out, "{\"items\":[");
	for (int i = 0; i < l->flow->connector_count; i++) {
		buf_add_str(&out, i ? "," : "");
		put_way(l->flow, &l->flow->connectors[i], &out);
	}
	buf_printf(&out, "],\"queue\":%lld,\"allowed\":[\"test\"]}", (long long)l->queue);
	reply_built(l->fn, l->arg, ERR_OK, "", &out);
	buf_clear(&out);
	free(l);
}

void connectors_list(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct listing *l;

	if (!principal_administers(who, "")) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	l = mem_zalloc(sizeof(*l));
	*l = (struct listing){f, 0, fn, arg};
	figures_read(f->figures, today(f) - QUEUE_DAYS, on_figures, l);
}

/* --- a test --- */

struct test {
	struct flow *flow;
	struct flow_connector *way;
	struct arena arena;
	struct diag diag;
	struct message message;
	char to[NUMBER_BYTES], masked[NUMBER_BYTES];
	reply_fn *fn;
	void *arg;
};

static void test_free(struct test *t)
{
	arena_clear(&t->arena);
	free(t);
}

static void refuse(struct test *t, enum err e, const char *detail)
{
	reply_problem(t->fn, t->arg, e, detail);
	test_free(t);
}

/* Its place is free for others. */
static void leave(struct test *t)
{
	t->way->testing = false;
	t->way->begun--;
	deadline_room(t->flow->deadline);
}

static void on_sent(void *arg, const struct send_result *r)
{
	struct test *t = arg;
	struct buf out;

	connector_heard(t->flow, t->way, r);
	leave(t);
	log_at(LOG_INFO, "", "connector=%s test outcome=%s", t->way->name,
	       outcome_name(r->outcome));
	buf_init(&out, 4096);
	buf_add_str(&out, "{\"connector\":");
	buf_add_json(&out, t->way->name);
	buf_printf(&out, ",\"to\":\"%s\",\"outcome\":\"%s\",\"code\":", t->masked,
		   outcome_name(r->outcome));
	buf_add_json(&out, r->code ? r->code : "");
	buf_add_char(&out, '}');
	reply_built(t->fn, t->arg, ERR_OK, "", &out);
	buf_clear(&out);
	test_free(t);
}

static void on_audited(void *arg, enum err e, const char *text)
{
	struct test *t = arg;

	(void)text;
	if (e == ERR_OK && !t->flow->draining) {
		t->way->kind->send(t->way->self, &t->message, on_sent, t);
		return;
	}
	leave(t);
	refuse(t, ERR_UNAVAILABLE, "Nothing was sent; try again");
}

/* Texts that look alike are swallowed on their way, so each says when it was sent. */
static void compose(struct test *t)
{
	char now[TIMEFMT_BYTES];
	int64_t ms = clock_now_ms(&t->flow->clock);

	time_format(ms, SHANGHAI_MIN, now);
	t->message = (struct message){.id = arena_printf(&t->arena, "t%lld", (long long)ms),
				      .to = t->to};
	t->message.text =
		arena_printf(&t->arena, "【%s】测试短信，%.8s发出。收到即表示通道正常，无需回复。",
			     pack_view(t->flow->pack)->settings.sms_sign, now + 11);
}

static void find_number(struct test *t, const struct connector_test *in)
{
	const char *to = act_text(in->said, "to", false, &t->diag);

	if (!*to && !*in->own)
		diag_add(&t->diag, "/to", "must be a number: you have none of your own here");
	else if (!number_normalise(*to ? to : in->own, t->to))
		diag_add(&t->diag, "/to", "is no telephone number");
	mask_number(t->to, t->masked);
}

static void begin(struct test *t, const struct connector_test *in)
{
	struct flow_connector *way = t->way;
	struct buf line;

	if (optouts_hold_number(t->flow, t->to)) {
		refuse(t, ERR_CONFLICT, OPTOUT_WHY);
		return;
	}
	if (t->flow->draining || way->testing || way->begun >= way->kind->width(way->self)) {
		refuse(t, ERR_UNAVAILABLE, "The way is busy; try again");
		return;
	}
	way->testing = true;
	way->begun++;
	buf_init(&line, 4096);
	audit_line(
		&(struct audited){.at_ms = clock_now_ms(&t->flow->clock),
				  .who = in->who->name,
				  .act = "connector-test",
				  .notice = -1,
				  .channel = channel_name(way->channel),
				  .detail = arena_printf(&t->arena, "%s %s", way->name, t->masked)},
		&line);
	store_audit(t->flow->store, buf_cstr(&line), on_audited, t);
	buf_clear(&line);
}

void connectors_test(struct flow *f, const struct connector_test *in, reply_fn *fn, void *arg)
{
	struct flow_connector *way = principal_administers(in->who, "") ? find(f, in->name) : NULL;
	struct test *t;

	if (!way) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	t = mem_zalloc(sizeof(*t));
	t->flow = f;
	t->way = way;
	t->fn = fn;
	t->arg = arg;
	arena_init(&t->arena);
	diag_init(&t->diag, &t->arena);
	find_number(t, in);
	if (!t->diag.first)
		compose(t);
	if (t->diag.first || way->kind->check(&t->message, &t->diag) != ERR_OK) {
		reply_faults(fn, arg, "Nothing was sent", &t->diag);
		test_free(t);
		return;
	}
	begin(t, in);
}
