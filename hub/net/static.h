/*
 * static.h: the built page from memory. Loaded once at start; precompressed .br and .gz beside a
 * file are used when the client takes them; assets/ are immutable, index.html is not cached; ETag
 * and 304; security headers of dashboard.md.
 */
#ifndef TANDEM_STATIC_H
#define TANDEM_STATIC_H

#include <stdbool.h>

#include "http.h"

struct static_files;
/* never NULL; without a built page it serves one line that says how to build it */
struct static_files *static_load(const char *dir);
void static_free(struct static_files *s);
/* True when it answered (GET and HEAD of a path it has, or "/"). */
bool static_handle(struct static_files *s, struct http_request *req);
extern const char static_security_headers[]; /* for every answer of the hub */

#endif
