/*
 * handover.h: what one person of a body has in hand goes to another: everything of the body that
 * they have acknowledged or claimed and that is not done. Who acknowledged and claimed stays as it
 * was; each notice says who handed it on, and who keeps it now.
 */
#ifndef TANDEM_HANDOVER_H
#define TANDEM_HANDOVER_H

#include "flow/flow.h"

struct handover_in {
	struct principal *who;
	const char *body;
	const json_t *said; /* {from, to}, borrowed */
	/* whether there is such a person of the body */
	bool (*answers)(void *arg, const char *name, const char *body);
	void *answers_arg;
};
/* 200 {body, from, to, moved}, once all is on disk; doing it twice moves nothing. 403, 404, 422,
 * 503. */
void handover(struct flow *f, const struct handover_in *in, reply_fn *fn, void *arg);
/* who has it in hand, "" nobody yet */
const char *handover_keeper(const struct record *r, int notice);
/* and that it is this person's: the notice is their body's besides */
bool handover_is_keeper(const struct principal *who, const struct record *r, int notice);

#endif
