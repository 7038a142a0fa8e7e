#include "decide_in.h"
#include "pack_in.h"
#include "timefmt.h"

static void add_time(struct buf *out, const struct deadline *d)
{
	char text[TIMEFMT_BYTES];

	if (d->at_ms == -1) {
		buf_add_str(out, "null");
		return;
	}
	time_format(d->at_ms, SHANGHAI_MIN, text);
	buf_add_json(out, text);
}

static void add_via(struct buf *out, const enum channel *via, int count)
{
	int i;

	buf_add_str(out, "\"via\":[");
	for (i = 0; i < count; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_json(out, channel_name(via[i]));
	}
	buf_add_char(out, ']');
}

static void add_rules(struct buf *out, const struct pack *p, const int *rules, int count)
{
	int i;

	buf_add_str(out, "\"rules\":[");
	for (i = 0; i < count; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_json(out, p->view.rules[rules[i]].id);
	}
	buf_add_char(out, ']');
}

static void add_notice(struct buf *out, const struct pack *p, const struct decision *d,
		       const struct decided_notice *n)
{
	buf_add_str(out, "{\"body\":");
	buf_add_json(out, p->view.bodies[n->body].id);
	buf_add_str(out, ",\"role\":");
	buf_add_json(out, role_name(n->role));
	buf_add_str(out, ",\"due\":");
	add_time(out, &n->due);
	buf_add_str(out, ",\"feedback_due\":");
	add_time(out, &n->feedback_due);
	buf_add_char(out, ',');
	add_via(out, n->via, n->via_count);
	buf_add_char(out, ',');
	add_rules(out, p, n->rules, n->rule_count);
	scope_json_notice(d, n, out);
	buf_add_char(out, '}');
}

static void add_item(struct buf *out, const struct pack *p, const struct decision *d)
{
	int item = d->item;

	if (item < 0) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_str(out, "{\"code\":");
	buf_add_json(out, d->item_code);
	buf_add_str(out, ",\"sector\":");
	buf_add_json(out, p->view.items[item].sector);
	buf_add_str(out, ",\"devolution\":");
	buf_add_json(out, devolution_name(p->view.items[item].devolution));
	buf_add_char(out, '}');
}

static void add_applicant(struct buf *out, const struct pack *p, const struct decision *d)
{
	if (!d->tells_applicant) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_char(out, '{');
	add_via(out, d->applicant_via, d->applicant_via_count);
	buf_add_char(out, ',');
	add_rules(out, p, d->applicant_rules, d->applicant_rule_count);
	scope_json_applicant(p, d, out);
	buf_add_char(out, '}');
}

static void add_problem(struct buf *out, const struct pack *p, const struct problem *problem)
{
	buf_add_str(out, "{\"code\":");
	buf_add_json(out, problem_name(problem->code));
	if (problem->rule >= 0) {
		buf_add_str(out, ",\"rule\":");
		buf_add_json(out, p->view.rules[problem->rule].id);
	}
	if (problem->item) {
		buf_add_str(out, ",\"item\":");
		buf_add_json(out, problem->item);
	}
	buf_add_char(out, '}');
}

void decision_to_json(const struct pack *p, const struct event *e, const struct decision *d,
		      struct buf *out)
{
	int i;

	buf_add_str(out, "{\"event\":{\"source\":");
	buf_add_json(out, e->source);
	buf_add_str(out, ",\"id\":");
	buf_add_json(out, e->id);
	buf_add_str(out, "},\"policy\":");
	buf_add_json(out, p->view.version);
	buf_add_str(out, ",\"item\":");
	add_item(out, p, d);
	buf_add_str(out, ",\"notices\":[");
	for (i = 0; i < d->notice_count; i++) {
		if (i)
			buf_add_char(out, ',');
		add_notice(out, p, d, &d->notices[i]);
	}
	buf_add_str(out, "],\"applicant\":");
	add_applicant(out, p, d);
	buf_add_str(out, ",\"problems\":[");
	for (i = 0; i < d->problem_count; i++) {
		if (i)
			buf_add_char(out, ',');
		add_problem(out, p, &d->problems[i]);
	}
	buf_add_char(out, ']');
	scope_json_tail(p, d, out);
	buf_add_char(out, '}');
}
