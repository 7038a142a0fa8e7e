/* Fuzz harness: the text of an SMS reply, which anybody with a phone can send. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char code[SHORT_CODE_BYTES];
	struct arena arena;
	int64_t seq = 0, again;
	int notice = 0, other;
	char *text;

	arena_init(&arena);
	text = arena_strndup(&arena, (const char *)data, size);
	if (short_code_find(text, &seq, &notice)) {
		/* What is found is what making it gives. */
		short_code_make(seq, notice, code);
		if (!short_code_parse(code, strlen(code), &again, &other) || again != seq ||
		    other != notice)
			abort();
	}
	sms_parts(text);
	arena_clear(&arena);
	return 0;
}
