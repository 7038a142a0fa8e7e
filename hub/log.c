#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

/* A line stays below PIPE_BUF, so that lines of several processes on one pipe do not mix. */
#define TEXT_BYTES 512
#define LINE_BYTES 4000

static enum log_level threshold = LOG_INFO;

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

void log_set_level(enum log_level level)
{
	threshold = level;
}

static void add_time(struct buf *line)
{
	struct timespec ts;
	struct tm tm;
	char text[32];

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(line, "{\"time\":\"%s.%03ldZ\"", text, ts.tv_nsec / 1000000);
}

/* "event=e12 notice=n12.0" becomes two members. A word without "=" has no name to go under and is
 * called "about". */
static void add_ctx(struct buf *line, const char *ctx)
{
	while (*ctx) {
		size_t len = strcspn(ctx, " ");
		const char *eq = memchr(ctx, '=', len);
		const char *value = eq ? eq + 1 : ctx;

		if (len) {
			buf_add_char(line, ',');
			if (eq)
				buf_add_jsonn(line, ctx, (size_t)(eq - ctx));
			else
				buf_add_str(line, "\"about\"");
			buf_add_char(line, ':');
			buf_add_jsonn(line, value, (size_t)(ctx + len - value));
		}
		ctx += len;
		ctx += strspn(ctx, " ");
	}
}

/* One system call a line. A failure goes unnoticed, because there is nowhere to tell that telling
 * has failed. */
static void write_line(const struct buf *line)
{
	ssize_t written = write(STDERR_FILENO, line->data, line->len);

	(void)written;
}

void log_at(enum log_level level, const char *ctx, const char *fmt, ...)
{
	char text[TEXT_BYTES + 1];
	struct buf line;
	va_list ap;

	if (level > threshold)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_init(&line, LINE_BYTES);
	add_time(&line);
	buf_printf(&line, ",\"level\":\"%s\"", level_names[level]);
	add_ctx(&line, ctx);
	buf_add_str(&line, ",\"text\":");
	buf_add_json(&line, text);
	buf_add_str(&line, "}\n");
	if (!line.overflow)
		write_line(&line);
	buf_clear(&line);
}
