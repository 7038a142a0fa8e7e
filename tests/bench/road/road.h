/* road.h: what the parts of road_load share: its wishes, its plan, its traffic. */
#ifndef TANDEM_BENCH_ROAD_H
#define TANDEM_BENCH_ROAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "peer.h"

enum acks { ACKS_NONE, ACKS_WS, ACKS_HTTP, ACKS_MANY };
struct wishes {
	const char *plan, *run; /* the run's name is part of every case's */
	int events, warm;
	int rate; /* a second; 0: as fast as answers come */
	int connections, batch, window;
	int idle;     /* only sockets, so many, and nothing on them */
	int numbered; /* 1: the source numbers its events (CloudEvents `sequence`) */
	enum acks acks;
	pid_t hub, redis; /* whose CPU time is read */
};
/* Faults go to standard error. */
bool wishes_read(int argc, char **argv, struct wishes *ret);

struct place { /* an item in a region whose events have two notices */
	char item[16], region[16];
};
struct session { /* of somebody who looks after one body */
	char body[64], cookie[160];
};
struct plan {
	int port;
	char key[160];
	struct place *places;
	struct session *sessions;
	int place_count, session_count;
};
bool plan_read(const char *path, struct plan *ret);
void plan_clear(struct plan *p);
/* About 600 bytes. */
void event_put(struct buf *out, const struct plan *p, const struct wishes *w, int64_t number);

double cpu_us(pid_t pid); /* 0: no such process */
double rss_bytes(pid_t pid);

struct figures {
	double seconds, hub_us, redis_us, client_us, p50_us, p99_us, most_us, socket_bytes;
	int64_t events, frames, acked, failed;
};
bool traffic_run(const struct wishes *w, const struct plan *p, struct figures *ret);

#endif
