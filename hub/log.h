/*
 * log.h: one JSON object a line on standard error, each naming what it is about.
 * Personal data and secrets never come here; texts from outside come escaped and cut.
 */
#ifndef TANDEM_LOG_H
#define TANDEM_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
void log_set_level(enum log_level level);
/* ctx names the object: "event=e12", "notice=n12.0", "delivery=d12.1", "connection=7", or "" */
void log_at(enum log_level level, const char *ctx, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
