/*
 * config_table.h: the rows behind config.h, and the reading and writing of one value. Internal to
 * config*.c.
 *
 * A row says where in struct config its value lies, so reading, showing and the README's list need
 * no second place that knows the settings. Values are borrowed from or copied into the arena that
 * is handed in.
 */
#ifndef TANDEM_CONFIG_TABLE_H
#define TANDEM_CONFIG_TABLE_H

#include <stddef.h>

#include "config.h"

enum setting_type {
	SETTING_TEXT,
	SETTING_LISTEN, /* address:port or unix:/path */
	SETTING_REDIS,	/* embedded, unix:…, redis://…, sentinel://…, cluster://… */
	SETTING_SECRET, /* the file that holds it; kept is the file's name */
	SETTING_LEVEL,	/* error, warn, info, debug */
	SETTING_YES_NO,
	SETTING_COUNT,
	SETTING_DURATION, /* with its unit, kept in milliseconds */
	SETTING_SIZE,	  /* with its unit, kept in bytes */
	SETTING_TYPE_COUNT
};

struct config_row {
	const char *name;
	enum setting_type type;
	size_t offset;
	const char *fallback; /* as text, read like any other value */
	int64_t min, max;     /* of what is kept; unused for texts */
	bool on_reload;	      /* SIGHUP takes it; else the next start */
	const char *help;
};

const struct config_row *config_row_at(int i); /* NULL at the end */
const struct config_row *config_row_find(const char *name);
const char *config_name_nearest(const char *name); /* NULL when nothing looks alike */

/* The fault is put at `where`; the setting then keeps what it had. */
MUST_CHECK enum err config_value_read(const struct config_row *row, const char *text,
				      const char *where, struct config *c, struct diag *diag);
void config_value_show(const struct config_row *row, const struct config *c, struct buf *out);
bool config_listen_is_private(const char *listen); /* loopback or a unix socket */

#endif
