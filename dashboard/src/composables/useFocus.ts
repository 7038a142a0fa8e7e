import { nextTick, type Ref } from 'vue';

/** Takes the focus to what is in the box, as soon as it is there; if it is not said to what, to what went wrong. */
export const useFocus = (box: Ref<HTMLElement | null>) => async (what = '[aria-invalid], [role=alert]'): Promise<void> => {
	await nextTick();
	box.value?.querySelector<HTMLElement>(what)?.focus();
};
