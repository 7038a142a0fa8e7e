// What this machine keeps for the page. Where a browser has no storage it is forgotten when the page is left, which is all that is lost.
export function kept(name: string): string | null
{
	try {
		return localStorage.getItem(name);
	} catch {
		return null;
	}
}

export function keep(name: string, value: string): void
{
	try {
		localStorage.setItem(name, value);
	} catch {
		// As above.
	}
}
