/* steps.h: steps of a story (README.md of cases) that stand apart; each takes what s->now says. */
#ifndef TANDEM_TEST_STEPS_H
#define TANDEM_TEST_STEPS_H

#include "replay/said.h"

void step_source(struct story *s);
void step_figures(struct story *s);
void step_watchdog(struct story *s);
void step_contacts(struct story *s);
void step_liaison(struct story *s);
void step_publish(struct story *s);
void step_digest(struct story *s);
void step_lose(struct story *s);

#endif
