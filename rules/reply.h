/*
 * reply.h: what a reply to a text means when it is a word and no short code. Pure; the reply comes
 * normalised (half width, trimmed).
 */
#ifndef TANDEM_REPLY_H
#define TANDEM_REPLY_H

enum reply_word {
	REPLY_OTHER,	/* something that a person has to read */
	REPLY_RECEIVED, /* the newest notice sent to that number is acknowledged */
	REPLY_STOP,	/* no more texts to that number */
	REPLY_START,	/* texts again */
};
enum reply_word reply_word(const char *text);

#endif
