// From where the page's own script is there, the functions that draw the first view stand on Vue's nodes and the page's state.
import { h } from 'vue';
import { sitAt, type Draw } from '../lib/desk.ts';
import type { Verb } from '../wire.ts';
import { act } from './useActions.ts';
import { isLive } from './useConnection.ts';
import { showForm } from './useForms.ts';
import { busy } from './useNotices.ts';
import { nowCoarse } from './useNow.ts';
import { selected, toggle } from './useSelection.ts';
import { days } from './useWorkDays.ts';

/** The button goes away when it is used; the focus stays at the row or the detail it belonged to, and goes there first: a browser lays
 * the page out anew when what has the focus is taken away, and again when it is given after a change. */
function press(event: Event, id: string, verb: Verb): void
{
	event.stopPropagation();
	const host = (event.currentTarget as HTMLElement).closest<HTMLElement>('tr[data-id], .pane');
	(host?.querySelector<HTMLElement>('.pane-title') ?? host)?.focus();
	void act(id, verb);
}

sitAt({
	now: () => nowCoarse.value, days: () => days.value, live: () => isLive.value, busy: (id) => busy.has(id),
	picked: (id) => selected.has(id), pick: toggle, press, form: showForm,
}, h as Draw);
