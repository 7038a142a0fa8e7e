/*
 * rules_help.h: what the tests of rules/ share: a small pack that tests change one file of, faults
 * as text, and one event that tests change one member of. help_setup and help_teardown make and
 * drop the arena.
 */
#ifndef TANDEM_RULES_HELP_H
#define TANDEM_RULES_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "event.h"
#include "pack.h"

struct help {
	struct arena arena;
	struct diag diag;
};
int help_setup(void **state);
int help_teardown(void **state);

/* "where: what" a line, of everything in the diag. */
const char *help_faults(struct help *h);
bool help_has_fault(struct help *h, const char *where, const char *what_part);
/* Fails with all faults printed unless this one is among them. */
void help_expect_fault(struct help *h, const char *where, const char *what_part);

/* The small pack with one file replaced (content NULL leaves the file out; name NULL changes
 * nothing). */
enum err help_pack(struct help *h, const char *name, const char *content, struct pack **ret);
enum err help_pack_bytes(struct help *h, const char *name, const char *data, size_t len,
			 struct pack **ret);

/* A good event in which the text `from` is replaced by `to`. */
const char *help_event_text(struct help *h, const char *from, const char *to);
enum err help_event(struct help *h, const char *from, const char *to, struct event *ret);

#endif
