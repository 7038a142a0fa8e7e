/*
 * private_wire.h: the few words private_redis.c has to speak to a Redis before there is a loop.
 * Blocking, with a time limit; internal to hub/store.
 */
#ifndef TANDEM_STORE_PRIVATE_WIRE_H
#define TANDEM_STORE_PRIVATE_WIRE_H

#include <stdbool.h>

int wire_connect(const char *socket_path); /* -1: nobody listens there */
/* Whether an answer of any kind came to the command within the limit: even "still loading" shows a
 * Redis. */
bool wire_ask(int fd, const char *command, int limit_ms);
/* Whether the other side closed the connection within the limit. */
bool wire_wait_end(int fd, int limit_ms);
void wire_pause(int ms);

#endif
