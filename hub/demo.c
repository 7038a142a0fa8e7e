/* demo.c: see demo.h. */
#include "demo.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credit_code.h"
#include "flow/account.h"
#include "flow/intake.h"
#include "flow/policies.h"
#include "timefmt.h"

#define BEGIN_TURN_MS 9000 /* nobody else begins meanwhile */
#define BEGIN_MS      100  /* it is looked so often whether the hub takes events yet */

struct demo {
	struct flow *flow;
	struct auth *auth;
	struct loop_timer *timer;
	struct principal *source;
	int64_t pause_ms;
	int waiting, number;
	int opening; /* of the first few, how many are not answered yet */
	bool begun, asking;
	char run[16];
};

/* name (and password), role, body, and what the start-up text says of it */
static const struct person {
	const char *name, *role, *body, *says;
} people[] = {
	{"wjw", "supervisor", "wjw-371302",
	 "监管部门 supervisory department: 卫生健康, 兰山区 and city"},
	{"wjw", "supervisor", "wjw-371300", NULL},
	{"zjj", "supervisor", "zjj-371302",
	 "监管部门 supervisory department: 住房城乡建设, 兰山区 and city"},
	{"zjj", "supervisor", "zjj-371300", NULL},
	{"scjg", "supervisor", "scjg-371302", "监管部门 supervisory department: 市场监管, 兰山区"},
	{"spj", "approver", "spj-371302", "审批局 approval bureau: 兰山区 and city"},
	{"spj", "approver", "spj-371300", NULL},
	{"lxhy", "coordinator", "znb-371300", "联席会议 coordinator of the city"},
	{"sjj", "auditor", "znb-371300", "审计 auditor"},
	{"admin", "admin", "", "系统管理 runs the hub, sees no notices"},
};
#define PEOPLE (sizeof(people) / sizeof(people[0]))

bool demo_is_allowed(const struct config *cfg)
{
	return !strncmp(cfg->listen, "127.", 4) || !strncmp(cfg->listen, "[::1]", 5) ||
	       !strncmp(cfg->listen, "localhost:", 10) || !strncmp(cfg->listen, "unix:", 5);
}

static void print_address(const struct config *cfg, int port)
{
	const char *colon = strrchr(cfg->listen, ':');

	if (!strncmp(cfg->listen, "unix:", 5) || !colon) {
		printf("  listening on  %s\n", cfg->listen);
		return;
	}
	printf("  page   http://%.*s:%d/\n", (int)(colon - cfg->listen), cfg->listen, port);
	printf("  calls  http://%.*s:%d/api/v1/openapi.yaml (README.md has a walk through them with curl)\n",
	       (int)(colon - cfg->listen), cfg->listen, port);
}

void demo_print(const struct config *cfg, int port)
{
	printf("\nTandem 审管联动与双告知中枢\n\n");
	print_address(cfg, port);
	printf("  data   %s (kept for the next start; delete the folder to begin anew)\n\n",
	       cfg->data);
	printf("  演示账号，用户名即密码 demo people, the name is the password:\n");
	for (size_t i = 0; i < PEOPLE; i++) {
		if (people[i].says)
			printf("    %-6s %s\n", people[i].name, people[i].says);
	}
	printf("\n  Sign in as wjw, and in another window as spj.\n  两个窗口分别以 wjw 和 spj 登录。");
	if (cfg->demo_pause_ms)
		printf("每 %g 秒有一件虚构的办件到达 an invented approval arrives every %g s.",
		       (double)cfg->demo_pause_ms / 1000, (double)cfg->demo_pause_ms / 1000);
	printf("\n  Ctrl-C 停止 stops.\n\n");
	fflush(stdout);
}

static void on_put(void *arg, enum err e, const char *text)
{
	struct demo *d = arg;

	(void)text;
	if (e != ERR_OK)
		log_at(LOG_ERROR, "", "a demo person could not be stored: %s", err_name(e));
	if (--d->waiting == 0)
		auth_start(d->auth);
}

