// What a page reads from the hub: asked for when its key changes, again when the line is back, and now and then if wanted.
// An answer that a newer question has overtaken is dropped, and what was there stays while it is asked for again.
import { onBeforeUnmount, shallowReactive, watch } from 'vue';
import type { Page } from '../wire.ts';
import { isLive } from './useConnection.ts';
import { useNewest } from './useNewest.ts';

export function useFetched<T>(ask: () => Promise<T>, key: () => unknown, everyMs = 0)
{
	const state = shallowReactive({ data: null as T | null, error: '', loading: false });
	const newest = useNewest(state);

	const load = () => newest.run(ask, (data) => { state.data = data; });

	/** What the hub said in another answer. */
	function put(data: T): void
	{
		newest.drop();
		state.data = data;
	}

	watch(key, () => { Object.assign(state, { data: null, error: '' }); void load(); }, { immediate: true });
	watch(isLive, (live) => { if (live) void load(); });
	if (everyMs > 0) {
		const timer = setInterval(() => { if (isLive.value && !document.hidden && !state.loading) void load(); }, everyMs);
		onBeforeUnmount(() => clearInterval(timer));
	}
	return { state, newest, load, put };
}

/** A list read a page at a time. */
export function usePages<T>(ask: (cursor: string | null) => Promise<Page<T>>, key: () => unknown)
{
	const { state, newest, load } = useFetched(() => ask(null), key);

	async function more(): Promise<void>
	{
		const before = state.data;
		if (!before?.next)
			return;
		await newest.run(() => ask(before.next), (page) => { state.data = { ...page, items: [...before.items, ...page.items] }; });
	}
	return { state, load, more };
}
