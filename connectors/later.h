/*
 * later.h: a function on a later turn of the loop, for connectors that know their answer at once
 * and must not give it from inside send.
 *
 * later_new, any number of later_run, later_close. Every function given is called exactly once:
 * when its time has come, or with `closing` from inside later_close. `closed` follows on the loop,
 * and the struct is gone then.
 */
#ifndef TANDEM_CONNECTOR_LATER_H
#define TANDEM_CONNECTOR_LATER_H

#include <stdbool.h>
#include <stdint.h>

struct later;
typedef void later_fn(void *arg, bool closing);

struct later *later_new(void *uv_loop);
void later_run(struct later *l, int64_t after_ms, later_fn *fn, void *arg);
void later_close(struct later *l, void (*closed)(void *arg), void *arg);

#endif
