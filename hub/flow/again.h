/*
 * again.h: what has to be known and could not be read is read again, a second later and so on until
 * it is there. Redis may go away between being there and answering, and nothing else would ask a
 * second time.
 *
 * Whoever reads owns an again_job and hands it in when its answer was none.
 */
#ifndef TANDEM_AGAIN_H
#define TANDEM_AGAIN_H

#include <stdbool.h>

#include "loop.h"
#include "store/store.h"

struct again_job { /* lives as long as the flow */
	loop_fn *fn;
	void *arg;
	struct again_job *next;
	bool waits;
};
struct again;
struct again *again_new(struct loop *l, const struct store *s);
void again_later(struct again *g, struct again_job *j); /* handed in twice runs once */
void again_stop(struct again *g);			/* runs nothing any more */
void again_free(struct again *g);

#endif
