/* fuzz_faults.h: what the harnesses of the readers hold every refusal against: it says why, and
 * that has a code and Chinese. */
#ifndef TANDEM_FUZZ_FAULTS_H
#define TANDEM_FUZZ_FAULTS_H

#include <stdlib.h>

#include "base/buf.h"
#include "phrase.h"

#define FAULTS_LOOKED_AT 8 /* so that a file of faults takes no longer than others */

static inline void fuzz_expect_faults(const struct diag *diag)
{
	struct buf out;
	int count = 0;

	if (!diag->count)
		abort();
	buf_init(&out, (size_t)1 << 22);
	for (const struct fault *f = diag->first; f && count < FAULTS_LOOKED_AT;
	     f = f->next, count++) {
		if (!phrase_print(f->what, &out))
			abort();
	}
	buf_clear(&out);
}

#endif
