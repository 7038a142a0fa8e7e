// Two clocks that tick for the screen: seconds for the countdown of a reconnection, a coarser one for deadlines,
// so that a list of rows is not drawn anew each second.
import { computed, ref } from 'vue';
import { serverNow } from '../hub.ts';
import { dayText } from '../lib/period.ts';

const COARSE_MS = 10_000;

export const nowSecond = ref(serverNow());
export const nowCoarse = ref(serverNow());
/** In Beijing, also when the page was opened the day before. */
export const today = computed(() => dayText(nowCoarse.value));

setInterval(() => {
	nowSecond.value = serverNow();
	if (Math.abs(nowSecond.value - nowCoarse.value) >= COARSE_MS)
		nowCoarse.value = nowSecond.value;
}, 1000);
