/* api.c: the table of routes, and the way of a call to its handler. */
#include "net/api.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "calendar_import.h"
#include "flow/files.h"
#include "net/api_path.h"
#include "net/inbox.h"
#include "pack_sent.h"

enum {
	OPEN = 1,     /* nobody has to be signed in */
	BODILESS = 2, /* a POST that need not have a body, nor say that it has none */
	/* its answer is a secret: it is given once, and kept nowhere to be given again */
	ONCE = 4,
	/* no GET, and taken as long as Redis takes it: for reading, or the end of something */
	ALWAYS = 8,
	ACTS = 16, /* a GET that leaves something behind: HEAD, which must not, is no way to it */
};
#define EVERYBODY ((1u << WHO_COUNT) - 1)
#define MAY(w)	  (1u << WHO_##w)
#define READERS	  (MAY(APPROVER) | MAY(SUPERVISOR) | MAY(COORDINATOR) | MAY(AUDITOR) | MAY(SYSTEM))
/* supervisors, and bureaus for what they are told themselves */
#define ANSWERERS      (MAY(SUPERVISOR) | MAY(APPROVER))
#define POLICY_MAKERS  (MAY(COORDINATOR) | MAY(ADMIN))
#define POLICY_READERS (POLICY_MAKERS | MAY(AUDITOR))
#define OFFICES	       (ANSWERERS | MAY(COORDINATOR) | MAY(AUDITOR))
#define POOL_READERS   (MAY(SUPERVISOR) | MAY(COORDINATOR) | MAY(AUDITOR))
#define PAUSERS	       (ANSWERERS | MAY(COORDINATOR))

struct route {
	const char *method, *pattern; /* a * stands for one segment */
	unsigned flags, who;
	size_t body_bytes; /* 0: none is expected */
	handler_fn *handle;
};

#define SECOND_MS     1000
#define SMALL	      (64u << 10)
#define BATCH	      (16u << 20)
#define BACKLOG_BYTES ((size_t)64 << 20) /* what may wait for all live sessions together */

