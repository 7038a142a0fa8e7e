/* api_board.c: figures over HTTP. */
#include "flow/board.h"
#include "net/api.h"

static void board(struct call *c, bool csv)
{
	const struct query_board q = { .from = call_query(c, "from"), .to = call_query(c, "to"), .region = call_query(c, "region"),
				       .by = call_query(c, "by"), .csv = csv };

	query_board(c->api->flow, c->who, &q, call_on_reply, c);
}

void api_board(struct call *c)
{
	board(c, false);
}

void api_board_csv(struct call *c)
{
	board(c, true);
}
