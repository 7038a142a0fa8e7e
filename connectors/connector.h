/*
 * connector.h: messages out, and what comes back. One delivery, one attempt, one outcome of a
 * closed list.
 *
 * A connector is a row of the table in connector.c. open once, send any number of times, close
 * (asynchronous). `done` is called exactly once a send, never before send has returned; close
 * settles what is still under way (unknown, or not sent) and then calls `closed`, after which self
 * is gone. No send after close. The arena given to open and the strings of env live until `closed`.
 * Nothing here retries: the flow does. receipt is pure: a provider's callback request in, receipts
 * out; anything but ERR_OK is no request of the provider's (a wrong token is ERR_NOT_FOUND) and is
 * answered with that error's status. Texts and addresses are personal data: they are never logged.
 */
#ifndef TANDEM_CONNECTOR_H
#define TANDEM_CONNECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report.h"

enum outcome {
	OUTCOME_ACCEPTED, /* the provider has it */
	OUTCOME_REFUSED,  /* for good, this message */
	/* not sent: throttled or the recipient's cap; not before retry_after_ms */
	OUTCOME_LATER,
	OUTCOME_CHANNEL_DOWN, /* not sent: account or settings are wrong */
	OUTCOME_NOT_SENT,     /* not sent: never left this machine */
	OUTCOME_UNKNOWN,      /* may have been sent: never send again by the same way */
	OUTCOME_COUNT
};
const char *outcome_name(enum outcome o);

struct message {
	/* the delivery's own: "d12.1-1" (delivery, attempt); the provider's idempotency key where
	 * it has one */
	const char *id;
	const char *to;	  /* E.164 digits, "+8613…" */
	const char *text; /* UTF-8 */
};
struct send_result {
	enum outcome outcome;
	const char *provider_id; /* "" unknown; valid during the callback */
	const char *code;	 /* provider's own, cleaned and at most 64 bytes */
	int64_t retry_after_ms;
	int parts;
};
typedef void connector_done_fn(void *arg, const struct send_result *result);
typedef void connector_closed_fn(void *arg);

struct connector_log {
	void (*write)(void *arg, int level /* 0 error .. 3 debug */, const char *ctx,
		      const char *text);
	void *arg;
};
struct connector_env {
	void *uv_loop;	  /* uv_loop_t * */
	const char *name; /* of the settings: "sms1" */
	/* "http://127.0.0.1:8080/api/v1/connectors/sms1" : where the provider reaches us */
	const char *callback_base;
	struct connector_log log;
	/* For connectors that learn of reports by themselves (polling, sandbox): called on the
	   loop, never from inside send; *r is valid until it returns. NULL: such reports are
	   dropped. */
	void (*report)(void *arg, const struct report *r);
	void *report_arg;
};
struct setting_pair {
	const char *key, *value;
};
struct settings {
	const struct setting_pair *pairs;
	int count;
};
/* One row of a connector's own settings, for `config show` and the checks. */
struct setting_row {
	/* "text", "url", "secret" (a file's path: key ends in _file), "number" */
	const char *key, *kind;
	const char *fallback; /* NULL: must be given */
	const char *help;
};

struct connector_kind {
	const char *kind;
	const struct setting_row *settings;
	int setting_count;
	enum err (*open)(const struct connector_env *env, const struct settings *s,
			 struct arena *arena, void **ret_self, struct diag *diag);
	enum err (*check)(const struct message *msg, struct diag *diag);
	/* messages it hands over at the same time: one more would only wait, at least 1 */
	int (*width)(void *self);
	void (*send)(void *self, const struct message *msg, connector_done_fn *done, void *arg);
	enum err (*receipt)(void *self, const struct http_in *in, struct arena *arena,
			    struct reports *ret);
	void (*close)(void *self, connector_closed_fn *closed, void *arg);
};
const struct connector_kind *connector_kind_find(const char *kind);
const struct connector_kind *connector_kind_at(int i); /* NULL at the end */

#endif
