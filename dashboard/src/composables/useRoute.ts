// Where the page stands, as its address says.
import { reactive, readonly } from 'vue';
import { routeOf, type Route } from '../lib/address.ts';

export { href } from '../lib/address.ts';

const state = reactive<Route>(routeOf(location.hash));
window.addEventListener('hashchange', () => Object.assign(state, routeOf(location.hash)));

export const route = readonly(state);

export function go(to: string): void
{
	location.hash = to;
}

/** Changes the address without a step in the history: for what is typed, not for what is opened. */
export function replace(to: string): void
{
	history.replaceState(null, '', to);
	Object.assign(state, routeOf(to));
}
