/*
 * redis_server.h: a real redis-server for one test, on a socket in a folder of its own under the
 * temporary folder.
 *
 * server_start, any number of server_kill and server_restart, server_stop (ends it and removes the
 * folder). `ctl` is a plain blocking connection for looking at what the code under test has done,
 * made anew by server_restart.
 */
#ifndef TANDEM_TEST_REDIS_SERVER_H
#define TANDEM_TEST_REDIS_SERVER_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <sys/types.h>

struct redis_server {
	char folder[64], socket[80], url[96];
	pid_t pid;
	redisContext *ctl;
};

void server_start(struct redis_server *s);
void server_kill(struct redis_server *s); /* as a crash would */
void server_restart(struct redis_server *s);
void server_wipe(struct redis_server *s); /* while it is down: its data are gone */
void server_stop(struct redis_server *s);
int server_free_port(void); /* nobody else's until this process ends */
void remove_folder(const char *path);
/* A command on ctl, whose answer must be no error; numbers and texts out of it. */
redisReply *server_ask(struct redis_server *s, const char *fmt, ...);
long long server_number(struct redis_server *s, const char *fmt, ...);
void server_do(struct redis_server *s, const char *fmt, ...);

#endif
