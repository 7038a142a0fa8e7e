/* What the words of a reply mean. */
#include "reply.h"
#include "rules_help.h"

static void all_are(const char *const *texts, enum reply_word word)
{
	for (; *texts; texts++) {
		if (reply_word(*texts) != word)
			fail_msg("\"%s\" is %d and should be %d", *texts, reply_word(*texts), word);
	}
}

static void test_received(void **state)
{
	static const char *const texts[] = {"1",	 "收到",  "已收到!", "收到。",
					    "签收,谢谢", " 收到", "已签收",  NULL};

	(void)state;
	all_are(texts, REPLY_RECEIVED);
}

static void test_stop(void **state)
{
	static const char *const texts[] = {"TD",   "td",     "Td.",  "T",	"t!",	  "N",
					    "n",    "R",      "退订", "退订。", "“退订”", "【TD】",
					    " TD ", "TD退订", "拒收", NULL};

	(void)state;
	all_are(texts, REPLY_STOP);
}

static void test_start(void **state)
{
	static const char *const texts[] = {"订阅", "START", "start", "Start!", "恢复订阅。", NULL};

	(void)state;
	all_are(texts, REPLY_START);
}

/* What only begins or ends like one of them is for a person to read. */
static void test_other(void **state)
{
	static const char *const texts[] = {
		"",	   " ",	       "。",	       "TD3",	  "TDA7K3F2",
		"NO",	   "Not",      "RE",	       "the",	  "退订的手续怎么办",
		"请退订",  "不要退订", "订阅号是什么", "STARTED", "12",
		"收到 A7", "好的",     "T N",	       NULL};

	(void)state;
	all_are(texts, REPLY_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_received),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
