/*
 * Fuzz harness: what is said with an act on a notice, read as each of the acts would read it. What
 * is refused names its place; what is taken has every text, none longer than it may be.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "flow/respond_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES_MAX	(64 << 10) /* as the call has it */
#define CHARACTER_BYTES 4

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *s, bool needed)
{
	must(s && strlen(s) <= (size_t)REMARK_CHARACTERS_MAX * CHARACTER_BYTES);
	must(*s || !needed);
}

static void read_as(enum answer a, const json_t *said)
{
	bool is_letter = a == ANSWER_LETTER;
	struct act_params p;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	act_read(a, said, &arena, &p, &diag);
	for (const struct fault *f = diag.first; f; f = f->next)
		must(*f->where && *f->what);
	if (!diag.count) {
		check_text(p.remark, is_letter || a == ANSWER_REPLY);
		check_text(p.to, is_letter || a == ANSWER_TRANSFER);
		check_text(p.subject, is_letter);
		check_text(p.time, false);
		must((unsigned)p.kind < LETTER_KIND_COUNT && p.name_count <= FEEDBACK_FILES_MAX);
	}
	arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *said = size > BYTES_MAX
			       ? NULL
			       : json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);

	for (int a = 0; json_is_object(said) && a < ANSWER_COUNT; a++)
		read_as((enum answer)a, said);
	json_decref(said);
	return 0;
}
