/*
 * report.h: what a provider tells us: receipts and replies, by its callbacks or otherwise. Part of
 * connector.h, which includes it.
 */
#ifndef TANDEM_CONNECTOR_REPORT_H
#define TANDEM_CONNECTOR_REPORT_H

#include <stdbool.h>
#include <stddef.h>

enum report_kind {
	REPORT_HANDED_OVER,
	REPORT_DELIVERED,
	REPORT_FAILED,
	REPORT_EXPIRED,
	REPORT_BUFFERED,
	REPORT_REPLY
};
struct report { /* a receipt or a reply */
	enum report_kind kind;
	const char *message_id; /* ours, when it comes back; "" else */
	const char *provider_id;
	/* of a reply: the handset and our number; of a receipt: "" and the handset. "+86…" */
	const char *from, *to;
	const char *text, *code;
	const char *dedupe; /* stable text that is the same when the provider repeats itself */
};
struct reports {
	const struct report *items;
	int count;
	int status; /* what to answer the provider */
	const char *answer, *content_type;
};
struct http_in {
	const char *method, *query, *body;
	size_t body_len;
	const char *content_type;
	bool is_reply; /* came to …/reply rather than …/receipt */
};

#endif