/* The least costly argon2id: these passwords protect nothing. */
static void put_person(struct demo *d, const char *name)
{
	char hash[crypto_pwhash_STRBYTES];
	struct arena arena;
	const char *text;
	json_t *account;

	if (crypto_pwhash_str(hash, name, strlen(name), crypto_pwhash_OPSLIMIT_MIN,
			      crypto_pwhash_MEMLIMIT_MIN) != 0)
		return;
	arena_init(&arena);
	account = account_new(name);
	json_object_set_new(account, "password", json_string(hash));
	for (size_t i = 0; i < PEOPLE; i++) {
		if (!strcmp(people[i].name, name))
			account_grant(account, people[i].role, people[i].body);
	}
	text = account_write(account, &arena);
	d->waiting++;
	store_put(d->flow->store, TABLE_USERS, name, (struct bytes){text, strlen(text)}, on_put, d);
	json_decref(account);
	arena_clear(&arena);
}

/* --- the trickle --- */

struct submission {
	struct demo *demo;
	char *text;
};

static void on_submitted(void *arg, const struct reply *r)
{
	struct submission *s = arg;

	if (r->status >= 400)
		log_at(LOG_WARN, "", "the demo's event was not taken (%d)", r->status);
	if (s->demo->opening > 0 && --s->demo->opening == 0)
		log_at(LOG_INFO, "", "the demo has begun");
	free(s->text);
	free(s);
}

/* Most of them are of the sectors in which the demo people work, so that their inboxes move. */
static const struct item *some_item(const struct pack_view *p)
{
	static const char *const theirs[] = {"卫生健康", "住房城乡建设", "市场监管"};
	const char *wanted = theirs[randombytes_uniform(3)];
	const struct item *item = NULL;

	for (int i = 0; p->item_count && i < 40; i++) {
		item = &p->items[randombytes_uniform((uint32_t)p->item_count)];
		if (item->sector && !strcmp(item->sector, wanted))
			break;
	}
	return item;
}

/* Numbers that the sandbox connector answers in its own ways: mostly delivered, now and then failed
 * or in doubt. */
static const char *some_phone(void)
{
	static const char *const phones[] = {"13900000001", "13900000001", "13900000001",
					     "13900000012", "13900000003", "13900000009"};

	return phones[randombytes_uniform(6)];
}

/* Half of them in 兰山区, where most of the demo people are; the rest anywhere in a county. */
static const char *some_region(const struct pack_view *p)
{
	for (int i = 0; i < 50 && randombytes_uniform(2); i++) {
		const struct region *r =
			&p->regions[randombytes_uniform((uint32_t)p->region_count)];

		if (r->level == LEVEL_COUNTY)
			return r->code;
	}
	return "371302";
}

#define CODE_BYTES 32

/* Each invented firm has a code of its own, with the check character that makes it a valid one. */
static void some_code(int number, char ret[CODE_BYTES])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

	for (const char *check = alphabet; *check; check++) {
		snprintf(ret, CODE_BYTES, "91371302MA%07d%c", number % 10000000, *check);
		if (credit_code_is_valid(ret))
			return;
	}
}

struct approval {
	const char *type, *item, *region;
};

static void submit(struct demo *d, const struct approval *x)
{
	static const char *const trades[] = {"餐饮服务", "建筑工程", "物流运输",
					     "医药零售", "教育咨询", "环保科技"};
	int64_t now = clock_now_ms(&d->flow->clock);
	char at[TIMEFMT_BYTES], day[TIMEFMT_BYTES], code[CODE_BYTES] = "";
	struct submission *s = mem_zalloc(sizeof(*s));
	struct buf out;

	time_format(now, SHANGHAI_MIN, at);
	date_format(day_of_ms(now, SHANGHAI_MIN), day);
	some_code(++d->number, code);
	buf_init(&out, 16384);
	buf_printf(
		&out,
		"{\"specversion\":\"1.0\",\"type\":\"approval.%s\",\"source\":\"/sources/demo\",\"id\":\"%s-%d\",\"time\":\"%s\","
		"\"data\":{\"case\":\"DEMO%s%04d\",\"item\":\"%s\",\"region\":\"%s\",\"accepted_in\":\"%s\","
		"\"bodies\":{\"accepting\":\"spj-371302\",\"reviewing\":\"spj-371300\",\"deciding\":\"spj-371300\"},"
		"\"applicant\":{\"kind\":\"entity\",\"name\":\"演示%s有限公司%d\",\"code\":\"%s\","
		"\"phone\":\"%s\"},"
		"\"permit\":{\"number\":\"演示许可〔%d〕号\",\"decided_on\":\"%s\"},\"attributes\":{\"area_m2\":%u}}}",
		x->type, d->run, d->number, at, d->run, d->number, x->item, x->region, x->region,
		trades[randombytes_uniform(6)], d->number, code, some_phone(), d->number, day,
		50 + randombytes_uniform(3000));
	s->demo = d;
	s->text = buf_take(&out, NULL);
	intake_submit(d->flow, d->source, (struct bytes){s->text, strlen(s->text)}, on_submitted,
		      s);
}

