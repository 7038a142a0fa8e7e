/*
 * contacts.h: who at a body is asked, when. The pack may name contacts; usually a body's are kept
 * in the hub, with posts, phones, hours, leave and who stands in meanwhile, because they are
 * personal data and change. Kept in memory as the store has them, read again whenever a hub has
 * changed them.
 *
 * A text waits until somebody is on duty, unless its deadline would pass. A number that nobody has
 * confirmed for a while, or that wants no texts any more, is told in the figures before it is
 * needed.
 */
#ifndef TANDEM_CONTACTS_H
#define TANDEM_CONTACTS_H

#include "flow/flow.h"

#define CONTACTS_STALE_DAYS 180

struct contacts;
struct contacts *contacts_new(struct flow *f);
void contacts_load(struct contacts *c); /* at start and on the feed's "contacts:…" */
void contacts_free(struct contacts *c);

/*
 * Who gets a body's texts: of those kept in the hub whoever has the post, else anybody, or who
 * stands in for them; whoever is on duty first. Else the pack's contact with the post, a person of
 * the hub, any contact of the pack. Numbers that want no texts are passed over. phone NULL: nobody.
 */
struct contact_found {
	const char *phone;
	const char *name, *post; /* "" not known */
	const char *stands_for;	 /* the name of whom they stand in for; NULL nobody's */
	/* on duty from then on; not later than now when they are now, or when it cannot be said */
	int64_t from_ms;
	bool works_then; /* by hours of their own: not to be left alone in quiet hours */
	bool opted_out;	 /* phone NULL: somebody is known, but wants no texts */
};
/* Anew which numbers want no texts and which nobody has confirmed for long: after a change of
 * either. */
void contacts_look_over(struct flow *f);
/* Whose number of those kept in the hub it is, in its normal form; NULL nobody's. */
const char *contacts_name_of(const struct flow *f, const char *number);
/* a number of that hash; NULL: one that wants no texts */
bool contacts_have(const struct flow *f, const char *body, const char *hash);
struct contact_found contacts_find(const struct flow *f, const char *body, const char *post,
				   int64_t now_ms);
/*
 * Whom to call at a body: the liaison as above, then who comes next, the post or not. Who wants no
 * texts can be called, and comes behind those who want them. How many there are; what is found
 * lives until the contacts change.
 */
#define CONTACTS_LIAISON "liaison"
#define CONTACTS_LINE	 2
int contacts_line(const struct flow *f, const char *body, int64_t now_ms,
		  struct contact_found ret[CONTACTS_LINE]);

/* 200 {body, people, by, at}; 404. Those who run the hub, the body's administrators, and to read
 * the body's people. */
void contacts_get(struct flow *f, struct principal *who, const char *body, reply_fn *fn, void *arg);
/* {people}: replaces all of a body's. 200 as contacts_get, once it is on disk; 404, 422. */
struct contacts_put {
	struct principal *who;
	const char *body;
	const json_t *said; /* borrowed */
};
void contacts_put(struct flow *f, const struct contacts_put *in, reply_fn *fn, void *arg);

#endif
