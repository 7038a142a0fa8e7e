#include <string.h>

#include "base/utf8.h"
#include "text.h"

/*
 * A code is the notice's number within its event, the event's number, and two check letters, in 23
 * letters of which no two look alike on a phone. 23 is a prime, so that weighted sums tell any one
 * wrong letter and any two that changed places. Codes are at least six letters long, because a
 * reply can hold other short words.
 */
#define BASE		23
#define CHECK_COUNT	2
#define SEQ_LETTERS_MIN 3
#define SEQ_LETTERS_MAX 10
#define NOTICE_DIRECT                                                                              \
	(BASE - 1) /* smaller numbers take one letter; this one says that two more follow */
#define NOTICE_MAX  (NOTICE_DIRECT + BASE * BASE)
#define LETTERS_MAX (1 + 2 + SEQ_LETTERS_MAX + CHECK_COUNT)

static const char letters[BASE + 1] = "23456789ACEFHJKMNPRTWXY";

static void check_values(const int *v, int count, int ret[CHECK_COUNT])
{
	int i, linear = 0, square = 0;

	for (i = 0; i < count; i++) {
		linear += (i + 1) * v[i];
		square += (i + 1) * (i + 1) * v[i] + i;
	}
	ret[0] = linear % BASE;
	ret[1] = (square + 7 * count) % BASE;
}

static int put_notice(int *v, int notice)
{
	if (notice < NOTICE_DIRECT) {
		v[0] = notice;
		return 1;
	}
	notice -= NOTICE_DIRECT;
	v[0] = NOTICE_DIRECT;
	v[1] = notice / BASE % BASE;
	v[2] = notice % BASE;
	return 3;
}

void short_code_make(int64_t event_seq, int notice, char ret[SHORT_CODE_BYTES])
{
	int v[LETTERS_MAX], count, i;

	ret[0] = '\0';
	if (event_seq < 0 || notice < 0 || notice >= NOTICE_MAX)
		return;
	count = put_notice(v, notice);
	for (i = 0; i < SEQ_LETTERS_MAX && (event_seq || i < SEQ_LETTERS_MIN); i++) {
		v[count++] = (int)(event_seq % BASE);
		event_seq /= BASE;
	}
	if (event_seq)
		return;
	check_values(v, count, v + count);
	count += CHECK_COUNT;
	for (i = 0; i < count; i++)
		ret[i] = letters[v[i]];
	ret[count] = '\0';
}

/* The letter at p in its plain form, small letters and full-width ones made plain; 0 for anything
 * else. */
static char plain_letter(const char *p, size_t len, size_t *ret_step)
{
	uint32_t c;

	*ret_step = utf8_length(p, len);
	if (!*ret_step) {
		*ret_step = 1;
		return 0;
	}
	c = utf8_decode(p, *ret_step);
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xff01 - '!';
	if (c >= 'a' && c <= 'z')
		c -= 'a' - 'A';
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ? (char)c : 0;
}

static bool decode(const int *v, int count, int64_t *ret_seq, int *ret_notice)
{
	int check[CHECK_COUNT], notice, head = 1, i;
	int64_t seq = 0;

	count -= CHECK_COUNT;
	if (count < 1 + SEQ_LETTERS_MIN)
		return false;
	check_values(v, count, check);
	if (check[0] != v[count] || check[1] != v[count + 1])
		return false;
	notice = v[0];
	if (notice == NOTICE_DIRECT) {
		notice += v[1] * BASE + v[2];
		head = 3;
	}
	if (count - head < SEQ_LETTERS_MIN || count - head > SEQ_LETTERS_MAX)
		return false;
	/* A number has one way of being written: no idle letters behind the third. */
	if (count - head > SEQ_LETTERS_MIN && v[count - 1] == 0)
		return false;
	for (i = count - 1; i >= head; i--)
		seq = seq * BASE + v[i];
	*ret_seq = seq;
	*ret_notice = notice;
	return true;
}

static bool is_gap(const char *p, size_t step)
{
	uint32_t c = utf8_decode(p, step);

	return c == ' ' || c == '\t' || c == '-' || c == 0x3000 || c == 0xa0;
}

bool short_code_parse(const char *s, size_t len, int64_t *ret_seq, int *ret_notice)
{
	int v[LETTERS_MAX], count = 0;
	size_t at = 0, step;
	const char *letter;
	char c;

	for (; at < len; at += step) {
		c = plain_letter(s + at, len - at, &step);
		if (!c && utf8_length(s + at, len - at) && is_gap(s + at, step))
			continue;
		letter = c ? strchr(letters, c) : NULL;
		if (!letter || count == LETTERS_MAX)
			return false;
		v[count++] = (int)(letter - letters);
	}
	return decode(v, count, ret_seq, ret_notice);
}

static size_t letters_end(const char *s, size_t len, size_t at)
{
	size_t step;

	while (at < len && plain_letter(s + at, len - at, &step))
		at += step;
	return at;
}

static size_t gaps_end(const char *s, size_t len, size_t at)
{
	size_t step;

	while (at < len && (step = utf8_length(s + at, len - at)) > 0 && is_gap(s + at, step))
		at += step;
	return at;
}

/* A code that begins at `from`, written in one piece or, with `pieces`, in several. */
static bool find_at(const char *s, size_t from, int pieces, int64_t *ret_seq, int *ret_notice)
{
	size_t len = strlen(s), at = from, end;
	int i;

	for (i = 0; i < pieces; i++) {
		end = letters_end(s, len, at);
		if (end == at)
			return false;
		if (short_code_parse(s + from, end - from, ret_seq, ret_notice))
			return true;
		at = gaps_end(s, len, end);
	}
	return false;
}

/* A whole word is believed before words that only make a code together. */
bool short_code_find(const char *reply, int64_t *ret_seq, int *ret_notice)
{
	static const int pieces[] = {1, LETTERS_MAX};
	size_t len = strlen(reply), i, at, end, step;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		for (at = 0; at < len; at = end) {
			if (find_at(reply, at, pieces[i], ret_seq, ret_notice))
				return true;
			end = letters_end(reply, len, at);
			if (end == at) {
				plain_letter(reply + at, len - at, &step);
				end += step;
			}
		}
	}
	return false;
}
