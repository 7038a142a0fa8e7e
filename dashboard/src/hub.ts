// The one door to the hub: every request and the live connection go through here, and nothing else in the page but the list of
// calls in hub_later.ts knows a path, a header or a frame. It keeps no state of the product; composables do.

import { askedAhead, BASE, clockOffset, query, send } from './early.ts';
import type {
	Accepted, Board, ByeMessage, CaseDetail, CaseSummary, ChangeMessage, Decision, Dispute, FilePut, FormVerb, Matrix, Me, Notice, NoticeDetail, NoticeMessage,
	NoticeState, Page, Policy, PolicyNames, ProblemDetails, Reasons, Results, Verb, WorkCalendar,
} from './wire.ts';

export const REQUEST_TIMEOUT_MS = 10_000;
export const MANY_TIMEOUT_MS = 60_000;
const NAME_MAX = 128;
const SHEET_TIMEOUT_MS = 180_000;

export type Failure = 'offline' | 'timeout' | 'http';

export class HubError extends Error {
	failure: Failure;
	status: number;
	problem: ProblemDetails;

	/** How long was waited for an answer. */
	afterMs: number;

	constructor(failure: Failure, status = 0, problem: ProblemDetails = {}, afterMs = 0)
	{
		super(problem.detail || problem.title || failure);
		this.failure = failure;
		this.status = status;
		this.problem = problem;
		this.afterMs = afterMs;
	}
}

let clockOffsetMs = 0;
let contactListener: () => void = () => undefined;
let endedListener: (askedMs: number) => void = () => undefined;

/** The hub's time as far as it is known: the computer's own clock is not trusted with deadlines. */
export const serverNow = (): number => Date.now() + clockOffsetMs;

/** Called at every answer and message: from then on, what is shown is true as of now. */
export function onContact(fn: () => void): void
{
	contactListener = fn;
}

/** Called when the hub no longer knows this session. */
export function onSessionEnded(fn: typeof endedListener): void
{
	endedListener = fn;
}

function heard(date: string | null, atMs = Date.now()): void
{
	clockOffsetMs = clockOffset(date, atMs, clockOffsetMs);
	contactListener();
}

/** Works over plain HTTP too, where there is no randomUUID. */
export function randomHex(bytes: number): string
{
	return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, '0')).join('');
}

