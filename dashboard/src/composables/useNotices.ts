// Every notice this page knows, once each, by id: the list and the open detail show the same thing.
import { reactive, shallowReactive } from 'vue';
import type { Notice } from '../wire.ts';

export const notices = shallowReactive(new Map<string, Notice>());
export const busy = reactive(new Set<string>());

/** Takes what the hub says, unless it is older than what is already known. */
export function put(notice: Notice): void
{
	const known = notices.get(notice.id);
	if (!known || notice.version >= known.version)
		notices.set(notice.id, notice);
}

export function putAll(list: Notice[]): string[]
{
	list.forEach(put);
	return list.map((n) => n.id);
}

export function forgetAll(): void
{
	notices.clear();
	busy.clear();
}
