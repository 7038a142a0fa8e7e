/*
 * api.h: the hub's calls: routes in one table, who may make them, and how they are answered.
 *
 * api_open puts HTTP, WebSocket, page and flow together and listens; api_drain says bye and
 * finishes what is in hand. A handler ends its call with exactly one call_reply or call_problem.
 */
#ifndef TANDEM_API_H
#define TANDEM_API_H

#include "flow/flow.h"
#include "net/auth.h"
#include "net/http.h"
#include "net/static.h"
#include "net/ws.h"

#define CALL_ARGS_MAX	    2
#define CALL_JSON_BYTES_MAX (1u << 20)

struct inbox;
struct api {
	struct flow *flow;
	struct auth *auth;
	struct http *http;
	struct ws *ws;
	struct backlog backlog; /* of all live sessions */
	struct static_files *files;
	const struct config *config;
	struct inbox *inboxes;	   /* open WebSocket sessions and event streams */
	struct loop_timer *second; /* looks whether figures have changed or sessions ended */
	struct loop_timer *beat;   /* so that proxies keep quiet streams open */
	int sending;		   /* files on their way out */
	bool draining;
	struct keyed *keyed; /* Idempotency-Keys in hand, and whose mark stands by them in Redis */
	char keyed_by[17];
};
struct call;
typedef void handler_fn(struct call *c);
struct call {
	struct api *api;
	struct http_request *req;
	const struct route *route;
	struct principal *who;		 /* NULL only on routes open to all */
	const char *args[CALL_ARGS_MAX]; /* what stood for the * of the pattern */
	handler_fn *route_handle;
	const char *idem;	/* name under which the answer is kept, or NULL */
	char *idem_hash;	/* of the body, in hex */
	int64_t idem_waited_ms; /* for the first request with that key */
};

/* NULL: see diag */
struct api *api_open(struct flow *f, struct auth *auth, const struct config *cfg,
		     struct diag *diag);
int api_port(const struct api *a);
void api_drain(struct api *a, loop_fn *done, void *arg);
void api_free(struct api *a);

/* why nothing live can be opened now, NULL: it can */
const char *api_not_ready(const struct api *a);

void call_reply(struct call *c, const struct reply *r); /* ends the call */
void call_json(struct call *c, int status, const char *json, size_t len);
void call_problem(struct call *c, enum err e, const char *detail);
void call_faults(struct call *c, enum err e, const char *detail, const struct diag *diag);
void call_on_reply(void *call, const struct reply *r); /* as a reply_fn */
/* "" when absent; what is searched for (q) comes trimmed */
const char *call_query(struct call *c, const char *name);
/* 0: it cannot be read, for the list's filters to tell; false: nor here, and that is answered */
int call_limit_said(struct call *c);
bool call_limit(struct call *c, int *ret);
/* every tag of every line; weak ones match nothing */
struct seen_versions call_if_match(struct call *c);
/* Idempotency-Key (api_idem.c): begin runs the handler, or gives the first request's answer. */
void idem_init(struct api *a);
void idem_begin(struct call *c, const char *key);
void idem_reply(struct call *c, const struct reply *r);
/* Percent-decoding of one round; NULL: a NUL, or what is no escape. */
const char *call_unescape(struct arena *arena, const char *in);
/* Ends the call with a file; it is closed when it has gone out, or cannot any more. */
struct sent_file {
	int fd;
	const char *type, *name;
};
/* false: too many are on their way, and that has been answered */
bool call_may_send(struct call *c);
void call_send_file(struct call *c, const struct sent_file *file);
/* The body as a JSON object, or NULL after having answered; the caller drops it. */
json_t *call_object(struct call *c);
/* The same where nothing has to be said: *ret is NULL then. False: it has been answered. */
bool call_said(struct call *c, json_t **ret);
/* As call_object, with its values in the request's arena; for long lists, as it takes less. */
const struct node *call_members(struct call *c);

handler_fn api_sign_in, api_extend, api_sign_out, api_me, api_own_password;
handler_fn api_events, api_event, api_event_explain;
handler_fn api_cases, api_case;
handler_fn api_notices, api_notice, api_acknowledge, api_claim, api_shown, api_acknowledge_many,
	api_claim_many, api_pool;
handler_fn api_return, api_transfer, api_feedback, api_close, api_undo, api_fulfil, api_pause,
	api_resume, api_remind, api_letter, api_reply_letter;
handler_fn api_contacts, api_put_contacts, api_show_contacts, api_handover;
handler_fn api_export, api_put_file, api_file;
handler_fn api_ranking, api_ranking_publish;
handler_fn api_board, api_reconciliation, api_reconcile_cases, api_reconcile_agree, api_sources,
	api_audit, api_audit_file, api_case_evidence;
handler_fn api_disputes, api_dispute, api_position, api_ruling, api_draft;
handler_fn api_agenda, api_meetings, api_meeting, api_meeting_create, api_decision_done;
handler_fn api_policy, api_policy_explain, api_policy_matrix, api_policy_versions,
	api_policy_version, api_policy_diff;
handler_fn api_policy_submit, api_policy_approve, api_policy_activate, api_policy_withdraw,
	api_policy_rehearse;
handler_fn api_connectors, api_connector_test, api_keys, api_key_add, api_key_revoke;
handler_fn api_users, api_user_add, api_user_grant, api_user_take, api_user_disable,
	api_user_enable, api_user_password;
handler_fn api_calendar_years, api_calendar_import;
handler_fn api_policy_names, api_policy_calendar, api_policy_shadow, api_policy_shadow_found;
handler_fn api_stream, api_socket, api_openapi, api_asyncapi;
handler_fn api_receipt, api_reply;
handler_fn api_healthz, api_readyz, api_metrics;

#endif
