// The live connection and the truth about it: whether it stands, when the data was last true, when it tries again.
// A person without an inbox has no WebSocket; then a light request now and then keeps the same promise.
import { computed, reactive } from 'vue';
import { HubError, onContact, openLive, serverNow, type Live } from '../hub.ts';
import type { ChangeMessage, InboxOpened, Me, NoticeMessage } from '../wire.ts';
import { lookForRenewal } from './useRenewal.ts';
import { askWho, me } from './useSession.ts';

export type Phase = 'connecting' | 'live' | 'down' | 'stopped';
interface Subscriber {
	notice: (m: NoticeMessage) => void;
	change: (m: ChangeMessage) => void;
	/** The connection stands; recovered says whether everything missed has come or comes as messages. */
	opened: (info: { first: boolean; recovered: boolean }) => void;
}

const BEAT_MS = 20_000;
/** So long after an answer nobody asks whether there are answers. */
const JUST_NOW_MS = 1000;
const BACKOFF_MAX_S = 30;
const COMES_BACK = new Set([1000, 1001, 1005, 1006, 1011, 1012, 1013, 4000, 4001]);
const CLOSED_SESSION_ENDED = 4003;

export const connection = reactive({
	phase: 'connecting' as Phase, lastTruthMs: 0, retryAtMs: 0, trying: true, closeCode: 0,
});
/** While it is opened for the first time, what is shown has just been read. */
export const isLive = computed(() => connection.phase === 'live' || connection.phase === 'connecting');

let subscriber: Subscriber | null = null;
let live: Live | null = null;
let body: string | null = null;
let cursor: string | null = null;
let listed: Promise<string | undefined> | null = null;
let running = false;
let first = true;
let failures = 0;
let lastContactMs = 0;
let retryTimer = 0;
let retryMs: number | null = null;

onContact(() => {
	lastContactMs = Date.now();
	if (connection.phase === 'live')
		connection.lastTruthMs = serverNow();
});

function stands(recovered: boolean): void
{
	failures = 0;
	Object.assign(connection, { phase: 'live', trying: false, lastTruthMs: serverNow(), closeCode: 0 });
	subscriber?.opened({ first, recovered });
	if (!first)
		void lookForRenewal();
	first = false;
}

function drop(): void
{
	live?.close();
	live = null;
	if (!running)
		return;
	const backoffS = Math.min(2 ** failures++, BACKOFF_MAX_S);
	const waitMs = retryMs ?? (backoffS + Math.random()) * 1000;
	retryMs = null;
	Object.assign(connection, { phase: 'down', trying: false, retryAtMs: serverNow() + waitMs });
	clearTimeout(retryTimer);
	retryTimer = window.setTimeout(attempt, waitMs);
}

function closed(code: number): void
{
	live = null;
	if (COMES_BACK.has(code))
		return drop();
	Object.assign(connection, { phase: 'stopped', trying: false, closeCode: code });
	if (code === CLOSED_SESSION_ENDED)
		void comeBack().catch(() => undefined);
}

/** Where it was not the session that ended but what its person may do that changed: who they are now begins the connection anew. The hub
 * that is asked may learn of it a moment later. */
async function comeBack(): Promise<void>
{
	await askStill();
	await new Promise((done) => setTimeout(done, JUST_NOW_MS));
	me.value = await askStill();
}

async function openInbox(): Promise<void>
{
	const mine = live;
	try {
		const since = cursor ?? await listed;
		const answer = await mine!.call<InboxOpened>('inbox.open', {
			...(body ? { body } : {}), ...(since ? { since } : {}),
		});
		if (mine !== live)
			return;
		// Missed messages may have come before the answer and have moved the cursor on already.
		if (cursor === null || answer.recovered === false)
			cursor = answer.cursor;
		stands(answer.recovered !== false);
	} catch {
		if (mine === live && mine) {
			drop();
			void askStill().catch(() => undefined);
		}
	}
}

/** Somebody else may have signed in in another tab; then nothing that stands here is theirs. */
async function askStill(): Promise<Me>
{
	const who = await askWho();
	if (who.user !== me.value?.user)
		location.reload();
	return who;
}

async function attemptPlain(): Promise<void>
{
	try {
		if (Date.now() - lastContactMs > JUST_NOW_MS)
			await askStill();
		stands(true);
	} catch {
		drop();
	}
}

function attempt(): void
{
	if (!running)
		return;
	clearTimeout(retryTimer);
	connection.trying = true;
	if (body === null)
		return void attemptPlain();
	live?.close();
	live = openLive({
		open: () => void openInbox(),
		notice: (m) => { cursor = m.cursor ?? cursor; subscriber?.notice(m); },
		change: (m) => { cursor = m.cursor ?? cursor; subscriber?.change(m); },
		bye: (m) => { retryMs = m.reconnect_ms ?? null; },
		close: closed,
	});
}

async function beat(): Promise<void>
{
	if (!running || connection.phase !== 'live' || Date.now() - lastContactMs < BEAT_MS)
		return;
	try {
		await askStill();
	} catch (error) {
		if (error instanceof HubError && error.failure !== 'http')
			drop();
	}
}
setInterval(() => void beat(), BEAT_MS / 4);
window.addEventListener('offline', () => { if (running && connection.phase === 'live') drop(); });
window.addEventListener('online', () => { if (running && connection.phase === 'down') attempt(); });

/** `list`: with where the list stands that is being read meanwhile; what comes after it is sent at once. */
export function startConnection(forBody: string | null, list: Promise<string | undefined> | null, to: Subscriber): void
{
	stopConnection();
	Object.assign(connection, { phase: 'connecting', lastTruthMs: 0, trying: true, closeCode: 0 });
	body = forBody;
	listed = list;
	subscriber = to;
	running = true;
	attempt();
}

export function stopConnection(): void
{
	running = false;
	clearTimeout(retryTimer);
	live?.close();
	live = null;
	cursor = null;
	first = true;
	failures = 0;
	retryMs = null;
}

export const retryNow = (): void => attempt();

/** Says that the person has the notice on the screen. Nothing is claimed while the connection is away. */
export async function tellShown(notice: string): Promise<boolean>
{
	if (!live || connection.phase !== 'live')
		return false;
	try {
		await live.call('notice.shown', { notice });
		return true;
	} catch {
		return false;
	}
}
