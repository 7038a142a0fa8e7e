/*
 * liaison.h: whom to call about a notice. The notice's page shows names and numbers masked, to
 * everybody; a person who has to call says why and gets them in the clear. Who asked and why stands
 * in the audit log before they do, and nobody asks without end.
 */
#ifndef TANDEM_LIAISON_H
#define TANDEM_LIAISON_H

#include "flow/flow.h"
#include "flow/view.h"

/* {"people":[…],"allowed":[…]}: the body's liaison now and who comes next (contacts.h), masked; of
 * a pool it is empty */
void liaison_put(const struct flow *f, const struct view *v, int notice, struct buf *out);
/* 200 the same in the clear; 404, 409 nobody is known, 422, 429. Of a notice that they see: the
 * body told, the bureaus of the case, whoever coordinates the region; no key. */
struct liaison_ask {
	struct principal *who;
	const char *notice;
	const json_t *said; /* {reason}; borrowed */
};
void liaison_show(struct flow *f, const struct liaison_ask *in, reply_fn *fn, void *arg);

#endif
