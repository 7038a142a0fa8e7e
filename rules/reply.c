/* reply.c: see reply.h. */
#include "reply.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/*
 * "1", "收到" and their kin, with or without a kind word behind them. With a letter or a digit
 * behind them they do not: that is a code which did not come out right, and which notice it meant
 * is not to be guessed.
 */
static bool says_received(const char *text)
{
	static const char *const words[] = {"1", "收到", "已收到", "签收", "已签收"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (strncmp(text, words[i], len) != 0)
			continue;
		for (text += len; *text && !isalnum((unsigned char)*text); text++)
			;
		return !*text;
	}
	return false;
}

/* Blanks and marks, also those of Chinese, that stand around a word. */
static size_t mark_bytes(const char *s)
{
	static const char *const wide[] = {"。", "，", "、", "！", "？", "；", "：", "“",  "”",
					   "‘",	 "’",  "「", "」", "【", "】", "（", "）", "　"};

	if (*s == ' ' || ispunct((unsigned char)*s))
		return 1;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		if (!strncmp(s, wide[i], strlen(wide[i])))
			return strlen(wide[i]);
	}
	return 0;
}

static const char *past_marks(const char *s)
{
	size_t n;

	while ((n = mark_bytes(s)))
		s += n;
	return s;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++) {
		size_t len = strlen(*words);

		if (!strncasecmp(text, *words, len) && !*past_marks(text + len))
			return true;
	}
	return false;
}

enum reply_word reply_word(const char *text)
{
	/* The word must be all there is: "退订的手续怎么办" is a question. */
	static const char *const stop[] = {"TD",     "T",      "N",	 "R",	 "退订",
					   "TD退订", "退订TD", "回复TD", "拒收", NULL};
	static const char *const start[] = {"订阅", "恢复订阅", "START", NULL};

	text = past_marks(text);
	if (is_one_of(text, stop))
		return REPLY_STOP;
	if (is_one_of(text, start))
		return REPLY_START;
	return says_received(text) ? REPLY_RECEIVED : REPLY_OTHER;
}
