/* Files that show whether they are as they were written: a thousand changes of one are all found,
 * and what cannot be found without a hash kept elsewhere. */
#include <stdio.h>
#include <stdlib.h>

#include "evidence.h"
#include "rules_help.h"

#define ENTRIES 120
#define CHANGES 1000

static unsigned char head_at[ENTRIES + 1][EVIDENCE_HASH_BYTES];

/* Entry 70 says what it is told; every seventh is hidden, two seals stand in between. */
static void write_file(const char *said, int from, int to, struct buf *out)
{
	struct evidence_chain chain = {0};
	struct evidence_writer w = {.chain = chain};
	struct buf before;

	buf_init(&before, 1 << 20);
	buf_reset(out);
	evidence_begin(&w, EVIDENCE_AUDIT_LOG, "3713\"00", &chain, &before);
	for (int n = 1; n <= to; n++) {
		unsigned char salt[EVIDENCE_SALT_BYTES] = {(unsigned char)n},
			      leaf[EVIDENCE_HASH_BYTES];
		struct buf *into = n < from ? &before : out;
		char entry[80];
		int len = snprintf(entry, sizeof(entry), "{\"who\":\"p%d\",\"act\":\"%s\"}", n % 5,
				   n == 70 ? said : "claim");

		if (n == from) {
			evidence_drop(&w);
			evidence_begin(&w, EVIDENCE_AUDIT_LOG, "3713\"00", &w.chain, out);
		}
		evidence_leaf(salt, entry, (size_t)len, leaf);
		if (n % 7)
			evidence_put(&w, salt, entry, (size_t)len, into);
		else
			evidence_hide(&w, leaf, into);
		memcpy(head_at[n], w.chain.hash, EVIDENCE_HASH_BYTES);
		if (n % 50 == 0)
			evidence_seal(&w, &w.chain, "2026-11-29T10:00:00+08:00", into);
	}
	evidence_end(&w, ENTRIES, out);
	buf_clear(&before);
	assert_false(out->overflow);
}

static enum err check(struct help *h, const struct buf *file, const unsigned char *wanted,
		      struct evidence_check *ret)
{
	char *exact = mem_alloc(file->len + 1); /* so that a byte too far is seen */
	enum err e;

	if (file->len)
		memcpy(exact, file->data, file->len);
	exact = mem_realloc(exact, file->len ? file->len : 1);
	diag_init(&h->diag, &h->arena);
	e = evidence_read(&(struct evidence_file){exact, "log", file->len}, wanted, ret, &h->diag);
	assert_int_equal(e == ERR_OK, h->diag.count == 0);
	free(exact);
	return e;
}

/* FIPS 180-4's own example, whole and in pieces that end within a block and behind one. */
static void test_hashes_are_sha256(void **state)
{
	static const char text[] =
		"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
	static const char wanted[] =
		"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1";
	unsigned char hash[EVIDENCE_HASH_BYTES];
	char hex[EVIDENCE_HEX_BYTES];

	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		struct sha256 s;

		sha256_init(&s);
		for (size_t at = 0; at < sizeof(text) - 1; at += piece)
			sha256_add(&s, text + at,
				   sizeof(text) - 1 - at < piece ? sizeof(text) - 1 - at : piece);
		sha256_end(&s, hash);
		evidence_hex(hash, hex);
		assert_string_equal(hex, wanted);
	}
	sha256_of(text, sizeof(text) - 1, hash);
	evidence_hex(hash, hex);
	assert_string_equal(hex, wanted);
}

