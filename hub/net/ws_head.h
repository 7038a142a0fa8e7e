/*
 * ws_head.h: the request head libwebsockets is given instead of the client's own.
 *
 * ws_head_length finds where the client's head ends, ws_head_make writes ours with the client's key
 * and puts what lay behind the head after it. Nothing else of the client's head reaches
 * libwebsockets: what it does not see it cannot misread, and its limits (128 bytes of subprotocols,
 * 4 KiB of headers) do not matter. Pure.
 */
#ifndef TANDEM_WS_HEAD_H
#define TANDEM_WS_HEAD_H

#include <stddef.h>

#include "base/err.h"

#define WS_KEY_CHARS	 24 /* 16 bytes in base64: 22 characters and "==" */
#define WS_PROTOCOL_NAME "tandem.v1"

/* Up to and with the empty line; 0 when there is none, or the request is not of HTTP/1.1. */
size_t ws_head_length(const char *bytes, size_t len);
enum err ws_head_refuse(int fd);
/* The caller frees. */
char *ws_head_make(const char *key, const char *rest, size_t rest_len, size_t *ret_len);

#endif
