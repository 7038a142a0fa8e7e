/* Fuzz harness: a record as it comes back from Redis. What is read is written the same however
 * often. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_be_place(int i, int count)
{
	must(i >= -1 && i < count);
}

static void check_letters(const struct record *r)
{
	for (int i = 0; i < r->notice_count; i++)
		must(r->notices[i].cause != CAUSE_LETTER || record_letter(r, &r->notices[i]));
	for (int i = 0; i < r->letter_count; i++)
		must((unsigned)r->letters[i].kind < LETTER_KIND_COUNT && r->letters[i].from &&
		     r->letters[i].subject && r->letters[i].time);
	for (int i = 0; i < r->writing_count; i++) {
		must(r->writings[i].body && r->writings[i].text);
		must_be_place(r->writings[i].notice, r->notice_count);
	}
}

static void check_places(const struct record *r)
{
	must(r->notice_count <= RECORD_NOTICES_MAX);
	for (int i = 0; i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];

		must((unsigned)n->role < ROLE_COUNT && (unsigned)n->state < STATE_COUNT);
		must(n->body && n->via && n->rules);
		must_be_place(n->from, r->notice_count);
	}
	for (int i = 0; i < r->delivery_count; i++) {
		must((unsigned)r->deliveries[i].state < DELIVERY_STATE_COUNT);
		must_be_place(r->deliveries[i].notice, r->notice_count);
		must_be_place(r->deliveries[i].term, r->term_count);
	}
	for (int i = 0; i < r->pause_count; i++)
		must_be_place(r->pauses[i].notice, r->notice_count);
	for (int i = 0; i < r->file_count; i++) {
		must((unsigned)r->files[i].type < FILE_TYPE_COUNT && r->files[i].hash &&
		     r->files[i].name);
		must_be_place(r->files[i].notice, r->notice_count);
		must_be_place(r->files[i].feedback, r->feedback_count);
	}
	for (int i = 0; i < r->term_count; i++)
		must((unsigned)r->terms[i].kind < TERM_KIND_COUNT && r->terms[i].told <= TERM_OVER);
	for (int i = 0; i < r->receipt_count; i++) {
		must((unsigned)r->receipts[i].kind < RECEIPT_KIND_COUNT);
		must_be_place(r->receipts[i].notice, r->notice_count);
		must_be_place(r->receipts[i].delivery, r->delivery_count);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record first, second;
	struct buf once, twice;
	struct arena arena;

	arena_init(&arena);
	buf_init(&once, RECORD_BYTES_MAX * 4);
	buf_init(&twice, RECORD_BYTES_MAX * 4);
	if (record_decode((const char *)data, size, &arena, &first) == ERR_OK) {
		check_places(&first);
		check_letters(&first);
		record_encode(&first, &once);
		if (record_decode(once.data, once.len, &arena, &second) != ERR_OK)
			abort();
		record_encode(&second, &twice);
		if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
			abort();
		(void)record_next_ms(&second);
	}
	buf_clear(&once);
	buf_clear(&twice);
	arena_clear(&arena);
	return 0;
}
