/* said.h: what a step of a story says, and that it came true. */
#ifndef TANDEM_TEST_SAID_H
#define TANDEM_TEST_SAID_H

#include "replay/world.h"

struct story {
	struct world world;
	const char *name;
	size_t step;
	const json_t *now; /* the step */
};

const char *said_text(const json_t *o, const char *name, const char *otherwise);
int said_number(const json_t *o, const char *name, int otherwise);
int64_t said_moment(const char *s);
/* fails the run */
void story_wrong(const struct story *s, const char *what, const char *is, const char *wanted);
/* What the step says of it, if anything, is what it is. */
void same_text(const struct story *s, const char *what, const char *is);
void same_number(const struct story *s, const char *what, int64_t is);

#endif
