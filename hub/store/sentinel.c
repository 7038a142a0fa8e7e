#include "store/sentinel.h"

#include <stdlib.h>
#include <string.h>

/* Names the promoted one as soon as it is a master, when SENTINEL MASTER still names the old. */
static void ask_address(const struct seek *s, struct args *a)
{
	args_str(a, "SENTINEL");
	args_str(a, "get-master-addr-by-name");
	args_str(a, s->opt.url->master);
}

static const char *judge_address(const struct seek *s, const struct spot *from,
				 const struct redis_reply *r, struct finding *ret)
{
	(void)s;
	(void)from;
	if (r->type == REDIS_NIL)
		return "there is no master of this name";
	if (r->type != REDIS_ARRAY || r->count != 2 ||
	    !spot_set(&ret->place, r->items[0].str, r->items[0].len,
		      strtol(r->items[1].str, NULL, 10)))
		return "an answer of another form than expected";
	return NULL;
}

/* Each failover has a higher number than the one before: a sentinel that missed one is known by it.
 */
static void ask_epoch(const struct seek *s, struct args *a)
{
	args_str(a, "SENTINEL");
	args_str(a, "MASTER");
	args_str(a, s->opt.url->master);
}

static const char *judge_epoch(const struct seek *s, const struct spot *from,
			       const struct redis_reply *r, struct finding *ret)
{
	(void)s;
	(void)from;
	for (int i = 0; r->type == REDIS_ARRAY && i + 1 < r->count; i += 2) {
		if (strcmp(r->items[i].str, "config-epoch") != 0)
			continue;
		ret->epoch = strtoll(r->items[i + 1].str, NULL, 10);
		return NULL;
	}
	return "an answer of another form than expected";
}

const struct dialect sentinel_dialect = {
	.nobody = "no sentinel says where the master is",
	.questions = {{ask_address, judge_address}, {ask_epoch, judge_epoch}},
};