static void test_as_it_was_written(void **state)
{
	struct help *h = *state;
	struct evidence_check c;
	struct buf file;
	size_t at = 0, len;
	const char *entry;
	int entries = 0;

	buf_init(&file, 1 << 20);
	write_file("claim", 1, ENTRIES, &file);
	assert_int_equal(check(h, &file, NULL, &c), ERR_OK);
	assert_string_equal(c.about, "3713\"00");
	assert_int_equal(c.from, 1);
	assert_int_equal(c.end, ENTRIES);
	assert_int_equal(c.hidden, ENTRIES / 7);
	assert_int_equal(c.seals, 2);
	assert_int_equal(c.wanted_at, -1);
	while (evidence_entry(&(struct evidence_file){file.data, "log", file.len}, &at, &entry,
			      &len)) {
		assert_memory_equal(entry, "{\"who\":\"p", 9);
		assert_int_equal(entry[len - 1], '}');
		entries++;
	}
	assert_int_equal(entries, ENTRIES - ENTRIES / 7);
	write_file("claim", 31, 90, &file);
	assert_int_equal(check(h, &file, head_at[60], &c), ERR_OK);
	assert_int_equal(c.from, 31);
	assert_int_equal(c.end, 90);
	assert_int_equal(c.of, ENTRIES);
	assert_int_equal(c.wanted_at, 60);
	/* where the file before it ended */
	assert_int_equal(check(h, &file, head_at[30], &c), ERR_OK);
	assert_int_equal(check(h, &file, head_at[29], &c), ERR_INVALID);
	buf_clear(&file);
}

static uint32_t random_state = 20261129;

static size_t below(size_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (size_t)(random_state >> 8) % limit;
}

struct lines {
	struct {
		const char *at;
		size_t len;
	} line[ENTRIES + 8];
	size_t count;
};

static void cut(const struct buf *file, struct lines *ret)
{
	ret->count = 0;
	for (size_t at = 0; at < file->len; ret->count++) {
		ret->line[ret->count].at = file->data + at;
		ret->line[ret->count].len =
			(size_t)((char *)memchr(file->data + at, '\n', file->len - at) -
				 file->data) +
			1 - at;
		at += ret->line[ret->count].len;
	}
}

static void put_lines(const struct lines *l, size_t skip, size_t twice, struct buf *out)
{
	for (size_t i = 0; i < l->count; i++) {
		for (int times = (i != skip) + (i == twice); times > 0; times--)
			buf_add(out, l->line[i].at, l->line[i].len);
	}
}

static void change(const struct buf *file, struct buf *out)
{
	struct lines l;
	size_t a, b;

	cut(file, &l);
	a = below(l.count);
	b = (a + 1 + below(l.count - 1)) % l.count;
	buf_reset(out);
	switch (below(6)) {
	case 0: /* a byte */
		buf_add(out, file->data, file->len);
		out->data[below(file->len)] ^= (char)(1 + below(255));
		break;
	case 1:
		put_lines(&l, a, l.count, out);
		break;
	case 2:
		put_lines(&l, l.count, a, out);
		break;
	case 3: { /* two lines change places */
		struct lines swapped = l;

		swapped.line[a] = l.line[b];
		swapped.line[b] = l.line[a];
		put_lines(&swapped, l.count, l.count, out);
		break;
	}
	case 4:
		buf_add(out, file->data, below(file->len));
		break; /* cut off */
	default: {     /* a byte more, or less */
		size_t at = below(file->len);
		bool more = below(2);

		buf_add(out, file->data, at);
		if (more)
			buf_add_char(out, (char)below(256));
		buf_add(out, file->data + at + !more, file->len - at - !more);
	}
	}
}

static void test_every_change_is_found(void **state)
{
	struct help *h = *state;
	struct evidence_check c;
	struct buf file, changed;
	int made = 0;

	buf_init(&file, 1 << 20);
	buf_init(&changed, 1 << 20);
	write_file("claim", 1, ENTRIES, &file);
	while (made < CHANGES) {
		change(&file, &changed);
		if (changed.len == file.len && memcmp(changed.data, file.data, file.len) == 0)
			continue;
		made++;
		if (check(h, &changed, NULL, &c) == ERR_OK)
			fail_msg("change %d was not found", made);
	}
	assert_int_equal(check(h, &file, NULL, &c), ERR_OK);
	buf_clear(&changed);
	buf_clear(&file);
}

/* The sum made anew over a changed line: the chain still says where. */
static void test_where_it_was_changed(void **state)
{
	struct help *h = *state;
	struct evidence_check c;
	struct buf file;

	buf_init(&file, 1 << 20);
	write_file("claim", 1, ENTRIES, &file);
	memcpy(strstr(buf_cstr(&file), "{\"n\":71,") +
		       strlen("{\"n\":71,\"salt\":\"47000000000000000000000000000000\",\"entry\":{\"who\":\"p"),
	       "9", 1);
	assert_int_equal(check(h, &file, NULL, &c), ERR_INVALID);
	help_expect_fault(h, "log:73", "entry 71 is not as it was");
	assert_int_equal(h->diag.count, 2); /* and the sum */
	buf_clear(&file);
}

