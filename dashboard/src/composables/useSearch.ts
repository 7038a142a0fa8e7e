// The search: waits until typing pauses, and drops an answer that a newer question has overtaken.
import { reactive } from 'vue';
import { hub } from '../hub.ts';
import { queryKind } from '../lib/credit.ts';
import { reasonOf } from '../lib/reason.ts';
import type { CaseSummary } from '../wire.ts';

const TYPING_PAUSE_MS = 250;

export function useSearch()
{
	const state = reactive({
		asked: '', items: [] as CaseSummary[], next: null as string | null, loading: false, error: '', done: false,
	});
	let last = 0;
	let timer = 0;

	async function fetchPage(q: string, cursor: string | null): Promise<void>
	{
		const mine = ++last;
		state.loading = true;
		state.error = '';
		try {
			const page = await hub.cases({ q, cursor });
			if (mine !== last)
				return;
			state.items = cursor ? [...state.items, ...page.items] : page.items;
			Object.assign(state, { asked: q, next: page.next, done: true });
		} catch (error) {
			if (mine === last)
				state.error = reasonOf(error);
		} finally {
			if (mine === last)
				state.loading = false;
		}
	}

	function ask(text: string): void
	{
		clearTimeout(timer);
		const q = text.trim();
		// Nothing asked is a question too: for what came in last.
		if (queryKind(q) === 'short') {
			last++;
			Object.assign(state, { asked: '', items: [], next: null, done: false, loading: false, error: '' });
			return;
		}
		void fetchPage(q, null);
	}

	function askSoon(text: string): void
	{
		clearTimeout(timer);
		timer = window.setTimeout(() => ask(text), TYPING_PAUSE_MS);
	}

	return { state, ask, askSoon, more: () => fetchPage(state.asked, state.next) };
}
