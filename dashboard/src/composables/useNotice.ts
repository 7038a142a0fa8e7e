// One notice opened: its event, deliveries and receipts, read when it opens and again when it changes.
import { computed, reactive, watch, type Ref } from 'vue';
import { hub } from '../hub.ts';
import type { NoticeDetail } from '../wire.ts';
import { isLive, tellShown } from './useConnection.ts';
import { useNewest } from './useNewest.ts';
import { notices, put } from './useNotices.ts';
import { inboxBodies } from './useSession.ts';

const told = new Set<string>();

/** Only somebody of the body itself can have been shown its notice. */
async function tell(detail: NoticeDetail): Promise<boolean>
{
	const { id, body } = detail.notice;
	if (told.has(id) || !inboxBodies.value.some((b) => b.id === body))
		return false;
	const done = await tellShown(id);
	if (done)
		told.add(id);
	return done;
}

export function useNotice(id: Ref<string>)
{
	const state = reactive({ detail: null as NoticeDetail | null, error: '', loading: false });
	const newest = useNewest(state);

	function load(): Promise<void>
	{
		state.error = '';
		return newest.run(() => hub.notice(id.value), async (detail) => {
			state.detail = detail;
			put(detail.notice);
			if (await tell(detail))
				void load();
		});
	}

	const notice = computed(() => notices.get(id.value) ?? (state.detail?.notice.id === id.value ? state.detail.notice : null));
	watch(id, () => { state.detail = null; void load(); }, { immediate: true });
	watch(() => notices.get(id.value)?.version, (now) => {
		if (state.detail && now !== undefined && now > state.detail.notice.version)
			void load();
	});
	watch(isLive, (live) => { if (live) void load(); });
	return { state, notice, load };
}
