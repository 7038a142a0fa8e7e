// Hash routes: #/inbox?state=open. The address is the state of the page, so a link opens the very same view.
import { reactive, readonly } from 'vue';

interface Route { page: string; id: string; query: Record<string, string> }

function parse(hash: string): Route
{
	const [path, search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
	const [page, ...rest] = path.split('/');
	let id = rest.join('/');
	try {
		id = decodeURIComponent(id);
	} catch {
		id = '';
	}
	const query: Record<string, string> = {};
	new URLSearchParams(search).forEach((value, key) => { query[key] = value; });
	return { page, id, query };
}

const state = reactive<Route>(parse(location.hash));
window.addEventListener('hashchange', () => Object.assign(state, parse(location.hash)));

export const route = readonly(state);

export function href(page: string, id = '', query: Record<string, string | undefined> = {}): string
{
	const search = new URLSearchParams();
	for (const [key, value] of Object.entries(query))
		if (value)
			search.set(key, value);
	const text = search.toString();
	return `#/${page}${id ? '/' + encodeURIComponent(id) : ''}${text ? '?' + text : ''}`;
}

export function go(to: string): void
{
	location.hash = to;
}

/** Changes the address without a step in the history: for what is typed, not for what is opened. */
export function replace(to: string): void
{
	history.replaceState(null, '', to);
	Object.assign(state, parse(to));
}
