// A trial of an event while it is typed: asked for when the typing pauses, and an answer that is overtaken is dropped.
import { onBeforeUnmount, shallowReactive, watch } from 'vue';
import { hub } from '../hub.ts';
import { reasonOf } from '../lib/reason.ts';
import type { Decision } from '../wire.ts';

const TYPING_PAUSE_MS = 250;

export function useTrial(event: () => object | null)
{
	const state = shallowReactive({ decision: null as Decision | null, error: '', loading: false });
	let last = 0;
	let timer = 0;

	async function ask(about: object): Promise<void>
	{
		const mine = ++last;
		state.loading = true;
		try {
			const decision = await hub.trial(about);
			if (mine === last)
				Object.assign(state, { decision, error: '' });
		} catch (error) {
			if (mine === last)
				Object.assign(state, { decision: null, error: reasonOf(error) });
		} finally {
			if (mine === last)
				state.loading = false;
		}
	}

	// Compared as text: the same event typed again is not asked about again.
	watch(() => JSON.stringify(event()), (text) => {
		clearTimeout(timer);
		last++;
		const about = JSON.parse(text) as object | null;
		if (about)
			timer = window.setTimeout(() => void ask(about), TYPING_PAUSE_MS);
		else
			Object.assign(state, { decision: null, error: '', loading: false });
	}, { immediate: true });
	onBeforeUnmount(() => clearTimeout(timer));
	return state;
}
