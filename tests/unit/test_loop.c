/* The loop: order of deferred work, timers that free themselves, other threads, and an end without
 * leftovers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "metrics.h"
#include "wall.h"

struct track {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_deferred one, two;
	char text[32];
	size_t len;
	int fired;
};

static void note(struct track *t, char c)
{
	assert_true(t->len + 1 < sizeof(t->text));
	t->text[t->len++] = c;
}

static void note_one(void *arg)
{
	note(arg, '1');
}

static void note_two(void *arg)
{
	note(arg, '2');
}

static void on_gather(void *arg)
{
	struct track *t = arg;

	note(t, 'a');
	loop_defer(t->loop, &t->one);
	loop_defer(t->loop, &t->two);
	loop_defer(t->loop, &t->one);
	note(t, 'b');
	loop_timer_free(t->timer);
}

static void test_deferred_runs_once_after_the_turn(void **state)
{
	struct track t = {.loop = loop_new()};

	(void)state;
	t.one = (struct loop_deferred){.fn = note_one, .arg = &t};
	t.two = (struct loop_deferred){.fn = note_two, .arg = &t};
	t.timer = loop_timer_new(t.loop, on_gather, &t);
	loop_timer_start(t.timer, 1, 0);
	loop_run(t.loop);
	assert_string_equal(t.text, "ab12");
	loop_free(t.loop);
}

static void defer_again(void *arg)
{
	struct track *t = arg;

	note(t, 'x');
	if (t->len < 5)
		loop_defer(t->loop, &t->one);
}

/* With nothing else open, deferred work alone keeps the loop going until it is done. */
static void test_deferred_keeps_the_loop_alive(void **state)
{
	struct track t = {.loop = loop_new()};

	(void)state;
	t.one = (struct loop_deferred){.fn = defer_again, .arg = &t};
	loop_defer(t.loop, &t.one);
	loop_run(t.loop);
	assert_string_equal(t.text, "xxxxx");
	loop_free(t.loop);
}

static void on_beat(void *arg)
{
	struct track *t = arg;

	if (++t->fired == 3)
		loop_timer_free(t->timer);
}

static void test_timer_repeats_and_frees_itself(void **state)
{
	struct track t = {.loop = loop_new()};
	int64_t before = loop_mono_ms(t.loop);

	(void)state;
	t.timer = loop_timer_new(t.loop, on_beat, &t);
	loop_timer_start(t.timer, 2, 2);
	loop_run(t.loop);
	assert_int_equal(t.fired, 3);
	assert_true(loop_mono_ms(t.loop) - before >= 5);
	loop_free(t.loop);
}

static void never(void *arg)
{
	(void)arg;
	fail();
}

static void test_stopped_timer_never_fires(void **state)
{
	struct track t = {.loop = loop_new()};
	struct loop_timer *stopped = loop_timer_new(t.loop, never, NULL);

	(void)state;
	loop_timer_start(stopped, 0, 0);
	loop_timer_stop(stopped);
	t.timer = loop_timer_new(t.loop, on_beat, &t);
	loop_timer_start(t.timer, 1, 1);
	loop_run(t.loop);
	loop_timer_free(stopped);
	loop_free(t.loop);
}

static void work_elsewhere(void *arg)
{
	struct track *t = arg;

	t->fired = 41;
}

static void work_done(void *arg)
{
	struct track *t = arg;

	t->fired++;
	loop_stop(t->loop);
}

static void test_work_comes_back_to_the_loop(void **state)
{
	struct track t = {.loop = loop_new()};

	(void)state;
	loop_work(t.loop, work_elsewhere, work_done, &t);
	loop_run(t.loop);
	assert_int_equal(t.fired, 42);
	loop_free(t.loop);
}

static void test_free_waits_for_work(void **state)
{
	struct track t = {.loop = loop_new()};

	(void)state;
	loop_work(t.loop, work_elsewhere, work_done, &t);
	loop_free(t.loop);
	assert_int_equal(t.fired, 42);
}

static void test_an_open_handle_is_a_bug(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct loop *l = loop_new();

		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		loop_timer_new(l, never, NULL);
		loop_free(l);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void test_the_clock_never_goes_back(void **state)
{
	struct loop *l = loop_new();
	struct clock c = loop_clock(l);
	int64_t last = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now_ms = clock_now_ms(&c);

		assert_true(now_ms >= last);
		last = now_ms;
	}
	assert_true(last > 1600000000000);
	loop_free(l);
}

static void stall(void *arg)
{
	struct track *t = arg;
	int64_t until_ms = loop_mono_ms(t->loop) + 30;

	while (loop_mono_ms(t->loop) < until_ms)
		continue;
	loop_timer_free(t->timer);
}