/* Everything made anew is as good as the first to who has kept nothing; to who has kept one hash
 * from behind it, it is not. */
static void test_made_anew(void **state)
{
	unsigned char kept[EVIDENCE_HASH_BYTES], early[EVIDENCE_HASH_BYTES];
	struct help *h = *state;
	struct evidence_check c;
	struct buf file;

	buf_init(&file, 1 << 20);
	write_file("claim", 1, ENTRIES, &file);
	memcpy(kept, head_at[100], sizeof(kept));
	memcpy(early, head_at[69], sizeof(early));
	write_file("close", 1, ENTRIES, &file);
	assert_int_equal(check(h, &file, NULL, &c), ERR_OK);
	assert_int_equal(check(h, &file, early, &c), ERR_OK);
	assert_int_equal(check(h, &file, kept, &c), ERR_INVALID);
	help_expect_fault(h, "log:124", "stands nowhere here");
	write_file("claim", 1, 99, &file); /* an older state put back */
	assert_int_equal(check(h, &file, NULL, &c), ERR_OK);
	assert_int_equal(check(h, &file, kept, &c), ERR_INVALID);
	buf_clear(&file);
}

/* Lines changed where the hub keeps them: the export chains them as they stand, and the seal of
 * their time does not fit. */
static void test_an_older_seal(void **state)
{
	struct evidence_chain chain = {0}, sealed;
	struct evidence_writer w;
	struct help *h = *state;
	struct evidence_check c;
	struct buf file;

	buf_init(&file, 1 << 20);
	evidence_begin(&w, EVIDENCE_AUDIT_LOG, "371300", &chain, &file);
	evidence_put(&w, NULL, "{}", 2, &file);
	sealed = w.chain;
	sealed.hash[0] ^= 1;
	evidence_seal(&w, &sealed, "2026-11-29T10:00:00+08:00", &file);
	evidence_end(&w, 1, &file);
	assert_int_equal(check(h, &file, NULL, &c), ERR_INVALID);
	help_expect_fault(h, "log:3", "not those that the hub sealed");
	buf_clear(&file);
}

static void test_no_such_file(void **state)
{
	static const char *const texts[] = {"", "\n", "{}\n",
					    "{\"tandem\":\"audit-log\",\"version\":2,",
					    "{\"tandem\":\"x\",\"version\":1,\"about\":\"\"}\n"};
	struct help *h = *state;
	struct evidence_check c;
	struct buf file;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_init(&file, 4096);
		buf_add_str(&file, texts[i]);
		assert_int_equal(check(h, &file, NULL, &c), ERR_SYNTAX);
		buf_clear(&file);
	}
}

/* What is printed of a file is no command to the terminal. */
static void test_what_it_is_about_can_be_seen(void **state)
{
	static const struct {
		const char *about;
		enum err result;
	} rows[] = {{"C-1", ERR_OK},
		    {"a\"b\\", ERR_OK},
		    {"\x1b[31m", ERR_SYNTAX},
		    {"\n", ERR_SYNTAX},
		    {"\xe5\x8a\x9e", ERR_SYNTAX}};
	const struct evidence_chain none = {0};
	struct help *h = *state;
	struct evidence_writer w;
	struct evidence_check c;
	struct buf file;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&file, 4096);
		evidence_begin(&w, EVIDENCE_CASE, rows[i].about, &none, &file);
		evidence_end(&w, 0, &file);
		assert_int_equal(check(h, &file, NULL, &c), rows[i].result);
		if (rows[i].result == ERR_OK)
			assert_string_equal(c.about, rows[i].about);
		buf_clear(&file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes_are_sha256),
		cmocka_unit_test_setup_teardown(test_as_it_was_written, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_every_change_is_found, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(test_where_it_was_changed, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(test_made_anew, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_an_older_seal, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_no_such_file, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_what_it_is_about_can_be_seen, help_setup,
						help_teardown),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
