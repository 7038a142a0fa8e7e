#include "fuzz_import.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "event.h"

static void on_event(void *arg, const char *where, const char *json, size_t len)
{
	int *events = arg;
	struct arena arena;
	struct diag diag;
	struct event e;

	if (!strchr(where, ':') || memchr(json, '\n', len))
		abort();
	arena_init(&arena);
	diag_init(&diag, &arena);
	if (event_parse(json, len, &event_limits_default, &e, &diag) != ERR_OK)
		abort();
	event_clear(&e);
	arena_clear(&arena);
	(*events)++;
}

static void on_say(void *arg, const char *where, const char *what)
{
	(void)arg;
	if (!*where || !*what || utf8_valid_bytes(what, strlen(what)) != strlen(what))
		abort();
}

static void on_keep(void *arg, const char *text, size_t len)
{
	(void)arg, (void)text, (void)len;
}

/* The C library keeps loaded what is in use, which else it loads from disk for each input. */
static void hold_charsets(void)
{
	static const char *const names[] = {"GB18030", "UTF-16LE"};
	static iconv_t held[2];

	for (int i = 0; i < 2; i++) {
		if (!held[i])
			held[i] = iconv_open("UTF-8", names[i]);
	}
}

static struct import_job job_of(const uint8_t *data, size_t size, int *events)
{
	hold_charsets();
	return (struct import_job){.file = "f",
				   .data = (const char *)data,
				   .len = size,
				   .source = "/s",
				   .region = "371302",
				   .sink = {on_event, on_say, on_keep, events}};
}

bool fuzz_import(enum err (*read)(const struct import_job *job, struct import_counts *ret),
		 const uint8_t *data, size_t size, struct import_counts *ret)
{
	int events = 0;
	struct import_job job = job_of(data, size, &events);
	bool good = read(&job, ret) == ERR_OK;

	if (good && events != ret->events)
		abort();
	return good;
}

bool fuzz_import_table(const uint8_t *data, size_t size, struct buf *out)
{
	int events = 0;
	struct import_job job = job_of(data, size, &events);
	struct import_counts counts;

	return import_table(&job, size & 1 ? IMPORT_ITEMS : IMPORT_BODIES, out, &counts) == ERR_OK;
}
