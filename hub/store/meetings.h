/*
 * meetings.h: the minutes of joint meetings, by number from 1 on. Part of store.h, which includes
 * it and whose rules about callbacks hold here too.
 *
 * Who writes says how the minutes stood when they were read, so that of two who change them at once
 * the second is told. New ones have a fingerprint: the same meeting sent again is not another one.
 */
#ifndef TANDEM_STORE_MEETINGS_H
#define TANDEM_STORE_MEETINGS_H

struct meeting_write { /* borrowed until the call returns */
	int64_t number;
	struct bytes was, is;	 /* was: empty, of new ones */
	bool is_open;		 /* a decision of it is not done */
	const char *fingerprint; /* of new ones; "" of a change */
	struct bytes audit;
};
/* ERR_STALE: others were first. ERR_CONFLICT: the same meeting is here already, as `number`. */
void store_meeting_write(struct store *s, const struct meeting_write *in, store_number_fn *fn,
			 void *arg);
void store_meeting_count(struct store *s, store_number_fn *fn, void *arg);
/* In the order asked, at least one; data NULL: not there. */
void store_meetings(struct store *s, const int64_t *numbers, int count, store_lines_fn *fn,
		    void *arg);
/* The numbers of those with decisions that are not done, newest first; below: 0 from the newest,
 * else those of smaller numbers. */
void store_meetings_open(struct store *s, int64_t below, int limit, store_lines_fn *fn, void *arg);

#endif
