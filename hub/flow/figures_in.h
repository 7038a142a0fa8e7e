/* figures_in.h: facts out of a record. For figures*.c only. */
#ifndef TANDEM_FIGURES_IN_H
#define TANDEM_FIGURES_IN_H

#include "flow/figures.h"

struct fact_source {
	struct figures *figures;
	const struct pack *pack; /* whose calendar counts working time */
	const struct record *record;
	int64_t seq;
};
struct event_fact fact_of_event(const struct fact_source *s);
void fact_of(const struct fact_source *s, int notice, struct fact *ret);

#endif
