/*
 * Fuzz harness: the files of a pack. The input is files one behind the other, each begun by a line
 * "== name". What is read has to decide an event, explain it, and have the same version when read
 * again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "fuzz_faults.h"

#define FILES_MAX 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char event_text[] =
	"{\"specversion\":\"1.0\",\"type\":\"approval.granted\",\"source\":\"s\",\"id\":\"1\","
	"\"time\":\"2026-11-23T10:15:00+08:00\",\"data\":{\"case\":\"C\",\"item\":\"000123011000\","
	"\"region\":\"371302\",\"applicant\":{\"name\":\"n\"},\"attributes\":{\"area\":1200,"
	"\"risk\":\"high\"}}}";

static const char *header_find(const char *p, const char *end)
{
	for (; p < end; p++) {
		p = memchr(p, '=', (size_t)(end - p));
		if (!p || end - p < 4)
			return NULL;
		if (memcmp(p, "== ", 3) == 0)
			return p;
	}
	return NULL;
}

static int files_cut(const char *p, size_t size, struct arena *arena, struct pack_file *files)
{
	const char *end = p + size, *next, *lf;
	int count = 0;

	for (p = header_find(p, end); p && count < FILES_MAX; p = next) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			break;
		next = header_find(lf, end);
		files[count].name = arena_strndup(arena, p + 3, (size_t)(lf - p - 3));
		files[count].data = lf + 1;
		files[count].len = (size_t)((next ? next : end) - lf - 1);
		count++;
	}
	return count;
}

static void use_pack(const struct pack *pack, struct arena *arena)
{
	const struct pack_view *v = pack_view(pack);
	struct decide_in in = {.at_ms = 1795400100000};
	struct explain_ask ask = {&in, v->body_count ? v->bodies[0].id : "none", true};
	struct decision d;
	struct event event;
	struct diag diag;
	struct buf out;

	diag_init(&diag, arena);
	buf_init(&out, 1 << 22);
	if (event_parse(event_text, sizeof(event_text) - 1, &event_limits_default, &event, &diag))
		abort();
	decide(pack, &event, &in, arena, &d);
	decision_to_json(pack, &event, &d, &out);
	if (explain_for_body(pack, &event, &ask, &out) && v->body_count)
		abort();
	buf_clear(&out);
	event_clear(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pack_file files[FILES_MAX];
	struct pack *pack, *again;
	struct arena arena;
	struct diag diag;
	int count;

	arena_init(&arena);
	diag_init(&diag, &arena);
	count = files_cut((const char *)data, size, &arena, files);
	if (pack_read(files, count, &pack, &diag)) {
		fuzz_expect_faults(&diag);
	} else {
		use_pack(pack, &arena);
		if (pack_read(files, count, &again, &diag) ||
		    strcmp(pack_view(pack)->version, pack_view(again)->version) != 0)
			abort();
		pack_unref(again);
		pack_unref(pack);
	}
	arena_clear(&arena);
	return 0;
}
