/*
 * figures.c: the figures of contract section 7, counted from the records as they stand in Redis by
 * a process that has kept nothing, so that what the board of a running hub says can be checked
 * against them.
 */
#include <stdio.h>

#include "cli.h"
#include "flow/board.h"
#include "store_call.h"

static void on_counted(void *arg, const struct reply *r)
{
	struct store_call *c = arg;
	FILE *out = r->err == ERR_OK ? stdout : stderr;

	fwrite(r->json, 1, r->len, out);
	fputc('\n', out);
	store_call_answered(c, r->err);
}

/* Whoever oversees the whole jurisdiction; NULL: it has no body of its own. */
static struct principal *overseer(const struct pack *pack)
{
	const struct pack_view *v = pack_view(pack);

	for (int i = 0; i < v->body_count; i++) {
		if (v->bodies[i].region == v->jurisdiction) {
			struct principal *who = principal_new("tandem figures", "", "");

			principal_grant(who, WHO_COORDINATOR, v->bodies[i].id);
			return who;
		}
	}
	return NULL;
}

static int count(struct store_call *c, const struct query_board *q)
{
	struct principal *who;
	struct flow *flow;
	enum err e = store_call_policy(c);

	if (e != ERR_OK) {
		fprintf(stderr, "tandem figures: the policy in force cannot be read: %s\n",
			err_title(e));
		return 3;
	}
	who = overseer(c->pack);
	if (!who) {
		fprintf(stderr,
			"tandem figures: no body of the policy stands for the whole jurisdiction\n");
		return 3;
	}
	flow = flow_new(&(struct flow_options){
		.loop = c->loop, .store = c->store, .config = &c->config, .pack = c->pack});
	c->waiting = true;
	query_board(flow, who, q, on_counted, c);
	e = store_call_wait(c);
	flow_free(flow);
	principal_unref(who);
	return e == ERR_OK ? 0 : e == ERR_UNAVAILABLE ? 3 : 2;
}

int cli_figures(int argc, char **argv)
{
	struct query_board q = {.from = "", .to = "", .region = "", .by = ""};
	bool json = false; /* it always is; whoever asks as of the other commands is not refused */
	const struct args_option known[] = {
		{"--from", &q.from, NULL}, {"--to", &q.to, NULL},   {"--region", &q.region, NULL},
		{"--by", &q.by, NULL},	   {"--json", NULL, &json}, {NULL, NULL, NULL},
	};
	struct store_call c;
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.word_count) {
		fprintf(stderr,
			"usage: tandem figures [--from DATE] [--to DATE] [--region CODE] [--by body|region|item|day] [--SETTING VALUE]...\n");
		return 2;
	}
	status = store_call_open(&c, &args);
	if (!status)
		status = count(&c, &q);
	store_call_close(&c);
	return status;
}
