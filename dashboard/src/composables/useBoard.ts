// Figures as they are now and as they become: asked for once, then told by the live connection at most once a second. While that
// is away the figures stay, with the moment at which they were true, and are asked for anew when it is back.
import { computed, onBeforeUnmount, shallowReactive, watch, type ComputedRef, type Ref } from 'vue';
import { hub, openLive, type Live } from '../hub.ts';
import { periodOf, type Period } from '../lib/board.ts';
import { wishOf, type Wish } from '../lib/period.ts';
import { reasonOf } from '../lib/reason.ts';
import { lastDays } from '../lib/trend.ts';
import type { Board } from '../wire.ts';
import { nowCoarse } from './useNow.ts';
import { route } from './useRoute.ts';

const BACKOFF_MAX_S = 30;
const DAYS_AGAIN_MS = 5000;
const LINE_MS = 1000;
const TREND_DAYS = 30;

/** What the address asks for. Held as a text, so that a change of something else in it, and the clock, do not ask anew; the day does. */
export function useWish(usual: Period): ComputedRef<Wish>
{
	const key = computed(() => JSON.stringify(wishOf(route.query, periodOf(usual, nowCoarse.value))));
	return computed(() => JSON.parse(key.value) as Wish);
}

/** With `everyMs` it asks again as well, so that figures that have not changed are known to be true still. */
export function useBoard(wish: Ref<Wish>, everyMs = 0)
{
	const state = shallowReactive({ bodies: null as Board | null, days: null as Board | null, error: '', live: false, cut: false });
	let line: Live | null = null;
	let failures = 0;
	let timer = 0;
	let daysTimer = 0;
	let over = false;

	/** The days are of one body of figures with the rest, and follow it when it moves, though not each second; what comes over a line that is
	 * still being made is asked for once, with that. */
	function daysSoon(): void
	{
		if (daysTimer !== 0 && state.days)
			return;
		clearTimeout(daysTimer);
		daysTimer = window.setTimeout(async () => {
			daysTimer = 0;
			const asked = wish.value;
			const days = await hub.board({ ...asked, from: lastDays(asked.from, asked.to, TREND_DAYS), by: 'day' }).catch(() => null);
			if (days && asked === wish.value && !over)
				state.days = days;
		}, state.days ? DAYS_AGAIN_MS : state.live ? 0 : LINE_MS);
	}

	function take(figures: Board): void
	{
		Object.assign(state, { bodies: figures, error: '' });
		daysSoon();
	}

	function drop(): void
	{
		line?.close();
		line = null;
		Object.assign(state, { live: false, cut: true });
		if (over)
			return;
		clearTimeout(timer);
		timer = window.setTimeout(open, Math.min(2 ** failures++, BACKOFF_MAX_S) * 1000);
	}

	async function ask(mine: Live): Promise<void>
	{
		try {
			const figures = await mine.call<Board>('board.open', { ...wish.value, by: 'body' });
			if (mine !== line)
				return;
			failures = 0;
			state.live = true;
			take(figures);
		} catch (error) {
			if (mine !== line)
				return;
			state.error = reasonOf(error);
			drop();
		}
	}

	function open(): void
	{
		const mine = openLive({
			open: () => void ask(mine),
			notice: () => undefined, change: () => undefined, bye: () => undefined,
			board: (figures) => { if (mine === line) take(figures); },
			close: () => { if (mine === line) drop(); },
		});
		line = mine;
	}

	/** Figures to look at while the connection is being made; what comes over it is newer. */
	async function glance(): Promise<void>
	{
		const asked = wish.value;
		const figures = await hub.board({ ...asked, by: 'body' }).catch(() => null);
		if (figures && asked === wish.value && !state.bodies && !over)
			take(figures);
	}

	function again(): void
	{
		clearTimeout(timer);
		line?.close();
		failures = 0;
		Object.assign(state, { bodies: null, days: null, error: '', live: false, cut: false });
		void glance();
		open();
	}
	watch(wish, again, { immediate: true });
	const beat = everyMs > 0 ? setInterval(() => { if (line && state.live) void ask(line); }, everyMs) : 0;
	onBeforeUnmount(() => {
		over = true;
		clearTimeout(timer);
		clearTimeout(daysTimer);
		clearInterval(beat);
		line?.close();
	});
	return { state, again };
}
