// Who is signed in. `known` is false until the hub has said so, and the page shows neither form nor content before.
import { computed, ref, shallowRef, watch } from 'vue';
import { hub, HubError, onSessionEnded } from '../hub.ts';
import { forgetRecent } from '../lib/recent.ts';
import * as roles from '../lib/roles.ts';
import { parseTime } from '../lib/time.ts';
import type { Me } from '../wire.ts';
import { nowCoarse } from './useNow.ts';

const NOTICE_MS = 120_000;

export const me = shallowRef<Me | null>(null);
export const known = ref(false);
export const unreachable = ref(false);
/** Whoever it was may sign in again, and finds what was typed as it was; until then nothing of it is shown. */
export const ended = ref(false);
export const until = ref<number | null>(null);
export const endsSoon = computed(() => until.value !== null && until.value - nowCoarse.value < NOTICE_MS);

export const inboxBodies = computed(() => roles.inboxBodiesOf(me.value));
export const maySearch = computed(() => roles.maySearch(me.value));
export const oversees = computed(() => roles.oversees(me.value));
export const coordinates = computed(() => roles.coordinates(me.value));
export const deskBodies = computed(() => roles.deskBodiesOf(me.value));
export const runsHub = computed(() => roles.runsHub(me.value));
export const mayMakePolicy = computed(() => roles.mayMakePolicy(me.value));
export const mayReadVersions = computed(() => roles.mayReadVersions(me.value));
export const homePage = computed(() => (inboxBodies.value.length > 0 ? 'inbox' : coordinates.value ? 'board' : maySearch.value ? 'search' : 'bodies'));

let sinceMs = 0;

// What was asked before this session began says nothing of it.
onSessionEnded((askedMs) => {
	if (askedMs < sinceMs)
		return;
	ended.value = me.value !== null;
	until.value = null;
});

export async function askWho(ask = hub.me): Promise<Me>
{
	const who = await ask();
	until.value = parseTime(who.until);
	return who;
}

// Another tab may have stayed on; and the end is seen when it comes.
watch(nowCoarse, () => {
	if (endsSoon.value)
		void askWho().catch(() => undefined);
});

export async function findSession(): Promise<void>
{
	unreachable.value = false;
	try {
		me.value = await askWho();
	} catch (error) {
		me.value = null;
		unreachable.value = !(error instanceof HubError && error.failure === 'http' && error.status < 500);
	}
	known.value = true;
}

export async function signIn(user: string, password: string): Promise<void>
{
	await hub.signIn(user, password);
	sinceMs = Date.now();
	const who = await askWho();
	// What stands here is somebody else's.
	if (me.value && me.value.user !== who.user)
		return location.reload();
	me.value = who;
	ended.value = false;
}

/** Leaves also when the hub cannot be reached: the screen must not stay open on a shared computer. */
export async function signOut(): Promise<void>
{
	try {
		await hub.signOut();
	} catch {
		// The session then lives on at the hub until it runs out there; nothing more can be done from here.
	} finally {
		forgetRecent();
		me.value = until.value = null;
		ended.value = false;
	}
}
