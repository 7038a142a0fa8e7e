// From where the page's own script is there, the functions that draw the first view stand on Vue's nodes and the page's state.
import { h, nextTick } from 'vue';
import { sitAt, type Draw } from '../lib/desk.ts';
import type { Verb } from '../wire.ts';
import { act } from './useActions.ts';
import { isLive } from './useConnection.ts';
import { showForm } from './useForms.ts';
import { busy } from './useNotices.ts';
import { nowCoarse } from './useNow.ts';
import { selected, toggle } from './useSelection.ts';
import { days } from './useWorkDays.ts';

/** The button goes away when it is used; the focus then stays at the row or the detail it belonged to. */
async function press(event: Event, id: string, verb: Verb): Promise<void>
{
	event.stopPropagation();
	const host = (event.currentTarget as HTMLElement).closest<HTMLElement>('tr[data-id], .pane');
	void act(id, verb);
	await nextTick();
	if (document.activeElement === document.body)
		(host?.querySelector<HTMLElement>('.pane-title') ?? host)?.focus();
}

sitAt({
	now: () => nowCoarse.value, days: () => days.value, live: () => isLive.value, busy: (id) => busy.has(id),
	picked: (id) => selected.has(id), pick: toggle, press: (...what) => void press(...what), form: showForm,
}, h as Draw);