static const struct route routes[] = {
	{"POST", "/api/v1/session", OPEN | ALWAYS, 0, SMALL, api_sign_in},
	{"POST", "/api/v1/session/extend", ONCE | ALWAYS | BODILESS, EVERYBODY, SMALL, api_extend},
	{"DELETE", "/api/v1/session", ALWAYS, EVERYBODY, 0, api_sign_out},
	{"GET", "/api/v1/me", 0, EVERYBODY, 0, api_me},
	{"POST", "/api/v1/me/password", ONCE, EVERYBODY, SMALL, api_own_password},
	{"POST", "/api/v1/events", 0, MAY(APPROVER) | MAY(SYSTEM), BATCH, api_events},
	{"GET", "/api/v1/events/*", 0, READERS, 0, api_event},
	{"GET", "/api/v1/events/*/explain", 0, READERS, 0, api_event_explain},
	{"GET", "/api/v1/cases", 0, READERS, 0, api_cases},
	{"GET", "/api/v1/cases.csv", 0, READERS, 0, api_export},
	{"GET", "/api/v1/cases.xlsx", 0, READERS, 0, api_export},
	{"GET", "/api/v1/cases/*", 0, READERS, 0, api_case},
	{"GET", "/api/v1/cases/*/evidence", 0, READERS, 0, api_case_evidence},
	{"GET", "/api/v1/notices", 0, READERS, 0, api_notices},
	{"GET", "/api/v1/notices.csv", 0, READERS, 0, api_export},
	{"GET", "/api/v1/notices.xlsx", 0, READERS, 0, api_export},
	{"POST", "/api/v1/notices/acknowledge", 0, ANSWERERS, SMALL, api_acknowledge_many},
	{"POST", "/api/v1/notices/claim", 0, ANSWERERS, SMALL, api_claim_many},
	{"GET", "/api/v1/notices/*", 0, READERS, 0, api_notice},
	{"POST", "/api/v1/notices/*/acknowledge", BODILESS, ANSWERERS, SMALL, api_acknowledge},
	{"POST", "/api/v1/notices/*/claim", BODILESS, ANSWERERS, SMALL, api_claim},
	{"POST", "/api/v1/notices/*/shown", BODILESS, ANSWERERS, SMALL, api_shown},
	{"POST", "/api/v1/notices/*/return", 0, ANSWERERS, SMALL, api_return},
	{"POST", "/api/v1/notices/*/transfer", 0, ANSWERERS, SMALL, api_transfer},
	{"POST", "/api/v1/notices/*/feedback", 0, ANSWERERS, SMALL, api_feedback},
	{"POST", "/api/v1/notices/*/files", 0, ANSWERERS, FILE_BYTES_MAX, api_put_file},
	{"GET", "/api/v1/notices/*/files/*", 0, READERS, 0, api_file},
	{"POST", "/api/v1/notices/*/close", BODILESS, ANSWERERS, SMALL, api_close},
	{"POST", "/api/v1/notices/*/undo", BODILESS, ANSWERERS, SMALL, api_undo},
	{"POST", "/api/v1/notices/*/fulfil", 0, ANSWERERS, SMALL, api_fulfil},
	{"POST", "/api/v1/notices/*/pause", 0, PAUSERS, SMALL, api_pause},
	{"POST", "/api/v1/notices/*/resume", BODILESS, PAUSERS, SMALL, api_resume},
	{"POST", "/api/v1/notices/*/remind", BODILESS, PAUSERS, SMALL, api_remind},
	{"POST", "/api/v1/notices/*/contacts", ONCE, PAUSERS, SMALL, api_show_contacts},
	{"POST", "/api/v1/notices/*/letters", 0, ANSWERERS, SMALL, api_letter},
	{"POST", "/api/v1/notices/*/reply", 0, ANSWERERS, SMALL, api_reply_letter},
	{"GET", "/api/v1/pool", 0, POOL_READERS, 0, api_pool},
	{"GET", "/api/v1/pool.csv", 0, POOL_READERS, 0, api_export},
	{"GET", "/api/v1/pool.xlsx", 0, POOL_READERS, 0, api_export},
	{"POST", "/api/v1/pool/*/claim", BODILESS, MAY(SUPERVISOR), SMALL, api_claim},
	{"GET", "/api/v1/audit", 0, MAY(AUDITOR), 0, api_audit},
	{"GET", "/api/v1/audit.ndjson", 0, MAY(AUDITOR), 0, api_audit_file},
	{"GET", "/api/v1/bodies/*/contacts", 0, ANSWERERS | MAY(ADMIN), 0, api_contacts},
	{"PUT", "/api/v1/bodies/*/contacts", 0, MAY(ADMIN), SMALL, api_put_contacts},
	{"POST", "/api/v1/bodies/*/handover", 0, ANSWERERS | MAY(ADMIN), SMALL, api_handover},
	{"GET", "/api/v1/board", 0, READERS, 0, api_board},
	{"GET", "/api/v1/board.csv", 0, READERS, 0, api_export},
	{"GET", "/api/v1/board.xlsx", 0, READERS, 0, api_export},
	{"GET", "/api/v1/ranking", 0, OFFICES, 0, api_ranking},
	{"POST", "/api/v1/ranking/publish", 0, MAY(COORDINATOR), SMALL, api_ranking_publish},
	{"GET", "/api/v1/reconciliation", 0, OFFICES, 0, api_reconciliation},
	{"GET", "/api/v1/reconciliation.csv", 0, OFFICES, 0, api_export},
	{"GET", "/api/v1/reconciliation.xlsx", 0, OFFICES, 0, api_export},
	{"GET", "/api/v1/report.csv", 0, OFFICES, 0, api_export},
	{"GET", "/api/v1/report.xlsx", 0, OFFICES, 0, api_export},
	{"POST", "/api/v1/reconciliation", 0, MAY(APPROVER) | MAY(COORDINATOR) | MAY(AUDITOR),
	 256u << 10, api_reconcile_cases},
	{"POST", "/api/v1/reconciliation/agree", 0, ANSWERERS, SMALL, api_reconcile_agree},
	{"GET", "/api/v1/reconciliation/sources", 0,
	 MAY(APPROVER) | MAY(COORDINATOR) | MAY(AUDITOR) | MAY(SYSTEM), 0, api_sources},
	{"GET", "/api/v1/disputes", 0, READERS, 0, api_disputes},
	{"GET", "/api/v1/disputes.csv", 0, READERS, 0, api_export},
	{"GET", "/api/v1/disputes.xlsx", 0, READERS, 0, api_export},
	{"GET", "/api/v1/disputes/*", 0, READERS, 0, api_dispute},
	{"POST", "/api/v1/disputes/*/position", 0, ANSWERERS, SMALL, api_position},
	{"POST", "/api/v1/disputes/*/ruling", 0, MAY(COORDINATOR), SMALL, api_ruling},
	{"POST", "/api/v1/disputes/*/draft", BODILESS, MAY(COORDINATOR), SMALL, api_draft},
	{"GET", "/api/v1/meetings", 0, OFFICES, 0, api_meetings},
	{"POST", "/api/v1/meetings", 0, MAY(COORDINATOR), 256u << 10, api_meeting_create},
	{"GET", "/api/v1/meetings/agenda", 0, MAY(COORDINATOR) | MAY(AUDITOR), 0, api_agenda},
	{"GET", "/api/v1/meetings/agenda.csv", 0, MAY(COORDINATOR) | MAY(AUDITOR), 0, api_export},
	{"GET", "/api/v1/meetings/agenda.xlsx", 0, MAY(COORDINATOR) | MAY(AUDITOR), 0, api_export},
	{"GET", "/api/v1/meetings/*/minutes.csv", 0, OFFICES, 0, api_export},
	{"GET", "/api/v1/meetings/*/minutes.xlsx", 0, OFFICES, 0, api_export},
	{"GET", "/api/v1/meetings/*", 0, OFFICES, 0, api_meeting},
	{"POST", "/api/v1/decisions/*/done", BODILESS, MAY(COORDINATOR), SMALL, api_decision_done},
	{"GET", "/api/v1/policy", 0, EVERYBODY, 0, api_policy},
	{"GET", "/api/v1/policy/names", 0, EVERYBODY, 0, api_policy_names},
	{"GET", "/api/v1/policy/calendar", 0, EVERYBODY, 0, api_policy_calendar},
	{"POST", "/api/v1/policy/calendar", 0, POLICY_MAKERS, CALENDAR_NOTICE_BYTES_MAX,
	 api_calendar_import},
	{"GET", "/api/v1/policy/calendar/years", 0, POLICY_READERS, 0, api_calendar_years},
	{"POST", "/api/v1/policy/explain", ALWAYS, EVERYBODY, 256u << 10, api_policy_explain},
	{"GET", "/api/v1/policy/matrix", 0, EVERYBODY, 0, api_policy_matrix},
	{"GET", "/api/v1/policy/versions", 0, POLICY_READERS, 0, api_policy_versions},
	{"POST", "/api/v1/policy/versions", 0, POLICY_MAKERS, PACK_SENT_BYTES, api_policy_submit},
	{"GET", "/api/v1/policy/versions/*", 0, POLICY_READERS, 0, api_policy_version},
	{"DELETE", "/api/v1/policy/versions/*", 0, POLICY_MAKERS, SMALL, api_policy_withdraw},
	{"POST", "/api/v1/policy/versions/*/approve", BODILESS, POLICY_MAKERS, SMALL,
	 api_policy_approve},
	{"POST", "/api/v1/policy/versions/*/activate", BODILESS, POLICY_MAKERS, SMALL,
	 api_policy_activate},
	{"GET", "/api/v1/policy/versions/*/diff", 0, POLICY_READERS, 0, api_policy_diff},
	{"POST", "/api/v1/policy/versions/*/rehearse", 0, POLICY_MAKERS, SMALL,
	 api_policy_rehearse},
	{"POST", "/api/v1/policy/versions/*/shadow", 0, POLICY_MAKERS, SMALL, api_policy_shadow},
	{"GET", "/api/v1/policy/shadow", 0, POLICY_READERS, 0, api_policy_shadow_found},
	{"GET", "/api/v1/stream", 0, READERS, 0, api_stream},
	{"GET", "/api/v1/ws", 0, EVERYBODY, 0, api_socket},
	{"GET", "/api/v1/connectors", 0, MAY(ADMIN), 0, api_connectors},
	{"POST", "/api/v1/connectors/*/test", BODILESS, MAY(ADMIN), SMALL, api_connector_test},
	{"GET", "/api/v1/keys", 0, MAY(ADMIN), 0, api_keys},
	{"POST", "/api/v1/keys", ONCE, MAY(ADMIN), SMALL, api_key_add},
	{"DELETE", "/api/v1/keys/*", ALWAYS, MAY(ADMIN), SMALL, api_key_revoke},
	{"GET", "/api/v1/users", 0, MAY(ADMIN), 0, api_users},
	{"POST", "/api/v1/users", ONCE, MAY(ADMIN), SMALL, api_user_add},
	{"POST", "/api/v1/users/*/grants", 0, MAY(ADMIN), SMALL, api_user_grant},
	{"DELETE", "/api/v1/users/*/grants", ALWAYS, MAY(ADMIN), SMALL, api_user_take},
	{"POST", "/api/v1/users/*/disable", ALWAYS | BODILESS, MAY(ADMIN), SMALL, api_user_disable},
	{"POST", "/api/v1/users/*/enable", BODILESS, MAY(ADMIN), SMALL, api_user_enable},
	{"POST", "/api/v1/users/*/password", ONCE | BODILESS, MAY(ADMIN), SMALL, api_user_password},
	{"POST", "/api/v1/connectors/*/receipt", OPEN | ALWAYS, 0, 1u << 20, api_receipt},
	{"GET", "/api/v1/connectors/*/receipt", OPEN | ACTS, 0, 0, api_receipt},
	{"POST", "/api/v1/connectors/*/reply", OPEN | ALWAYS, 0, 1u << 20, api_reply},
	{"GET", "/api/v1/connectors/*/reply", OPEN | ACTS, 0, 0, api_reply},
	{"GET", "/api/v1/openapi.yaml", OPEN, 0, 0, api_openapi},
	{"GET", "/api/v1/asyncapi.yaml", OPEN, 0, 0, api_asyncapi},
	{"GET", "/healthz", OPEN, 0, 0, api_healthz},
	{"GET", "/readyz", OPEN, 0, 0, api_readyz},
	{"GET", "/metrics", OPEN, 0, 0, api_metrics},
};
#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

