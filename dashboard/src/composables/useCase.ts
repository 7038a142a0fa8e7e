// One case with everybody who was told about it.
import { reactive, watch, type Ref } from 'vue';
import { hub } from '../hub.ts';
import { reasonOf } from '../lib/reason.ts';
import type { CaseDetail } from '../wire.ts';
import { isLive } from './useConnection.ts';

export function useCase(id: Ref<string>)
{
	const state = reactive({ detail: null as CaseDetail | null, error: '', loading: false });
	let last = 0;

	async function load(): Promise<void>
	{
		const mine = ++last;
		state.loading = true;
		state.error = '';
		try {
			const detail = await hub.case(id.value);
			if (mine === last)
				state.detail = detail;
		} catch (error) {
			if (mine === last)
				state.error = reasonOf(error);
		} finally {
			if (mine === last)
				state.loading = false;
		}
	}

	watch(id, () => { state.detail = null; void load(); }, { immediate: true });
	watch(isLive, (live) => { if (live) void load(); });
	return { state, load };
}
