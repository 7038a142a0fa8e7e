// Two clocks that tick for the screen: seconds for the countdown of a reconnection, a coarser one for deadlines,
// so that a list of rows is not drawn anew each second.
import { ref } from 'vue';
import { serverNow } from '../hub.ts';

const COARSE_MS = 10_000;

export const nowSecond = ref(serverNow());
export const nowCoarse = ref(serverNow());

setInterval(() => {
	nowSecond.value = serverNow();
	if (Math.abs(nowSecond.value - nowCoarse.value) >= COARSE_MS)
		nowCoarse.value = nowSecond.value;
}, 1000);
