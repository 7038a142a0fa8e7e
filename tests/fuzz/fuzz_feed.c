/* Fuzz harness: a cursor that a client sends to resume, and a line of the feed as it comes from
 * Redis behind it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flow/feed_line.h"
#include "store/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct feed_topic topic;

static struct feed_topic *topic_of(void *arg, const char *body, size_t len)
{
	const char *text = arg;

	if (body < text && len)
		abort();
	return &topic;
}

static void check_cursor(const char *text)
{
	char printed[CURSOR_BYTES];
	struct cursor at, again;

	if (!cursor_parse(text, &at))
		return;
	if (at.ms < 0 || at.seq < 0 || at.line < 0 || at.part < 0)
		abort();
	cursor_print(&at, printed);
	if (!cursor_parse(printed, &again) || cursor_compare(&at, &again) != 0 ||
	    again.part != at.part)
		abort();
}

static void check_line(const char *cursor, const char *text)
{
	struct feed_line line;

	feed_line_set(&line, cursor, text, topic_of, NULL);
	if (line.topic_count < 0 || line.topic_count > RECORD_NOTICES_MAX ||
	    (line.topic_count && !line.topics))
		abort();
	if (line.kind == 'C' && (!line.state || !line.by))
		abort();
	feed_line_clear(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	char *text, *lf;

	arena_init(&arena);
	text = arena_strndup(&arena, (const char *)data, size);
	lf = strchr(text, '\n');
	if (lf)
		*lf = '\0';
	check_cursor(text);
	if (lf)
		check_line(text, lf + 1);
	arena_clear(&arena);
	return 0;
}
