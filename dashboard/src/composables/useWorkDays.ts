// The working days by which deadlines are told. Until they are there, natural time is shown and named as such.
import { shallowRef, watch } from 'vue';
import { hub } from '../hub.ts';
import { workDays, type WorkDays } from '../lib/worktime.ts';
import { me } from './useSession.ts';

export const days = shallowRef<WorkDays | null>(null);

/** Asked for with the session, and again with the next one: the policy may have changed by then. */
watch(me, async (who) => {
	if (who)
		days.value = await hub.calendar().then(workDays, () => days.value);
}, { immediate: true });
