// Arrow keys walk through a table of which one cell is a stop of the Tab key. Its cells say by data-row and data-column where they are.
import { computed, nextTick, ref } from 'vue';

const KEYS: Record<string, (r: number, c: number) => [number, number]> = {
	ArrowUp: (r, c) => [r - 1, c], ArrowDown: (r, c) => [r + 1, c], ArrowLeft: (r, c) => [r, c - 1], ArrowRight: (r, c) => [r, c + 1],
	Home: (r) => [r, 0], End: (r) => [r, Infinity],
};

/** `size`: how many rows and columns there are now. */
export function useGrid(size: () => [number, number])
{
	const place = ref([0, 0]);
	const at = computed(() => {
		const [row, column] = place.value.map((n, i) => Math.max(Math.min(n, size()[i] - 1), 0));
		return { row, column };
	});

	const placeOf = (event: Event): [number, number] | null => {
		const cell = (event.target as HTMLElement).closest('td');
		return cell && [Number(cell.dataset.row), Number(cell.dataset.column)];
	};
	const reach = (event: FocusEvent): void => { place.value = placeOf(event) ?? [0, 0]; };
	const walk = async (event: KeyboardEvent): Promise<void> => {
		const from = placeOf(event);
		if (!from || !(event.key in KEYS) || event.ctrlKey || event.altKey || event.metaKey)
			return;
		event.preventDefault();
		const table = event.currentTarget as HTMLElement;
		place.value = KEYS[event.key](...from);
		await nextTick();
		table.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
	};
	return { at, reach, walk };
}