static bool has_head(const struct route *r)
{
	return !strcmp(r->method, "GET") && !(r->flags & ACTS);
}

static bool method_matches(const struct route *r, const char *method)
{
	return !strcmp(r->method, method) || (!strcmp(method, "HEAD") && has_head(r));
}

static const struct route *route_find(const char *method, const char *path)
{
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		if (method_matches(&routes[i], method) &&
		    api_path_matches(routes[i].pattern, path, NULL, NULL))
			return &routes[i];
	}
	return NULL;
}

static size_t body_limit(void *arg, const char *method, const char *path)
{
	const struct api *a = arg;
	const struct route *r = route_find(method, path);

	if (r && r->body_bytes == BATCH)
		return (size_t)a->config->batch_bytes;
	return r && r->body_bytes ? r->body_bytes : 4096;
}

/* curl -X POST says no length where there is nothing to send. */
static bool may_lack_length(void *arg, const char *method, const char *path)
{
	const struct route *r = route_find(method, path);

	(void)arg;
	return r && (r->flags & BODILESS);
}

/* Taken as it is, a compressed body would be told to be bad JSON. */
static bool body_is_coded(const struct http_request *req)
{
	const char *coding = http_header(req, "Content-Encoding");

	return req->body_len && coding && *coding && strcasecmp(coding, "identity") != 0;
}

