/*
 * demo.h: people whose name is their password, and a steady trickle of invented approvals. For
 * loopback only.
 */
#ifndef TANDEM_DEMO_H
#define TANDEM_DEMO_H

#include "config.h"
#include "flow/flow.h"
#include "net/auth.h"

struct demo;
bool demo_is_allowed(const struct config *cfg);
void demo_print(const struct config *cfg, int port);
/* 0: begins, and brings nothing more */
struct demo *demo_start(struct flow *f, struct auth *a, int64_t pause_ms);
void demo_stop(struct demo *d); /* NULL is none */
void demo_free(struct demo *d);

#endif
