/* gate.c: see gate.h. */
#include "flow/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timefmt.h"

struct gate_ask {
	struct gate_ask *next;
	struct gate *gate;
	int delivery;
	int32_t day;
	char hash[64];
	struct gate_answer answer;
	char *with;
};

static void on_pass(void *arg, enum err e, const struct text_pass_out *out)
{
	static const enum pass passes[TEXT_PASS_COUNT] = {[TEXT_MAY] = PASS_MAY,
							  [TEXT_UNWANTED] = PASS_UNWANTED,
							  [TEXT_ENOUGH] = PASS_ENOUGH,
							  [TEXT_WAITS] = PASS_WAITS};
	struct gate_ask *a = arg;
	struct gate *g = a->gate;

	if (e == ERR_OK) {
		a->with = mem_strdup(out->with);
		a->answer = (struct gate_answer){passes[out->pass], out->until_ms, a->with};
	} else {
		g->failed = true;
	}
	if (--g->pending == 0)
		g->answered(g->arg);
}

const struct gate_answer *gate_pass(struct gate *g, const struct gate_in *in)
{
	int32_t day = day_of_ms(in->now_ms, SHANGHAI_MIN);
	struct gate_ask *a;
	char id[48];

	for (a = g->asks; a; a = a->next) {
		if (a->delivery == in->delivery && a->day == day && !strcmp(a->hash, in->hash))
			return &a->answer;
	}
	a = mem_zalloc(sizeof(*a));
	a->next = g->asks;
	g->asks = a;
	a->gate = g;
	a->delivery = in->delivery;
	a->day = day;
	a->answer = (struct gate_answer){.pass = PASS_ASKED, .with = ""};
	snprintf(a->hash, sizeof(a->hash), "%s", in->hash);
	snprintf(id, sizeof(id), "d%lld.%d", (long long)in->seq, in->delivery);
	g->pending++;
	store_text_pass(
		g->flow->store,
		&(struct text_pass_in){.hash = a->hash,
				       .id = id,
				       .day = day,
				       .limit = in->is_exempt ? 0 : g->flow->config->sms_per_day,
				       .now_ms = in->now_ms,
				       .join_ms = in->join_ms},
		on_pass, a);
	return &a->answer;
}

void gate_clear(struct gate *g)
{
	while (g->asks) {
		struct gate_ask *a = g->asks;

		g->asks = a->next;
		free(a->with);
		free(a);
	}
}
