/*
 * pack_words.h: the closed lists of a policy, and how their words are written in its files. Part of
 * pack.h, which includes it.
 */
#ifndef TANDEM_PACK_WORDS_H
#define TANDEM_PACK_WORDS_H

enum level { LEVEL_PROVINCE, LEVEL_CITY, LEVEL_COUNTY, LEVEL_TOWNSHIP, LEVEL_VILLAGE, LEVEL_COUNT };
enum body_kind {
	BODY_APPROVAL,
	BODY_SUPERVISION,
	BODY_ENFORCEMENT,
	BODY_COORDINATION,
	BODY_KIND_COUNT
};
enum devolution {
	DEV_NONE,
	DEV_DIRECT,
	DEV_REVIEW,
	DEV_WINDOW,
	DEV_FULL,
	DEV_PARTIAL,
	DEV_ENTRUSTED,
	DEV_RETAINED,
	DEV_COUNT
};
enum role { ROLE_LEAD, ROLE_ASSIST, ROLE_COPY, ROLE_APPLICANT, ROLE_NONE, ROLE_COUNT };
enum channel {
	CHANNEL_PUSH,
	CHANNEL_SMS,
	CHANNEL_EMAIL,
	CHANNEL_WEBHOOK,
	CHANNEL_CHAT,
	CHANNEL_COUNT
};
const char *level_name(enum level v);
const char *body_kind_name(enum body_kind v);
const char *devolution_name(enum devolution v); /* "" for DEV_NONE */
const char *role_name(enum role v);
const char *channel_name(enum channel v);

#endif