static void test_a_stall_is_seen(void **state)
{
	struct track t = {.loop = loop_new()};

	(void)state;
	t.timer = loop_timer_new(t.loop, stall, &t);
	loop_timer_start(t.timer, 0, 0);
	loop_run(t.loop);
	assert_true(metric_get(METRIC_LOOP_LAG_MS) >= 29);
	loop_free(t.loop);
}

static void test_metrics_are_prometheus_text(void **state)
{
	struct buf out;

	(void)state;
	metric_set(METRIC_CONNECTIONS, 7);
	metric_add(METRIC_CONNECTIONS, -2);
	buf_init(&out, 65536);
	metrics_print(&out);
	assert_non_null(
		strstr(buf_cstr(&out), "# TYPE tandem_connections gauge\ntandem_connections 5\n"));
	buf_clear(&out);
}

/* A clock that is wrong for a moment is not followed; one that stays where it went is, after a
 * while. It never goes back. */
static void wall_clock_that_jumps(void **state)
{
	const int64_t t = 1795966000000, year = 365LL * 86400000;
	struct wall w = {0};

	(void)state;
	assert_int_equal(wall_believed(&w, t, 1000), t);
	assert_int_equal(wall_believed(&w, t + 2000, 2000), t + 2000); /* set right by a second */
	assert_int_equal(wall_believed(&w, t + WALL_STEP_MS + 3000, 3000), t + WALL_STEP_MS + 3000);
	w = (struct wall){0};
	assert_int_equal(wall_believed(&w, t, 1000), t);
	assert_int_equal(wall_believed(&w, t + 10 * year, 2000), t + 1000);
	assert_int_equal(w.jump_ms, 10 * year - 1000);
	assert_int_equal(wall_believed(&w, t + 10 * year, 2000 + WALL_HOLD_MS - 1),
			 t + WALL_HOLD_MS + 999);
	assert_int_equal(wall_believed(&w, t + WALL_HOLD_MS + 2000, 3000 + WALL_HOLD_MS),
			 t + WALL_HOLD_MS + 2000);
	assert_int_equal(w.jump_ms, 0);
	/* It jumps again and stays. */
	assert_int_equal(wall_believed(&w, t + year, 4000 + WALL_HOLD_MS), t + WALL_HOLD_MS + 3000);
	assert_int_equal(wall_believed(&w, t + year + WALL_HOLD_MS, 4000 + 2 * WALL_HOLD_MS),
			 t + year + WALL_HOLD_MS);
	assert_int_equal(w.jump_ms, 0);
	/* And back: time goes on, and then stands. */
	assert_int_equal(wall_believed(&w, t, 5000 + 2 * WALL_HOLD_MS),
			 t + year + WALL_HOLD_MS + 1000);
	assert_int_equal(w.jump_ms, -(year + WALL_HOLD_MS + 1000));
	assert_int_equal(wall_believed(&w, t + WALL_HOLD_MS + 1000, 6000 + 3 * WALL_HOLD_MS),
			 t + year + WALL_HOLD_MS + 1000);
	/* From one wrong time to another: each has to hold for itself. */
	w = (struct wall){0};
	assert_int_equal(wall_believed(&w, t, 1000), t);
	assert_int_equal(wall_believed(&w, t + year, 2000), t + 1000);
	assert_int_equal(wall_believed(&w, t + 10 * year, 1000 + WALL_HOLD_MS), t + WALL_HOLD_MS);
	assert_int_equal(wall_believed(&w, t + 10 * year, 3000 + WALL_HOLD_MS),
			 t + WALL_HOLD_MS + 2000);
	assert_int_equal(wall_believed(&w, t + 10 * year + WALL_HOLD_MS, 1000 + 2 * WALL_HOLD_MS),
			 t + 10 * year + WALL_HOLD_MS);
	assert_int_equal(w.jump_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deferred_runs_once_after_the_turn),
		cmocka_unit_test(test_deferred_keeps_the_loop_alive),
		cmocka_unit_test(test_timer_repeats_and_frees_itself),
		cmocka_unit_test(test_stopped_timer_never_fires),
		cmocka_unit_test(test_work_comes_back_to_the_loop),
		cmocka_unit_test(test_free_waits_for_work),
		cmocka_unit_test(test_an_open_handle_is_a_bug),
		cmocka_unit_test(test_the_clock_never_goes_back),
		cmocka_unit_test(wall_clock_that_jumps),
		cmocka_unit_test(test_a_stall_is_seen),
		cmocka_unit_test(test_metrics_are_prometheus_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
