/*
 * record_notice.h: a notice, how it is delivered, and the receipts of both. Part of record.h, which
 * includes it; the numbers of the enums are stored, so an order here never changes.
 */
#ifndef TANDEM_RECORD_NOTICE_H
#define TANDEM_RECORD_NOTICE_H

#include "decide.h"
#include "lifecycle.h"
#include "store/record_life.h"

struct stamp {		/* who did it, when, over what: by is "" when it has not happened */
	const char *by; /* user name, or key name */
	int64_t at_ms;
	const char *channel; /* "ws", "http", "sms" */
};
struct notice {
	const char *body; /* body id; "pool:<region code>" for a notice of the pool */
	enum role role;
	enum notice_state state;
	int version;			 /* for If-Match; rises with every change of this notice */
	int64_t due_ms, feedback_due_ms; /* -1 none */
	bool provisional;
	const char *via;   /* "push|sms" */
	const char *rules; /* "R1|R12" */
	struct stamp acknowledged, claimed;
	int64_t next_ms; /* when something must happen next, -1 nothing */
	int rung;	 /* how many rungs of via were used, push counting as the first */
	bool overdue_told;
	enum cause cause;
	int from;	    /* the notice it came from, -1 none */
	int64_t made_ms;    /* 0: when the event was accepted */
	int step;	    /* how many steps of the escalation ladder were used */
	int feedback_step;  /* and, once it was taken on, how many that ask for feedback */
	bool feedback_told; /* that feedback is overdue */
	/* "000131012000|000161901000": those it is for, when the event concerns several; else "" */
	const char *items;
};
enum delivery_state {
	DELIVERY_WAITING,
	DELIVERY_SENDING,
	DELIVERY_ACCEPTED,
	DELIVERY_DELIVERED,
	DELIVERY_FAILED,
	DELIVERY_UNKNOWN,
	DELIVERY_CANCELLED,
	DELIVERY_STATE_COUNT
};
const char *delivery_state_name(enum delivery_state s);
struct delivery {
	int notice; /* index, -1 the applicant's */
	enum channel channel;
	const char *connector;	  /* setting's name, "" until chosen */
	const char *address_hash; /* never the number itself: keyed hash, hex */
	enum delivery_state state;
	int attempts;
	int64_t tried_ms; /* when the first of them began, -1 there was none */
	int64_t next_ms;  /* -1 nothing to do */
	const char *provider_id;
	const char *detail; /* provider's code, cut and cleaned */
	/* "": whoever comes first; else the post that is asked for, of `body` */
	const char *post;
	const char *body; /* "": the notice's */
	int term;	  /* the clock of the event that it is about, -1 none */
	/* "d12.1-1": the message of another delivery that carried it, "": its own */
	const char *with;
	/* "d15.0|d16.1": those that its own message carries too, if they say so */
	const char *also;
};
enum receipt_kind {
	RECEIPT_HANDED_OVER,
	RECEIPT_DELIVERED,
	RECEIPT_SHOWN,
	RECEIPT_ACKNOWLEDGED,
	RECEIPT_CLAIMED,
	RECEIPT_FAILED,
	RECEIPT_REPLY,
	RECEIPT_STATE,
	RECEIPT_RETURNED,
	RECEIPT_TRANSFERRED,
	RECEIPT_SENT_ON,
	RECEIPT_FED_BACK,
	RECEIPT_CLOSED,
	RECEIPT_UNDONE,
	RECEIPT_DISPUTED,
	RECEIPT_RULED,
	RECEIPT_TAKEN,
	RECEIPT_REMINDED,
	RECEIPT_FULFILLED,
	RECEIPT_PAUSED,
	RECEIPT_RESUMED,
	RECEIPT_HANDED_ON,
	RECEIPT_WRITTEN,
	RECEIPT_KIND_COUNT
};
const char *receipt_kind_name(enum receipt_kind k);
struct receipt {
	enum receipt_kind kind;
	int notice;   /* -1 applicant */
	int delivery; /* -1 none */
	int64_t at_ms;
	const char *by, *channel, *detail;
};

#endif
