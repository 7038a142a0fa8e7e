// What somebody has searched for lately, on this machine and nowhere else. Whose it is stands first: of somebody else nothing is shown,
// and nothing stays when that person leaves.
import { keep, kept } from './kept.ts';

const STORAGE_KEY = 'tandem.searches';
const MOST = 5;

export function recentOf(user: string): string[]
{
	const [whose, ...texts] = (kept(STORAGE_KEY) ?? '').split('\n');
	return whose === user ? texts : [];
}

export function keepRecent(user: string, text: string): void
{
	keep(STORAGE_KEY, [user, text, ...recentOf(user).filter((x) => x !== text)].slice(0, MOST + 1).join('\n'));
}

export const forgetRecent = (): void => keep(STORAGE_KEY, '');
