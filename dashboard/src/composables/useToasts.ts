// Short messages at the foot of the page. An error stays longer; none takes the focus.
import { reactive } from 'vue';

export interface Toast { id: number; text: string; bad: boolean; timer: number }

const GOOD_MS = 5000;
const BAD_MS = 8000;

export const toasts = reactive<Toast[]>([]);
let lastId = 0;

export function dismiss(id: number): void
{
	const i = toasts.findIndex((x) => x.id === id);
	if (i >= 0) {
		clearTimeout(toasts[i].timer);
		toasts.splice(i, 1);
	}
}

export function hold(toast: Toast): void
{
	clearTimeout(toast.timer);
}

export function release(toast: Toast): void
{
	clearTimeout(toast.timer);
	toast.timer = window.setTimeout(() => dismiss(toast.id), toast.bad ? BAD_MS : GOOD_MS);
}

export function say(text: string, bad = false): void
{
	toasts.push({ id: ++lastId, text, bad, timer: 0 });
	release(toasts[toasts.length - 1]);
}
