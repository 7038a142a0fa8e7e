/* static_coding.h: what Accept-Encoding and If-None-Match ask for. Pure, internal to static.c and
 * api.c. */
#ifndef TANDEM_STATIC_CODING_H
#define TANDEM_STATIC_CODING_H

#include <stdbool.h>

enum static_coding { STATIC_PLAIN, STATIC_BROTLI, STATIC_GZIP, STATIC_CODINGS };

/* Thousandths the client gives this coding: 0 means it must not be sent. accepts may be NULL. */
int static_coding_weight(const char *accepts, enum static_coding coding);
bool static_tag_matches(const char *if_none_match, const char *tag); /* the header may be NULL */

#endif
