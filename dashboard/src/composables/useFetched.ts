// What a page reads from the hub: asked for when its key changes, again when the line is back, and now and then if wanted.
// An answer that a newer question has overtaken is dropped, and what was there stays while it is asked for again.
import { onBeforeUnmount, shallowReactive, watch } from 'vue';
import { reasonOf } from '../lib/reason.ts';
import type { Page } from '../wire.ts';
import { isLive } from './useConnection.ts';

export function useFetched<T>(ask: () => Promise<T>, key: () => unknown, everyMs = 0)
{
	const state = shallowReactive({ data: null as T | null, error: '', loading: false });
	let last = 0;

	async function load(): Promise<void>
	{
		const mine = ++last;
		state.loading = true;
		try {
			const data = await ask();
			if (mine === last)
				Object.assign(state, { data, error: '' });
		} catch (error) {
			if (mine === last)
				state.error = reasonOf(error);
		} finally {
			if (mine === last)
				state.loading = false;
		}
	}

	/** What the hub said in another answer. */
	function put(data: T): void
	{
		last++;
		Object.assign(state, { data, error: '', loading: false });
	}

	watch(key, () => { Object.assign(state, { data: null, error: '' }); void load(); }, { immediate: true });
	watch(isLive, (live) => { if (live) void load(); });
	if (everyMs > 0) {
		const timer = setInterval(() => { if (isLive.value && !document.hidden && !state.loading) void load(); }, everyMs);
		onBeforeUnmount(() => clearInterval(timer));
	}
	return { state, load, put };
}

/** A list read a page at a time. */
export function usePages<T>(ask: (cursor: string | null) => Promise<Page<T>>, key: () => unknown)
{
	const { state, load, put } = useFetched(() => ask(null), key);

	async function more(): Promise<void>
	{
		const before = state.data;
		if (!before?.next)
			return;
		state.loading = true;
		try {
			const page = await ask(before.next);
			if (state.data === before)
				put({ ...page, items: [...before.items, ...page.items] });
		} catch (error) {
			Object.assign(state, { error: reasonOf(error), loading: false });
		}
	}
	return { state, load, more };
}
