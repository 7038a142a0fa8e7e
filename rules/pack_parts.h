/*
 * pack_parts.h: what a pack is made of, as everybody may read it. Part of pack.h, which includes
 * it.
 */
#ifndef TANDEM_PACK_PARTS_H
#define TANDEM_PACK_PARTS_H

#include <stdint.h>

#include "pack_words.h"

struct region {
	/* _json, here and below: with its quotes, as every notice that goes out has it */
	const char *code, *name, *name_json;
	enum level level;
	int parent; /* index, -1 at the root */
	int depth;
};
struct body {
	const char *id, *name, *name_json, *code;
	enum body_kind kind;
	int region; /* index */
	const char *const *sectors;
	int sector_count;
	int parent; /* index or -1 */
};
struct item {
	const char *code, *name, *name_json, *sector, *basis;
	const char *const *assist;
	int assist_count;
	enum devolution devolution;
};
struct rule {
	const char *id, *basis, *basis_json;
	int32_t from_day, until_day; /* INT32_MIN / INT32_MAX when open */
	enum role role;
};
/* A step of the escalation ladder: whom of the body to remind when, counted in working days from
 * the day of the deadline. */
struct ladder_step {
	enum role role;
	int working_days;
	/* "liaison", "section-head", "leader"; "coordination" is the coordinating office */
	const char *post;
	enum channel via;
	const char *text; /* as it is written: "lead +1wd section-head sms" */
};
/* pack.json's settings beside id, title, jurisdiction and timezone; absent ones have the values
 * here. */
struct pack_settings {
	int64_t sms_after_ms; /* "sms_after": push first, then SMS when not acknowledged; 30m */
	const char *pool_due; /* "pool_due": a duration's text, "2wd" */
	const char *sms_sign; /* "sms_sign": 签名 in front of each text, "审管联动" */
	/* "alarm_due": what the deciding bureau has when feedback alarms it, "3wd" */
	const char *alarm_due;
	/* "negotiate": what the parties of a dispute have before the joint meeting takes it up,
	 * "5wd" */
	const char *negotiate;
	/* "lamp_yellow": working days left at which a lamp turns yellow, "1wd" */
	const char *lamp_yellow;
	/* "permit_ahead": how long before its end a permit's end is announced, days or working
	 * days; "30d" */
	const char *permit_ahead;
	/* "letter_due": what a body has to answer a letter in, when the letter does not say; "5wd"
	 */
	const char *letter_due;
	/* "sms_join": how long texts to one number wait for each other to go as one, "2m"; none
	 * when absent */
	const char *sms_join;
	/* "quiet": hours in which nobody is texted who is not on duty, "21:00-07:00"; none when
	 * absent */
	const char *quiet;
	/* "digest": hours of a working day in which each person is told once what waits,
	 * "09:00-10:00"; none when absent */
	const char *digest;
	/* "ladder": in the order of time for each role; none when absent */
	const struct ladder_step *ladder;
	int ladder_count;
};
/* contacts.csv, optional: usually people are kept in the hub. */
struct pack_contact {
	int body; /* index */
	const char *name, *post, *phone, *email;
};
/* A message template of texts/: "sms-notice.txt" is `sms-notice`. */
struct pack_text {
	const char *name, *text;
};

#endif
