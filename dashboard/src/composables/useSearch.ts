// The search: waits until typing pauses, and drops an answer that a newer question has overtaken.
import { reactive } from 'vue';
import { hub } from '../hub.ts';
import { queryKind } from '../lib/credit.ts';
import type { CaseSummary } from '../wire.ts';
import { useNewest } from './useNewest.ts';

const TYPING_PAUSE_MS = 250;

export function useSearch()
{
	const state = reactive({
		asked: '', items: [] as CaseSummary[], next: null as string | null, loading: false, error: '', done: false,
	});
	const newest = useNewest(state);
	let timer = 0;

	function fetchPage(q: string, cursor: string | null): Promise<void>
	{
		state.error = '';
		return newest.run(() => hub.cases({ q, cursor }), (page) => {
			state.items = cursor ? [...state.items, ...page.items] : page.items;
			Object.assign(state, { asked: q, next: page.next, done: true });
		});
	}

	function ask(text: string): void
	{
		clearTimeout(timer);
		const q = text.trim();
		// Nothing asked is a question too: for what came in last.
		if (queryKind(q) === 'short') {
			newest.drop();
			Object.assign(state, { asked: '', items: [], next: null, done: false });
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