/* By the policy that comes along: each demo person has something before them at once, and the joint
 * meeting what nobody is in charge of. */
static void begin(struct demo *d)
{
	static const struct approval first[] = {
		{"granted", "000123011000", "371302"}, /* wjw in charge, scjg told too */
		/* wjw in charge; the copy of spj, who took it in */
		{"granted", "370123020001", "371302"},
		{"granted", "000117904000", "371302"}, /* zjj in charge */
		{"granted", "000131904000", "371302"}, /* scjg in charge */
		/* in no catalogue: for the pool, and for lxhy */
		{"granted", "000999000000", "371302"},
	};

	d->opening = sizeof(first) / sizeof(first[0]);
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		submit(d, &first[i]);
}

static void one_more(struct demo *d)
{
	static const char *const types[] = {"granted", "granted", "granted",  "granted",
					    "changed", "renewed", "cancelled"};
	const struct pack_view *p = pack_view(d->flow->pack);
	const struct item *item = some_item(p);

	if (item)
		submit(d, &(struct approval){types[randombytes_uniform(7)], item->code,
					     some_region(p)});
}

/* Of several workers one begins, and one brings what comes next. */
static void on_turn(void *arg, enum err e, const char *text)
{
	struct demo *d = arg;
	bool begins = !d->begun, is_ours = e == ERR_OK && text && !strcmp(text, d->run);

	d->asking = false;
	if (e != ERR_OK || !d->timer)
		return;
	if (begins) {
		d->begun = true;
		if (d->pause_ms)
			loop_timer_start(d->timer, d->pause_ms, d->pause_ms);
		else
			loop_timer_stop(d->timer);
	}
	if (begins && !is_ours)
		log_at(LOG_INFO, "", "the demo has begun at another hub, or a moment ago");
	if (is_ours && begins)
		begin(d);
	else if (is_ours)
		one_more(d);
}

/* How long it is whose turn it is: it ends before the next. */
static int64_t turn_ms(const struct demo *d)
{
	return d->begun ? d->pause_ms - d->pause_ms / 10 : BEGIN_TURN_MS;
}

static void trickle(void *arg)
{
	struct demo *d = arg;

	if (d->asking || !store_is_up(d->flow->store) || !policies_are_settled(d->flow->policies))
		return;
	d->asking = true;
	store_put_expiring(d->flow->store,
			   &(struct expiring){.kind = "demo",
					      .name = "turn",
					      .ttl_ms = turn_ms(d),
					      .only_if_new = true,
					      .value = {d->run, strlen(d->run)}},
			   on_turn, d);
}

struct demo *demo_start(struct flow *f, struct auth *a, int64_t pause_ms)
{
	struct demo *d = mem_zalloc(sizeof(*d));

	d->flow = f;
	d->auth = a;
	d->pause_ms = pause_ms;
	snprintf(d->run, sizeof(d->run), "%08x", randombytes_random());
	d->source = principal_new("demo", "/sources/demo", "");
	principal_grant(d->source, WHO_SYSTEM, "spj-371302");
	for (size_t i = 0; i < PEOPLE; i++) {
		if (people[i].says)
			put_person(d, people[i].name);
	}
	d->timer = loop_timer_new(f->loop, trickle, d);
	loop_timer_start(d->timer, BEGIN_MS, BEGIN_MS);
	return d;
}

void demo_stop(struct demo *d)
{
	if (!d)
		return;
	loop_timer_free(d->timer);
	d->timer = NULL;
}

void demo_free(struct demo *d)
{
	if (!d)
		return;
	principal_unref(d->source);
	free(d);
}
