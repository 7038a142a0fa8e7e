// What every first paint waits for, asked by a script so small that it runs while the page itself is still on its way: who this is, the
// calendar, and the list the page begins with. The page takes the answers over where it asks the same.
import { quarterUpTo } from './lib/period.ts';
import type { Me } from './wire.ts';

export const BASE = '/api/v1';
/** What nobody has taken over by then is too old to be shown. */
const KEPT_MS = 10_000;

/** `text`: what has been read of it already, so that who takes it over need not wait for another turn. */
export interface Answer { response: Response; atMs: number; text?: string }
const asked = new Map<string, Promise<Answer>>();

export async function send(path: string, init: RequestInit): Promise<Answer>
{
	const response = await fetch(BASE + path, { credentials: 'same-origin', cache: 'no-store', ...init });
	return { response, atMs: Date.now() };
}

/** Once: whoever asks again wants to know anew. */
export function askedAhead(path: string): Promise<Answer> | undefined
{
	const answer = asked.get(path);
	asked.delete(path);
	return answer;
}

export function query(params: Record<string, string | number | null | undefined>): string
{
	const pairs = Object.entries(params)
		.filter(([, value]) => value !== undefined && value !== null && value !== '')
		.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
	return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Bodies whose notices this person handles; empty for those who only look cases up. */
export function inboxBodiesOf(who: Me | null): Me['bodies']
{
	return who?.roles.includes('supervisor') ? who.bodies.filter((b) => !b.role || b.role === 'supervisor') : [];
}

function ahead(path: string, then?: (answer: Required<Answer>) => void): void
{
	const answer = send(path, { headers: { Accept: 'application/json' } }).then(async ({ response, atMs }) => {
		const a = { response, atMs, text: await response.text() };
		then?.(a);
		return a;
	});
	answer.catch(() => undefined);
	asked.set(path, answer);
}

const hash = location.hash;

/** What is refused before somebody has signed in is asked for again then. */
function onlyGood({ response }: Answer): void
{
	if (!response.ok)
		throw response;
}

/** The board comes in files of its own, whose names the build writes to this script's tag. */
function boardAhead(): void
{
	for (const name of document.querySelector<HTMLElement>('[data-board]')?.dataset.board?.split(' ') ?? [])
		document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', crossOrigin: '', href: name }));
	ahead('/policy/names', onlyGood);
	if (!/[?&](from|to|region)=/.test(hash))
		ahead(`/board${query({ ...quarterUpTo(Date.now()), by: 'body' })}`, onlyGood);
}

if (/^#\/board\b/.test(hash))
	boardAhead();
// Who it is, is not told to the page before the rest has been asked, lest both ask.
ahead('/me', ({ response, text }) => {
	if (!response.ok)
		return;
	const me = JSON.parse(text) as Me;
	const [body] = inboxBodiesOf(me);
	if (body && !/[?&](body|state)=/.test(hash))
		ahead(`/notices${query({ body: body.id, state: 'todo' })}`);
	else if (!body && hash.length < 3 && me.roles.includes('coordinator'))
		boardAhead();
	ahead('/policy/calendar');
});
setTimeout(() => asked.clear(), KEPT_MS);
