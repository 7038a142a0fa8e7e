/*
 * principal.h: who is asking, and what may be seen and done by them (contract section 5, Scope).
 *
 * A principal is made by net/auth.c, shared by reference, and never changes. The questions here are
 * the only place that knows the scopes; a "no" about an object outside one's scope is answered 404
 * by the callers.
 */
#ifndef TANDEM_PRINCIPAL_H
#define TANDEM_PRINCIPAL_H

#include <stdbool.h>

#include "event.h"
#include "pack.h"
#include "store/record.h"

enum who {
	WHO_APPROVER,
	WHO_SUPERVISOR,
	WHO_COORDINATOR,
	WHO_AUDITOR,
	WHO_ADMIN,
	WHO_SYSTEM,
	WHO_COUNT
};
const char *who_name(enum who w);
bool who_parse(const char *s, enum who *ret);

struct grant {
	enum who who;
	const char *body; /* body id, "" for a role that has none */
};
struct principal {
	int refs;
	const char *name;    /* user or key name */
	const char *source;  /* a key's source prefix, "" any */
	const char *session; /* public half of the session's name, "" for a key */
	/* of the session; 0 for a key */
	int64_t begun_ms, until_ms;
	int era; /* of the account (account.h), in which it began */
	struct grant *grants;
	int grant_count;
};
struct principal *principal_new(const char *name, const char *source, const char *session);
/* only while it is being made */
void principal_grant(struct principal *p, enum who who, const char *body);
struct principal *principal_ref(struct principal *p);
void principal_unref(struct principal *p);

bool principal_is(const struct principal *p, enum who who);
bool principal_supervises(const struct principal *p, const char *body);
/* for notices to this body: its supervisors, or its approvers */
bool principal_answers(const struct principal *p, const char *body);
/* one of the bureaus whose case it is */
bool principal_approves(const struct principal *p, const struct record *r);
/* An administrator of no body in particular runs the hub, and has every body's. */
bool principal_administers(const struct principal *p, const char *body);
/* Whether the role covers the region: a coordinator's or an auditor's subtree. */
bool principal_oversees(const struct principal *p, const struct pack *pack, const char *region,
			enum who who);
/* Where the first of their bodies is, for what is written down about them; "": none has one. */
const char *principal_region(const struct principal *p, const struct pack *pack);
bool principal_may_submit(const struct principal *p, const char *source);

enum sight { SIGHT_NONE, SIGHT_MASKED, SIGHT_FULL };
/* e may be NULL where the document has not been read: then a key's source does not count. */
enum sight principal_sees_notice(const struct principal *p, const struct pack *pack,
				 const struct notice *n, const struct event *e,
				 const struct record *r);
/* A body's list, or "pool:<region>": nothing of it, those notices that sees_notice allows, or all,
 * so that it may be counted. */
enum list_sight { LIST_NONE, LIST_PART, LIST_WHOLE };
enum list_sight principal_sees_list(const struct principal *p, const struct pack *pack,
				    const char *body);
/* A case's event: the best of what its bodies, its sender and its region allow. */
enum sight principal_sees_event(const struct principal *p, const struct pack *pack,
				const struct event *e, const struct record *r);

#endif
