/*
 * pack.h: a jurisdiction's policy, read from its folder's files and compiled.
 *
 * pack_read takes the bytes of the files (nothing here opens one) and gives an immutable, reference-counted pack, or every
 * fault at once with file, line and column. Strings and arrays of a pack live as long as a reference to it is held.
 */
#ifndef TANDEM_PACK_H
#define TANDEM_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum level { LEVEL_PROVINCE, LEVEL_CITY, LEVEL_COUNTY, LEVEL_TOWNSHIP, LEVEL_VILLAGE, LEVEL_COUNT };
enum body_kind { BODY_APPROVAL, BODY_SUPERVISION, BODY_ENFORCEMENT, BODY_COORDINATION, BODY_KIND_COUNT };
enum devolution { DEV_NONE, DEV_DIRECT, DEV_REVIEW, DEV_WINDOW, DEV_FULL, DEV_PARTIAL, DEV_ENTRUSTED, DEV_RETAINED, DEV_COUNT };
enum role { ROLE_LEAD, ROLE_ASSIST, ROLE_COPY, ROLE_APPLICANT, ROLE_NONE, ROLE_COUNT };
enum channel { CHANNEL_PUSH, CHANNEL_SMS, CHANNEL_EMAIL, CHANNEL_WEBHOOK, CHANNEL_CHAT, CHANNEL_COUNT };
const char *level_name(enum level v);
const char *body_kind_name(enum body_kind v);
const char *devolution_name(enum devolution v); /* "" for DEV_NONE */
const char *role_name(enum role v);
const char *channel_name(enum channel v);

struct region {
	const char *code, *name, *name_json; /* _json, here and below: with its quotes, as every notice that goes out has it */
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
/* A step of the escalation ladder: whom of the body to remind when, counted in working days from the day of the deadline. */
struct ladder_step {
	enum role role; int working_days;
	const char *post; /* "liaison", "section-head", "leader"; "coordination" is the coordinating office */
	enum channel via;
	const char *text; /* as it is written: "lead +1wd section-head sms" */
};
/* pack.json's settings beside id, title, jurisdiction and timezone; absent ones have the values here. */
struct pack_settings {
	int64_t sms_after_ms;	  /* "sms_after": push first, then SMS when not acknowledged; 30m */
	const char *pool_due;	  /* "pool_due": a duration's text, "2wd" */
	const char *sms_sign;	  /* "sms_sign": 签名 in front of each text, "审管联动" */
	const char *alarm_due;	  /* "alarm_due": what the deciding bureau has when feedback alarms it, "3wd" */
	const char *negotiate;	  /* "negotiate": what the parties of a dispute have before the joint meeting takes it up, "5wd" */
	const char *lamp_yellow;  /* "lamp_yellow": working days left at which a lamp turns yellow, "1wd" */
	const char *permit_ahead; /* "permit_ahead": how long before its end a permit's end is announced, days or working days; "30d" */
	const char *letter_due;	  /* "letter_due": what a body has to answer a letter in, when the letter does not say; "5wd" */
	const char *sms_join;	  /* "sms_join": how long texts to one number wait for each other to go as one, "2m"; none when absent */
	const char *quiet;	  /* "quiet": hours in which nobody is texted who is not on duty, "21:00-07:00"; none when absent */
	const char *digest;	  /* "digest": hours of a working day in which each person is told once what waits, "09:00-10:00"; none when absent */
	const struct ladder_step *ladder; int ladder_count; /* "ladder": in the order of time for each role; none when absent */
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

struct pack; /* compiled form behind it: table.h */
struct pack_view { /* what everybody may read */
	const char *id, *title, *version; /* "linyi@3f9c2a71" */
	int jurisdiction; /* region index */
	const struct region *regions; int region_count;
	const struct body *bodies; int body_count;
	const struct item *items; int item_count;
	const struct rule *rules; int rule_count;
	const struct pack_text *texts; int text_count; const struct pack_contact *contacts; int contact_count;
	struct pack_settings settings;
};
const struct pack_view *pack_view(const struct pack *p);
const struct calendar *pack_calendar(const struct pack *p);

struct pack_file {
	const char *name; /* "rules.csv", "texts/sms-notice.txt" */
	const char *data;
	size_t len;
};
MUST_CHECK enum err pack_read(const struct pack_file *files, int count, struct pack **ret, struct diag *diag);
/* What can be read but is surely not meant: a sector that no body has, a rule about an item nobody lists. */
const struct fault *pack_findings(const struct pack *p); /* the first, or NULL */
struct pack *pack_ref(struct pack *p);
void pack_unref(struct pack *p);
/* The pack back from what pack_canonical made of it; texts, rows and days are the same, and so is the version. */
MUST_CHECK enum err pack_read_canonical(const char *data, size_t len, struct pack **ret, struct diag *diag);
/* Canonical content: every file's meaning in a fixed order, comments, blank lines and note columns left out. */
void pack_canonical(const struct pack *p, struct buf *out);

int pack_find_region(const struct pack *p, const char *code, size_t len); /* index or -1; exact */
int pack_find_body(const struct pack *p, const char *id);		  /* index or -1 */
int pack_find_rule(const struct pack *p, const char *id);
int pack_find_item(const struct pack *p, const char *code); /* the first row of that code, or -1 */
bool region_within(const struct pack *p, int region, int ancestor);	  /* also when equal */
const char *pack_text_find(const struct pack *p, const char *name);

#endif
