// Hash routes: #/inbox?state=open. The address is the state of the page, so a link opens the very same view.
export interface Route { page: string; id: string; query: Record<string, string> }

export function routeOf(hash: string): Route
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

export function href(page: string, id = '', query: Record<string, string | undefined> = {}): string
{
	const search = new URLSearchParams();
	for (const [key, value] of Object.entries(query))
		if (value)
			search.set(key, value);
	const text = search.toString();
	return `#/${page}${id ? '/' + encodeURIComponent(id) : ''}${text ? '?' + text : ''}`;
}
