// Figures as they are now and as they become: asked for once, then told by the live connection at most once a second. While that
// is away the figures stay, with the moment at which they were true, and are asked for anew when it is back.
import { onBeforeUnmount, shallowReactive, watch, type Ref } from 'vue';
import { hub, openLive, type BoardQuery, type Live } from '../hub.ts';
import { lastDays } from '../lib/board.ts';
import { reasonOf } from '../lib/reason.ts';
import type { Board } from '../wire.ts';

const BACKOFF_MAX_S = 30;
const DAYS_AGAIN_MS = 5000;
const TREND_DAYS = 30;

export function useBoard(wish: Ref<BoardQuery & { from: string; to: string }>)
{
	const state = shallowReactive({ bodies: null as Board | null, days: null as Board | null, error: '', live: false });
	let line: Live | null = null;
	let failures = 0;
	let timer = 0;
	let daysTimer = 0;
	let over = false;

	/** The days are of one body of figures with the rest, and follow it when it moves, though not each second. */
	function daysSoon(): void
	{
		if (daysTimer !== 0)
			return;
		daysTimer = window.setTimeout(async () => {
			daysTimer = 0;
			const asked = wish.value;
			const days = await hub.board({ ...asked, from: lastDays(asked.from, asked.to, TREND_DAYS), by: 'day' }).catch(() => null);
			if (days && asked === wish.value && !over)
				state.days = days;
		}, state.days ? DAYS_AGAIN_MS : 0);
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
		state.live = false;
		if (over)
			return;
		clearTimeout(timer);
		timer = window.setTimeout(open, Math.min(2 ** failures++, BACKOFF_MAX_S) * 1000);
	}

	function open(): void
	{
		const asked = wish.value;
		const mine = openLive({
			open: async () => {
				try {
					const figures = await mine.call<Board>('board.open', { ...asked, by: 'body' });
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
			},
			notice: () => undefined, change: () => undefined, bye: () => undefined,
			board: (figures) => { if (mine === line) take(figures); },
			close: () => { if (mine === line) drop(); },
		});
		line = mine;
	}

	function again(): void
	{
		clearTimeout(timer);
		line?.close();
		failures = 0;
		Object.assign(state, { bodies: null, days: null, error: '', live: false });
		open();
	}
	watch(wish, again, { immediate: true });
	onBeforeUnmount(() => {
		over = true;
		clearTimeout(timer);
		clearTimeout(daysTimer);
		line?.close();
	});
	return { state, again };
}
