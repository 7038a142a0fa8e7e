/*
 * Fuzz harness: an exported file as whoever has it hands it back. What is refused has a fault to
 * tell; what is taken is not taken any more when one byte of it is another. What does not begin as
 * such a file does is taken for entries too: whatever they are, a file of them that was just
 * written is taken.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "evidence.h"
#include "fuzz_faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_BYTES_MAX ((size_t)8 << 20)

/* One byte of it, which the input itself picks: over many inputs each place has its turn, and one
 * costs what one reading costs. */
static void expect_change_found(const char *data, size_t size, struct diag *diag)
{
	struct evidence_check c;
	char *changed = malloc(size);
	unsigned int at = 0;

	if (!changed)
		abort();
	memcpy(changed, data, size);
	for (size_t i = 0; i < size; i++)
		at = at * 31 + (unsigned char)data[i];
	changed[at % size] ^= 1;
	if (evidence_read(&(struct evidence_file){changed, "file", size}, NULL, &c, diag) == ERR_OK)
		abort();
	free(changed);
}

static void write_and_read(const char *data, size_t size, struct diag *diag)
{
	struct evidence_chain none = {0};
	struct evidence_writer w;
	struct evidence_check c;
	struct buf file;
	size_t at = 0, entries = 0, found = 0, len;
	const char *entry;

	buf_init(&file, FILE_BYTES_MAX);
	evidence_begin(&w, EVIDENCE_CASE, "C-1", &none, &file);
	while (at < size) {
		const char *end = memchr(data + at, '\n', size - at);

		len = end ? (size_t)(end - data) - at : size - at;
		if (len) {
			evidence_put(&w, NULL, data + at, len, &file);
			entries++;
		}
		at += len + 1;
	}
	evidence_end(&w, w.chain.n, &file);
	if (!file.overflow) {
		if (evidence_read(&(struct evidence_file){file.data, "file", file.len},
				  w.chain.hash, &c, diag) != ERR_OK ||
		    c.end != (int64_t)entries)
			abort();
		for (at = 0; evidence_entry(&(struct evidence_file){file.data, "file", file.len},
					    &at, &entry, &len);)
			found++;
		if (found != entries)
			abort();
	}
	buf_clear(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char begin[] = "{\"tandem\"";
	const char *text = (const char *)data;
	struct evidence_check c;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (evidence_read(&(struct evidence_file){text, "file", size}, NULL, &c, &diag) != ERR_OK)
		fuzz_expect_faults(&diag);
	else
		expect_change_found(text, size, &diag);
	diag_init(&diag, &arena);
	if (size < sizeof(begin) - 1 || memcmp(text, begin, sizeof(begin) - 1) != 0)
		write_and_read(text, size, &diag);
	arena_clear(&arena);
	return 0;
}
