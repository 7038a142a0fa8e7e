// Who is signed in. `known` is false until the hub has said so, and the page shows neither form nor content before.
import { computed, ref, shallowRef } from 'vue';
import { inboxBodiesOf } from '../early.ts';
import { hub, HubError, onSessionEnded } from '../hub.ts';
import type { Me } from '../wire.ts';

export const me = shallowRef<Me | null>(null);
export const known = ref(false);
export const unreachable = ref(false);
export const ended = ref(false);

export const inboxBodies = computed(() => inboxBodiesOf(me.value));
const has = (...roles: string[]): boolean => (me.value?.roles ?? []).some((r) => roles.includes(r));
export const maySearch = computed(() => me.value !== null && me.value.roles.some((r) => r !== 'admin'));
/** Whether somebody looks after a region, or the roles' people have to do with the thing at all. */
export const oversees = computed(() => has('coordinator', 'auditor'));
export const coordinates = computed(() => has('coordinator'));
export const mayApprove = computed(() => has('approver'));
/** Whose contacts this person reads or keeps: one's own bodies'; who runs the hub has every body's. */
export const deskBodies = computed(() => [...new Map((me.value?.bodies ?? []).filter((b) => b.id && ['supervisor', 'approver', 'admin'].includes(b.role ?? '')).map((b) => [b.id, b])).values()]);
export const runsHub = computed(() => (me.value?.bodies ?? []).some((b) => b.role === 'admin' && !b.id));
export const mayMakePolicy = computed(() => has('coordinator', 'admin'));
export const mayReadVersions = computed(() => has('coordinator', 'auditor', 'admin'));
export const mayDispute = computed(() => has('supervisor', 'approver', 'coordinator', 'auditor'));
export const homePage = computed(() => (inboxBodies.value.length > 0 ? 'inbox' : has('coordinator') ? 'board' : maySearch.value ? 'search' : 'bodies'));

onSessionEnded(() => {
	ended.value = me.value !== null;
	me.value = null;
});

export async function findSession(): Promise<void>
{
	unreachable.value = false;
	try {
		me.value = await hub.me();
	} catch (error) {
		me.value = null;
		unreachable.value = !(error instanceof HubError && error.failure === 'http' && error.status < 500);
	}
	known.value = true;
}

export async function signIn(user: string, password: string): Promise<void>
{
	await hub.signIn(user, password);
	me.value = await hub.me();
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
		me.value = null;
		ended.value = false;
	}
}