static bool is_unsafe(const struct http_request *req)
{
	return strcmp(req->method, "GET") != 0 && strcmp(req->method, "HEAD") != 0;
}

/* NULL: it is taken. */
static const char *no_room(const struct call *c)
{
	return is_unsafe(c->req) && !(c->route->flags & ALWAYS)
		       ? store_is_short(c->api->flow->store, ROOM_FOR_ENDS)
		       : NULL;
}

static void handle(struct call *c)
{
	const char *key = http_header(c->req, "Idempotency-Key");

	if (no_room(c))
		call_problem(c, ERR_UNAVAILABLE, no_room(c));
	else if (body_is_coded(c->req))
		call_problem(c, ERR_MEDIA_TYPE,
			     "A body is taken as it is, without a Content-Encoding");
	else if (key && c->who && !strcmp(c->req->method, "POST") && !(c->route->flags & ONCE))
		idem_begin(c, key);
	else
		c->route->handle(c);
}

/* --- finding the route --- */

static bool principal_may(const struct principal *p, unsigned who)
{
	for (int i = 0; i < p->grant_count; i++) {
		if (who & (1u << p->grants[i].who))
			return true;
	}
	return false;
}

/* Which of the two is meant nobody knows, and the other would be passed over in silence. */
static void refuse_repeated(struct call *c, const char *name)
{
	struct diag diag;

	diag_init(&diag, c->req->arena);
	if (*name)
		diag_add(&diag, arena_printf(c->req->arena, "/%s", name),
			 "stands in the query more than once");
	call_faults(c, ERR_SYNTAX,
		    *name ? "A parameter stands in the query more than once"
			  : "The query has more than 64 parameters",
		    &diag);
}

static void on_identified(void *arg, enum err e, struct principal *who)
{
	struct call *c = arg;

	if (who)
		c->who = principal_ref(who);
	if (!who)
		call_problem(c, e,
			     e == ERR_UNAUTHENTICATED ? "Sign in, or send a key"
						      : "Not available just now; ask again");
	else if (*who->session && (is_unsafe(c->req) || c->req->wants_upgrade) &&
		 !auth_origin_is_ours(c->api->auth, c->req))
		call_problem(c, ERR_FORBIDDEN, "The Origin is not ours");
	else if (!principal_may(who, c->route->who))
		call_problem(c, ERR_FORBIDDEN, "Your role may not do this");
	else if (!http_query_is_sound(c->req))
		call_problem(c, ERR_SYNTAX,
			     "The query holds a bad escape, a NUL or bytes that are not UTF-8");
	else if (http_query_repeated(c->req))
		refuse_repeated(c, http_query_repeated(c->req));
	else
		handle(c);
}

