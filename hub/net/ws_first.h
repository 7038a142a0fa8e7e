/*
 * ws_first.h: looks at the header of a connection's first frame before libwebsockets reads it.
 *
 * libwebsockets 4.1.6 takes unmasked frames and frame lengths up to 2^63, and shows neither to its
 * user. A program that does not mask never masks, so its first frame tells: the bytes are looked at
 * where they lie in the socket (MSG_PEEK) while libwebsockets is told not to read. ws_first_add
 * waits for them on an epoll of its own, because libuv takes no second handle for one descriptor;
 * `fn` is called when the header is there or the peer has gone. ws_first_drain is for the refused:
 * what they still send is thrown away until they close. Later frames are not looked at here: that
 * would race with libwebsockets' own reading.
 */
#ifndef TANDEM_WS_FIRST_H
#define TANDEM_WS_FIRST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"

enum ws_first_is { WS_FIRST_MORE, WS_FIRST_GOOD, WS_FIRST_BAD, WS_FIRST_BIG };

/* Pure: what the bytes of a frame header say; more than the header may be there. */
enum ws_first_is ws_first_check(const unsigned char *bytes, size_t len, uint64_t message_bytes);

struct ws_first;
typedef void ws_first_fn(void *conn, enum ws_first_is is);
/* NULL: no descriptor. */
struct ws_first *ws_first_open(struct loop *loop, uint64_t message_bytes, ws_first_fn *fn);
void ws_first_close(struct ws_first *f);
bool ws_first_add(struct ws_first *f, int fd, void *conn, void **ret_token);
/* Takes it out; the token is freed. NULL is allowed. */
void ws_first_remove(struct ws_first *f, void *token);
/* fn comes once more, with WS_FIRST_GOOD, when the peer has closed. */
void ws_first_drain(void *token);

#endif
