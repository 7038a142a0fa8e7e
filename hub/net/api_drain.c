/* api_drain.c: the end: bye to the live sessions, what is in hand finished, then the sockets. */
#include <stdlib.h>

#include "net/api.h"
#include "net/inbox.h"

struct drain {
	struct api *api;
	loop_fn *done;
	void *arg;
};

static void ws_gone(void *arg)
{
	struct drain *d = arg;

	d->done(d->arg);
	free(d);
}

static void http_gone(void *arg)
{
	struct drain *d = arg;

	ws_free(d->api->ws, ws_gone, d);
}

void api_drain(struct api *a, loop_fn *done, void *arg)
{
	struct drain *d = mem_zalloc(sizeof(*d));

	a->draining = true;
	loop_timer_free(a->second);
	loop_timer_free(a->beat);
	d->api = a;
	d->done = done;
	d->arg = arg;
	inbox_bye(a);
	http_drain(a->http, http_gone, d);
}

void api_free(struct api *a)
{
	if (!a)
		return;
	http_free(a->http);
	static_free(a->files);
	free(a);
}
