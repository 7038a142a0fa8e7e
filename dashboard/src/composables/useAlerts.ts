// Being told of what arrives while one looks elsewhere: a number on the tab's icon, and, for who asks for it, a desktop notice and
// a sound. Of several tabs one alerts, and never more often than once in ten seconds; what comes meanwhile is counted into the next.
import { reactive, ref, watch } from 'vue';
import { randomHex, serverNow } from '../hub.ts';
import { t, type Key } from '../i18n/index.ts';
import { keep, kept } from '../lib/kept.ts';
import { isTodo, lookOf } from '../lib/state.ts';
import type { Notice } from '../wire.ts';
import { counts, onArrival } from './useInbox.ts';
import { go, href } from './useRoute.ts';

const PAUSE_MS = 10_000;
const BIDDING_MS = 300;
const STORAGE_KEY = 'tandem.alerts';
const RANG_KEY = 'tandem.rang';
const ICON = '/favicon.svg';
const ICON_PX = 64;
const TONE_S = 0.2;
const NAMED = 3;

export const ONLY = ['all', 'late'] as const;
interface Wanted { notice: boolean; sound: boolean; only: typeof ONLY[number] }

function recall(): Partial<Wanted>
{
	try {
		return JSON.parse(kept(STORAGE_KEY) ?? '{}') as Partial<Wanted>;
	} catch {
		return {};
	}
}

export const wanted = reactive<Wanted>({ notice: false, sound: false, only: 'all', ...recall() });
watch(wanted, () => keep(STORAGE_KEY, JSON.stringify(wanted)));
window.addEventListener('storage', (e) => { if (e.key === STORAGE_KEY) Object.assign(wanted, recall()); });

/** Why there can be no desktop notice, as a word; null when there can. */
export function hindrance(): Key | null
{
	if (!isSecureContext)
		return 'alert.insecure';
	if (!('Notification' in window))
		return 'alert.noNotices';
	return Notification.permission === 'denied' ? 'alert.denied' : null;
}

/** Asks the browser, which asks the person. */
export async function allowNotices(): Promise<void>
{
	wanted.notice = hindrance() === null && await Notification.requestPermission() === 'granted';
}

/** The browser keeps a page silent that nobody has touched since it was loaded. */
export const silent = ref(false);
let audio: AudioContext | null = null;

export function wakeSound(): void
{
	audio = audio ?? new AudioContext();
	void audio.resume();
	silent.value = wanted.sound && audio.state === 'suspended';
	audio.onstatechange = () => { silent.value = wanted.sound && audio?.state === 'suspended'; };
}
window.addEventListener('pointerdown', () => { if (silent.value) wakeSound(); });
watch(() => wanted.sound, (on) => { if (on) wakeSound(); else silent.value = false; }, { immediate: true });

export function playTone(): void
{
	wakeSound();
	if (!audio)
		return;
	const tone = audio.createOscillator();
	const volume = audio.createGain();
	volume.gain.value = 0.15;
	tone.frequency.value = 880;
	tone.connect(volume).connect(audio.destination);
	tone.start();
	tone.stop(audio.currentTime + TONE_S);
}

function show(come: Notice[]): void
{
	const [first] = come;
	const one = come.length === 1;
	const notice = new Notification(one ? t('alert.one') : t('alert.many', { n: come.length }), {
		tag: one ? first.id : STORAGE_KEY, icon: ICON,
		body: come.slice(0, NAMED).map((n) => `${n.applicant.name} · ${n.item.name || n.item.code}`).join('\n'),
	});
	notice.onclick = () => {
		window.focus();
		go(one ? href('notice', first.id) : href('inbox'));
		notice.close();
	};
}

const id = randomHex(8);
const others = 'BroadcastChannel' in window ? new BroadcastChannel(STORAGE_KEY) : null;
let waiting: Notice[] = [];
let rivals: string[] = [];
let rangMs = 0;
let timer = 0;

