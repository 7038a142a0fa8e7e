// Whether a reload would bring another page than this one: looked for when the connection is back, and now and then, because of several hubs one
// may be renewed before another. What a reload would bring is asked, not what the hub is, which may be another one's.
import { ref } from 'vue';
import { freshPage } from '../hub.ts';
import { route } from './useRoute.ts';

const EVERY_MS = 600_000;

export const renewed = ref(false);

export async function lookForRenewal(): Promise<void>
{
	const files = (await freshPage().catch(() => '')).match(/\/assets\/[\w.-]+/g) ?? [];
	renewed.value = files.some((name) => !document.head.innerHTML.includes(name));
	// Nobody types at a wall.
	if (renewed.value && route.page === 'screen')
		location.reload();
}
setInterval(lookForRenewal, EVERY_MS);
