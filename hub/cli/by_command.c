/* by_command.c: see by_command.h. */
#include "by_command.h"

#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

#include "flow/audit.h"

#define LINE_BYTES 8192

/* Not from the environment: there it is what anybody says. */
static const char *who(struct arena *arena)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? arena_printf(arena, "command line: %s", user->pw_name)
		    : arena_printf(arena, "command line: uid %lu", (unsigned long)getuid());
}

const char *by_command_line(struct store_call *c, const char *act, const char *body,
			    const char *detail)
{
	const struct clock clock = loop_clock(c->loop);
	const struct audited said = {.at_ms = clock_now_ms(&clock),
				     .who = who(&c->arena),
				     .act = act,
				     .notice = -1,
				     .body = body,
				     .detail = detail};
	const char *kept;
	struct buf line;

	buf_init(&line, LINE_BYTES);
	audit_line(&said, &line);
	kept = arena_strndup(&c->arena, line.data, line.len);
	buf_clear(&line);
	return kept;
}