function readJson(text: string): unknown
{
	if (text === '')
		return null;
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

// `harmless`: asked twice it does no more than once, so that no key has to say which it is.
interface Options { body?: unknown; raw?: Blob; headers?: Record<string, string>; version?: number; quiet401?: boolean; type?: string; harmless?: boolean; patienceMs?: number; read?: (good: Response) => Promise<unknown> }

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T>
{
	const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
	if (options.body !== undefined)
		headers['Content-Type'] = options.type ?? 'application/json';
	if (method === 'POST' && !options.quiet401 && !options.harmless)
		headers['Idempotency-Key'] = randomHex(16);
	if (options.version !== undefined)
		headers['If-Match'] = `"${options.version}"`;
	const askedMs = Date.now();
	const abort = new AbortController();
	let timedOut = false;
	const patienceMs = options.patienceMs ?? REQUEST_TIMEOUT_MS;
	const timer = setTimeout(() => { timedOut = true; abort.abort(); }, patienceMs);
	try {
		const { response, atMs, text } = await (method === 'GET' && askedAhead(path)?.catch(() => null)) || await send(path, {
			method, headers, signal: abort.signal, body: options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
		});
		const data = response.ok && options.read ? await options.read(response) : readJson(text ?? await response.text());
		heard(response.headers.get('Date'), atMs);
		if (response.status === 401 && !options.quiet401)
			endedListener(askedMs);
		if (!response.ok)
			throw new HubError('http', response.status, (data ?? {}) as ProblemDetails);
		return data as T;
	} catch (error) {
		if (error instanceof HubError)
			throw error;
		throw new HubError(timedOut ? 'timeout' : 'offline', 0, {}, patienceMs);
	} finally {
		clearTimeout(timer);
	}
}

export { query };
export const seg = encodeURIComponent;

/** The page as it would come now, with the names of what it consists of. */
export const freshPage = async (): Promise<string> => (await fetch('/')).text();

export interface NoticeQuery {
	body?: string; state?: string; cause?: string; written?: string; mine?: string; due?: string; q?: string; figure?: string; region?: string; item?: string; from?: string; to?: string;
	cursor?: string | null; limit?: number;
}
export type SheetList = 'notices' | 'pool' | 'cases' | 'disputes' | 'board' | 'reconciliation' | 'report' | `meetings/${string}`;
export type SheetKind = 'xlsx' | 'csv';
export type SheetQuery = NoticeQuery & { month?: string; bureau?: string; by?: string };
export interface Sheet { content: Blob; name: string }

/** The name stands percent-encoded behind the last quote. */
async function readSheet(response: Response): Promise<Sheet>
{
	const name = (response.headers.get('Content-Disposition') ?? '').split("'").pop() ?? '';
	return { content: await response.blob(), name: decodeURIComponent(name) };
}
export interface BoardQuery { from?: string; to?: string; region?: string; by?: string }

export const hub = {
	me: () => request<Me>('GET', '/me'),
	signIn: (user: string, password: string) => request<unknown>('POST', '/session', { body: { user, password }, quiet401: true }),
	stay: () => request<Me>('POST', '/session/extend', { harmless: true }),
	signOut: () => request<unknown>('DELETE', '/session', { quiet401: true }),
	notices: (p: NoticeQuery) =>
		request<Page<Notice>>('GET', `/notices${query({ ...p })}`),
	notice: (id: string) => request<NoticeDetail>('GET', `/notices/${seg(id)}`),
	pool: (p: { cursor?: string | null }) => request<Page<Notice>>('GET', `/pool${query(p)}`),
	act: (id: string, verb: Verb | FormVerb | 'remind', version: number, said: object = {}) =>
		request<NoticeState>('POST', `/notices/${seg(id)}/${verb === 'letter' ? 'letters' : verb}`, { body: said, version }),
	/** Kept by the hub before it answers; feedback names it afterwards. */
	putFile: (id: string, file: File) => request<FilePut>('POST', `/notices/${seg(id)}/files`, {
		raw: file, headers: { 'Content-Disposition': `attachment; filename*=UTF-8''${seg([...file.name].slice(-NAME_MAX).join(''))}` }, patienceMs: MANY_TIMEOUT_MS, harmless: true }),
	/** A link for the browser to follow. */
	fileHref: (id: string, file: string) => `${BASE}/notices/${seg(id)}/files/${seg(file)}`,
	cases: (p: { q: string; cursor?: string | null }) => request<Page<CaseSummary>>('GET', `/cases${query(p)}`),
	case: (id: string) => request<CaseDetail>('GET', `/cases/${seg(id)}`),
	disputes: (p: { state?: string; region?: string; item?: string; cursor?: string | null; limit?: number }) => request<Page<Dispute>>('GET', `/disputes${query(p)}`),
	dispute: (id: string) => request<Dispute>('GET', `/disputes/${seg(id)}`),
	position: (id: string, version: number, said: object) => request<Dispute>('POST', `/disputes/${seg(id)}/position`, { body: said, version }),
	ruling: (id: string, version: number, said: object) => request<Dispute>('POST', `/disputes/${seg(id)}/ruling`, { body: said, version }),
	board: (p: BoardQuery) => request<Board>('GET', `/board${query({ ...p })}`),
	/** A list whole, as a file: fetched rather than linked, so that why there is none can be said. */
	sheet: (list: SheetList, kind: SheetKind, p: SheetQuery & { lang: string }) =>
		request<Sheet>('GET', `/${list}.${kind}${query({ ...p })}`, { read: readSheet, patienceMs: SHEET_TIMEOUT_MS }),
	reasons: (event: string, body: string) => request<Reasons>('GET', `/events/${seg(event)}/explain${query({ body })}`),
	policy: () => request<Policy>('GET', '/policy'),
	matrix: (p: { item?: string; region?: string; at?: string }) => request<Matrix>('GET', `/policy/matrix${query(p)}`),
	/** A trial: nothing is stored and nobody is told. */
	trial: (event: object) => request<Decision>('POST', '/policy/explain', { body: event, harmless: true }),
	trials: (events: object[]) => request<Results<Decision>>('POST', '/policy/explain', { body: events, harmless: true, patienceMs: MANY_TIMEOUT_MS }),
	trialReasons: (event: object, body: string) => request<Reasons>('POST', `/policy/explain${query({ body })}`, { body: event, harmless: true }),
	submit: (event: object) => request<Accepted>('POST', '/events', { body: event }),
	submitMany: (events: object[]) => request<Results<Accepted>>('POST', '/events', { body: events, type: 'application/cloudevents-batch+json', patienceMs: MANY_TIMEOUT_MS }),
	names: () => request<PolicyNames>('GET', '/policy/names'),
	calendar: () => request<WorkCalendar>('GET', '/policy/calendar'),
};

export interface LiveHandlers {
	open: () => void;
	notice: (m: NoticeMessage) => void;
	change: (m: ChangeMessage) => void;
	board?: (figures: Board) => void;
	bye: (m: ByeMessage) => void;
	close: (code: number) => void;
}
export interface Live { call: <T>(method: string, params: unknown) => Promise<T>; close: () => void }

interface Frame { id?: number; method?: string; params?: never; result?: unknown; error?: { message?: string; data?: ProblemDetails } }
interface Waiting { resolve: (value: never) => void; reject: (error: HubError) => void; timer: number }

/** One WebSocket, JSON-RPC 2.0. `close` is called exactly once, unless the page itself closes it; it does not come back by itself. */
export function openLive(handlers: LiveHandlers): Live
{
	const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${BASE}/ws`, 'tandem.v1');
	const waiting = new Map<number, Waiting>();
	let lastId = 0;
	let over = false;

	function finish(): void
	{
		over = true;
		clearTimeout(opening);
		for (const w of waiting.values()) {
			clearTimeout(w.timer);
			w.reject(new HubError('offline'));
		}
		waiting.clear();
	}

	function fail(code: number): void
	{
		if (over)
			return;
		finish();
		socket.close();
		handlers.close(code);
	}
	const opening = window.setTimeout(() => fail(1006), REQUEST_TIMEOUT_MS);

	function answer(frame: Frame): void
	{
		const w = waiting.get(frame.id as number);
		if (!w)
			return;
		waiting.delete(frame.id as number);
		clearTimeout(w.timer);
		if (frame.error)
			w.reject(new HubError('http', frame.error.data?.status ?? 400, frame.error.data ?? { detail: frame.error.message }));
		else
			w.resolve(frame.result as never);
	}

	socket.onopen = () => { clearTimeout(opening); heard(null); handlers.open(); };
	socket.onclose = (event) => fail(event.code);
	socket.onmessage = (event) => {
		if (over)
			return;
		heard(null);
		let frame: Frame;
		try {
			frame = JSON.parse(event.data as string) as Frame;
		} catch {
			return;
		}
		if (frame.method === 'notice' || frame.method === 'change' || frame.method === 'board' || frame.method === 'bye')
			handlers[frame.method]?.(frame.params as never);
		else if (frame.id !== undefined)
			answer(frame);
	};

	return {
		call: <T>(method: string, params: unknown) => new Promise<T>((resolve, reject) => {
			if (over || socket.readyState !== WebSocket.OPEN)
				return reject(new HubError('offline'));
			const id = ++lastId;
			const timer = window.setTimeout(() => {
				waiting.delete(id);
				reject(new HubError('timeout', 0, {}, REQUEST_TIMEOUT_MS));
			}, REQUEST_TIMEOUT_MS);
			waiting.set(id, { resolve: resolve as (value: never) => void, reject, timer });
			socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
		}),
		close: () => { finish(); socket.close(1000); },
	};
}
