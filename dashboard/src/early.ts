// What every first paint waits for, asked by a script so small that it runs while the page itself is still on its way: who this is, the
// calendar, and the list the page begins with. The page takes the answers over where it asks the same. The list is shown as soon as it is
// there, and the page's own script begins after that: it would keep the processor from painting for as long as it takes to draw the same.
import { glance, glanceBoard, glances, glancesBoard, ownUp } from './glance.ts';
import { routeOf } from './lib/address.ts';
import { quarterUpTo, wishOf } from './lib/period.ts';
import { inboxBodiesOf } from './lib/roles.ts';
import type { Board, Me, Notice, Page, PolicyNames, WorkCalendar } from './wire.ts';

export const BASE = '/api/v1';
/** What nobody has taken over by then is too old to be shown. */
const KEPT_MS = 10_000;
const CLOCK_JITTER_MS = 2000;
/** So long the page's own script waits for the first sight. */
const PATIENCE_MS = 4000;

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

/** How far the hub's clock is from this computer's; what is less than an answer's way may take is none. */
export function clockOffset(date: string | null, atMs: number, knownMs: number): number
{
	const ms = date ? Date.parse(date) : NaN;
	return !Number.isNaN(ms) && Math.abs(ms + 500 - atMs - knownMs) > CLOCK_JITTER_MS ? ms + 500 - atMs : knownMs;
}

function read(path: string, then?: (answer: Required<Answer>) => void): Promise<Required<Answer>>
{
	const answer = send(path, { headers: { Accept: 'application/json' } }).then(async ({ response, atMs }) => {
		const a = { response, atMs, text: await response.text() };
		then?.(a);
		return a;
	});
	answer.catch(() => undefined);
	return answer;
}

/** For who will ask for it by this name. */
function holdFor(path: string, answer: Promise<Required<Answer>>): Promise<Required<Answer>>
{
	asked.set(path, answer);
	return answer;
}

const ahead = (path: string, then?: (answer: Required<Answer>) => void): Promise<Required<Answer>> => holdFor(path, read(path, then));

const hash = location.hash;

/** What is refused before somebody has signed in is asked for again then. */
function onlyGood({ response }: Answer): void
{
	if (!response.ok)
		throw response;
}

const { first: script, board: boardFiles } = document.querySelector<HTMLElement>('[data-first]')?.dataset ?? {};
let begun = false;

/** The page's own script. Its name is written to this script's tag as the board's are. */
function begin(): void
{
	if (!begun && script)
		import(/* @vite-ignore */ script).catch(ownUp);
	begun = true;
}

function fetchAhead(name: string): void
{
	document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', crossOrigin: '', href: name }));
}

/** A tab in the background paints nothing, and must live all the same. */
function afterPaint(then: () => void): void
{
	if (document.hidden)
		return then();
	requestAnimationFrame(() => setTimeout(then));
}

const hubTime = ({ response, atMs }: Answer): number => atMs + clockOffset(response.headers.get('Date'), atMs, 0);

async function firstSight(who: Me, list: Promise<Required<Answer>>, calendar: Promise<Required<Answer>>): Promise<void>
{
	const [rows, days] = [await list, await calendar];
	if (script)
		fetchAhead(script); // what the page will need gives way on a narrow line to what is seen first
	onlyGood(rows);
	glance(who, JSON.parse(rows.text) as Page<Notice>, days.response.ok ? JSON.parse(days.text) as WorkCalendar : null,
		hubTime(rows));
}

/** The board comes in files of its own, whose names the build writes to this script's tag; the first of them draws its first sight. */
function boardAhead(): (who: Me) => Promise<void>
{
	const [draws, ...files] = boardFiles?.split(' ') ?? [];
	const asked = [ahead(`/board${query({ ...wishOf(routeOf(hash).query, quarterUpTo(Date.now())), by: 'body' })}`, onlyGood), ahead('/policy/names', onlyGood)];
	if (draws)
		fetchAhead(draws);
	const seen = Promise.all(asked);
	void (looksBoard ? seen.catch(() => undefined) : Promise.resolve()).then(() => [...script ? [script] : [], ...files].forEach(fetchAhead));
	return async (who) => {
		const [[figures, names]] = await Promise.all([seen, draws && import(/* @vite-ignore */ draws)]);
		glanceBoard({ who, figures: JSON.parse(figures.text) as Board, names: JSON.parse(names.text) as PolicyNames, nowMs: hubTime(figures) }, hash);
	};
}

/** The list that the page begins with. The plain one is on its way since the page's first line, by a name that says nothing of whose it is. */
function listAhead(body: string): Promise<Required<Answer>>
{
	const mine = /[?&]scope=me(&|$)/.test(hash);
	const path = `/notices${query({ body, mine: mine ? 'true' : '', state: 'todo' })}`;
	return mine ? ahead(path) : holdFor(path, read('/notices?home=true&state=todo'));
}

const [looks, looksBoard] = [glances(hash), glancesBoard(hash)];
let board = /^#\/board\b/.test(hash) ? boardAhead() : null;
// Taken whoever it is: what the page's first line has asked for is given to the first who asks after it, and a refusal would be given to
// who has signed in meanwhile.
const calendar = read('/policy/calendar');
// Who it is, is not told to the page before the rest has been asked, lest both ask.
const whoItIs = ahead('/me', ({ response, text }) => {
	const me = response.ok ? JSON.parse(text) as Me : null;
	const [body] = inboxBodiesOf(me);
	const list = body && !/[?&](?!scope=|n=)/.test(hash) ? listAhead(body.id) : null;
	if (me && !body && hash.length < 3 && me.roles.includes('coordinator'))
		board = boardAhead();
	const sight = me && (board ? looksBoard && board(me) : list && looks && firstSight(me, list, calendar));
	if (me)
		void holdFor('/policy/calendar', calendar);
	if (sight)
		void sight.catch(() => undefined).then(() => afterPaint(begin));
	else
		begin();
});
if (!looks && !looksBoard)
	begin();
whoItIs.catch(begin);
setTimeout(begin, PATIENCE_MS);
setTimeout(() => asked.clear(), KEPT_MS);