static void refuse_method(struct api *a, struct http_request *req)
{
	struct buf headers, body;

	(void)a;
	buf_init(&headers, 1024);
	buf_init(&body, 1024);
	buf_add_str(&headers, "Content-Type: application/problem+json\r\nAllow: ");
	for (size_t i = 0, n = 0; i < ROUTE_COUNT; i++) {
		if (api_path_matches(routes[i].pattern, req->path, NULL, NULL))
			buf_printf(&headers, "%s%s%s", n++ ? ", " : "", routes[i].method,
				   has_head(&routes[i]) ? ", HEAD" : "");
	}
	buf_add_str(&headers, "\r\n");
	problem_json(&body, ERR_METHOD, 405, "This call knows other methods", NULL);
	http_reply(req, 405, buf_cstr(&headers), body.data, body.len);
	buf_clear(&headers);
	buf_clear(&body);
}

static void refuse_path(struct api *a, struct http_request *req)
{
	struct buf body;

	if (static_handle(a->files, req))
		return;
	buf_init(&body, 1024);
	problem_json(&body, ERR_NOT_FOUND, 404, "There is nothing here", NULL);
	http_reply(req, 404, "Content-Type: application/problem+json\r\n", body.data, body.len);
	buf_clear(&body);
}

static void on_request(void *arg, struct http_request *req)
{
	struct api *a = arg;
	bool path_known = false;

	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		const char *args[CALL_ARGS_MAX] = {"", ""};
		struct call *c;

		if (!api_path_matches(routes[i].pattern, req->path, req->arena, args))
			continue;
		path_known = true;
		if (!method_matches(&routes[i], req->method))
			continue;
		c = mem_zalloc(sizeof(*c));
		c->api = a;
		c->req = req;
		c->route = &routes[i];
		c->route_handle = routes[i].handle;
		memcpy(c->args, args, sizeof(args));
		if (routes[i].flags & OPEN)
			handle(c);
		else
			auth_identify(a->auth, req, on_identified, c);
		return;
	}
	if (path_known)
		refuse_method(a, req);
	else
		refuse_path(a, req);
}

static size_t most_bytes(const struct config *cfg)
{
	return (size_t)cfg->batch_bytes > FILE_BYTES_MAX ? (size_t)cfg->batch_bytes
							 : FILE_BYTES_MAX;
}

struct api *api_open(struct flow *f, struct auth *auth, const struct config *cfg, struct diag *diag)
{
	struct api *a = mem_zalloc(sizeof(*a));
	struct http_options http = {.listen = cfg->listen,
				    .header_bytes = 16384,
				    .body_bytes = most_bytes(cfg),
				    .body_limit = body_limit,
				    .may_lack_length = may_lack_length,
				    .request_timeout_ms = cfg->request_timeout_ms,
				    .is_shared = cfg->workers > 1,
				    .idle_timeout_ms = 75000,
				    .connections_max = 20000,
				    .handle = on_request,
				    .arg = a};
	struct ws_options ws = inbox_ws_options(a);

	a->flow = f;
	a->auth = auth;
	idem_init(a);
	a->config = cfg;
	a->files = static_load(cfg->dashboard);
	a->backlog = (struct backlog){(size_t)cfg->queue_bytes, BACKLOG_BYTES, 0};
	ws.backlog = &a->backlog;
	ws.ping_ms = cfg->ping_ms;
	ws.pong_ms = cfg->pong_ms;
	a->ws = ws_open(f->loop, &ws, diag);
	a->http = a->ws ? http_open(f->loop, &http, diag) : NULL;
	if (a->http) {
		feed_on_names(f->feed, inbox_name_changed, a);
		a->beat = loop_timer_new(f->loop, stream_beat, a);
		loop_timer_start(a->beat, cfg->ping_ms, cfg->ping_ms);
		a->second = loop_timer_new(f->loop, inbox_beat, a);
		loop_timer_start(a->second, SECOND_MS, SECOND_MS);
		return a;
	}
	static_free(a->files);
	free(a);
	return NULL;
}

int api_port(const struct api *a)
{
	return http_port(a->http);
}
