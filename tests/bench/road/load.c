/*
 * load.c: the client of the road's benchmark: events in by HTTP, frames out by WebSocket,
 * acknowledgements back. bench.py starts it and says what the words mean; it prints one line of
 * JSON. Exit status 1: something was answered otherwise than it must be, or did not come.
 */
#include <stdio.h>

#include "road.h"

int main(int argc, char **argv)
{
	struct figures f = {0};
	struct wishes w;
	struct plan p;
	bool good;

	if (!wishes_read(argc, argv, &w) || !plan_read(w.plan, &p))
		return 2;
	good = traffic_run(&w, &p, &f);
	printf("{\"events\":%lld,\"frames\":%lld,\"acked\":%lld,\"failed\":%lld,\"seconds\":%.3f,",
	       (long long)f.events, (long long)f.frames, (long long)f.acked, (long long)f.failed,
	       f.seconds);
	printf("\"hub_us\":%.2f,\"redis_us\":%.2f,\"client_us\":%.2f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"most_us\":%.0f,\"socket_bytes\":%.0f}\n",
	       f.hub_us, f.redis_us, f.client_us, f.p50_us, f.p99_us, f.most_us, f.socket_bytes);
	plan_clear(&p);
	return good ? 0 : 1;
}
