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
	enum pass pass;
};

static void on_pass(void *arg, enum err e, enum text_pass pass)
{
	static const enum pass passes[] = { [TEXT_MAY] = PASS_MAY, [TEXT_UNWANTED] = PASS_UNWANTED, [TEXT_ENOUGH] = PASS_ENOUGH };
	struct gate_ask *a = arg;
	struct gate *g = a->gate;

	if (e == ERR_OK)
		a->pass = passes[pass];
	else
		g->failed = true;
	if (--g->pending == 0)
		g->answered(g->arg);
}

enum pass gate_pass(struct gate *g, const struct gate_in *in)
{
	int32_t day = day_of_ms(in->now_ms, SHANGHAI_MIN);
	struct gate_ask *a;
	char id[48];

	for (a = g->asks; a; a = a->next) {
		if (a->delivery == in->delivery && a->day == day && !strcmp(a->hash, in->hash))
			return a->pass;
	}
	a = mem_zalloc(sizeof(*a));
	a->next = g->asks;
	g->asks = a;
	a->gate = g;
	a->delivery = in->delivery;
	a->day = day;
	a->pass = PASS_ASKED;
	snprintf(a->hash, sizeof(a->hash), "%s", in->hash);
	snprintf(id, sizeof(id), "d%lld.%d", (long long)in->seq, in->delivery);
	g->pending++;
	store_text_pass(g->flow->store,
			&(struct text_pass_in){ .hash = a->hash, .id = id, .day = day,
						.limit = in->is_exempt ? 0 : g->flow->config->sms_per_day },
			on_pass, a);
	return PASS_ASKED;
}

void gate_clear(struct gate *g)
{
	while (g->asks) {
		struct gate_ask *a = g->asks;

		g->asks = a->next;
		free(a);
	}
}
