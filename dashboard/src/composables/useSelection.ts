// Which rows of the inbox are ticked, to be acknowledged or claimed together.
import { reactive } from 'vue';

export const selected = reactive(new Set<string>());

export function toggle(id: string): void
{
	if (!selected.delete(id))
		selected.add(id);
}