/** When a tab last alerted, this one or another, before a reload or after. */
function lastMs(): number
{
	rangMs = Math.max(rangMs, Number(kept(RANG_KEY)));
	return rangMs <= Date.now() ? rangMs : 0;
}

function rang(): void
{
	rangMs = Date.now();
	keep(RANG_KEY, String(rangMs));
}

const isWatched = (): boolean => !document.hidden && document.hasFocus();

function ring(): void
{
	const come = waiting;
	waiting = [];
	rang();
	others?.postMessage({ rang: true });
	if (wanted.sound)
		playTone();
	if (wanted.notice && hindrance() === null && !isWatched())
		show(come);
}

/** Two tabs that were too busy to hear each other in time must not both alert: where the browser has locks, who alerts holds one until
 * it may be somebody's turn again. */
function ringAlone(): void
{
	if (!navigator.locks)
		return ring();
	void navigator.locks.request(STORAGE_KEY, { ifAvailable: true }, (lock) => {
		if (!lock) {
			waiting = [];
			return undefined;
		}
		ring();
		return new Promise((free) => { setTimeout(free, PAUSE_MS - BIDDING_MS); });
	});
}

/** Each tab says its number, one that is looked at the lowest, one that must keep silent the highest; the lowest alerts. The rest wait,
 * lest it be closed just then. */
function contest(): void
{
	const restMs = lastMs() + PAUSE_MS - Date.now();
	if (restMs > 0) {
		timer = window.setTimeout(contest, restMs);
		return;
	}
	const mine = (isWatched() ? '0' : silent.value ? '2' : '1') + id;
	rivals = [];
	others?.postMessage({ bid: mine });
	timer = window.setTimeout(() => {
		timer = 0;
		if (lastMs() + PAUSE_MS > Date.now())
			waiting = []; // another has alerted meanwhile, and its word of it is not here yet
		else if (!rivals.some((r) => r < mine))
			ringAlone();
		else
			timer = window.setTimeout(contest, PAUSE_MS);
	}, BIDDING_MS);
}

if (others)
	others.onmessage = ({ data }: MessageEvent<{ bid?: string; rang?: boolean }>) => {
		if (data.bid)
			rivals.push(data.bid);
		if (!data.rang)
			return;
		clearTimeout(timer);
		waiting = [];
		timer = 0;
	};

onArrival((n) => {
	const look = lookOf(n, serverNow());
	if (!(wanted.notice || wanted.sound) || !isTodo(n.state, n.role) || (wanted.only === 'late' && look !== 'soon' && look !== 'overdue'))
		return;
	waiting.push(n);
	if (timer === 0)
		contest();
});

let drawing: HTMLImageElement | null = null;

/** The icon with how much there is to do; fetched once that is known, which is after the rows. */
async function badge(n: number): Promise<void>
{
	const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
	if (n === 0) {
		if (link && link.getAttribute('href') !== ICON)
			link.href = ICON;
		return;
	}
	if (!drawing) {
		drawing = new Image();
		drawing.src = ICON;
	}
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = ICON_PX;
	const pen = canvas.getContext('2d');
	const drawn = await drawing.decode().then(() => true, () => false);
	if (!drawn)
		drawing = null;
	if (!drawn || !drawing || !link || !pen || n !== (counts.value.todo ?? 0))
		return;
	pen.drawImage(drawing, 0, 0, ICON_PX, ICON_PX);
	pen.fillStyle = '#b3261e';
	pen.beginPath();
	pen.arc(42, 42, 22, 0, 2 * Math.PI);
	pen.fill();
	pen.fillStyle = '#fff';
	pen.font = 'bold 30px sans-serif';
	pen.textAlign = 'center';
	pen.fillText(n > 99 ? '99' : String(n), 42, 53, 38);
	link.href = canvas.toDataURL();
}
watch(() => counts.value.todo ?? 0, (n) => void badge(n), { immediate: true });
