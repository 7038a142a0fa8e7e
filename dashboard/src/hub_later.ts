// The calls of the pages that come after the first script: the versions of the policy, a body's contacts and hand-over, and what is
// done with many notices at once.
import { MANY_TIMEOUT_MS, query, request, seg } from './hub.ts';
import type { BulkResults, CalendarYears, Contacts, ContactsToCall, Handover, Me, Page, PolicyDiff, PolicyLife, PolicyProven, PolicyShadow, SystemKey, SystemKeys, UserMade, Users, Verb, Ways, WayTested } from './wire.ts';

const version = (v: string): string => `/policy/versions/${seg(v)}`;

export const policies = {
	list: (p: { cursor?: string | null; limit?: number }) => request<Page<PolicyLife>>('GET', `/policy/versions${query(p)}`),
	one: (v: string) => request<PolicyProven>('GET', version(v), { patienceMs: MANY_TIMEOUT_MS }),
	/** Against the one in force when `from` is not said. */
	diff: (v: string, from?: string) => request<PolicyDiff>('GET', `${version(v)}/diff${query({ from })}`, { patienceMs: MANY_TIMEOUT_MS }),
	rehearse: (v: string, days: number) => request<PolicyDiff>('POST', `${version(v)}/rehearse`, { body: { days }, patienceMs: MANY_TIMEOUT_MS }),
	approve: (v: string, said: object) => request<PolicyLife>('POST', `${version(v)}/approve`, { body: said }),
	activate: (v: string, said: object) => request<PolicyLife>('POST', `${version(v)}/activate`, { body: said, patienceMs: MANY_TIMEOUT_MS }),
	withdraw: (v: string, said: object) => request<PolicyLife | { withdrawn: true }>('DELETE', version(v), { body: said }),
	shadow: (v: string, on: boolean) => request<PolicyLife>('POST', `${version(v)}/shadow`, { body: { on } }),
	/** `files`: the texts of the pack by their names. */
	submit: (why: string, files: Record<string, string>) => request<PolicyProven>('POST', '/policy/versions', { body: { why, files }, patienceMs: MANY_TIMEOUT_MS }),
	years: () => request<CalendarYears>('GET', '/policy/calendar/years'),
	importYear: (file: File) => request<PolicyProven>('POST', '/policy/calendar', { raw: file, patienceMs: MANY_TIMEOUT_MS }),
	shadowFound: () => request<PolicyShadow>('GET', '/policy/shadow'),
};

const body = (id: string): string => `/bodies/${seg(id)}`;

export const bodies = {
	contacts: (id: string) => request<Contacts>('GET', `${body(id)}/contacts`),
	putContacts: (id: string, people: object[]) => request<Contacts>('PUT', `${body(id)}/contacts`, { body: { people } }),
	handover: (id: string, from: string, to: string) => request<Handover>('POST', `${body(id)}/handover`, { body: { from, to } }),
};

/** Who one is, in the session that goes on. */
export const changePassword = (old: string, fresh: string) => request<Me>('POST', '/me/password', { body: { old, new: fresh }, patienceMs: MANY_TIMEOUT_MS });

export const admin = {
	ways: () => request<Ways>('GET', '/connectors'),
	test: (name: string, to: string) => request<WayTested>('POST', `/connectors/${seg(name)}/test`, { body: to ? { to } : {}, patienceMs: MANY_TIMEOUT_MS }),
	keys: () => request<SystemKeys>('GET', '/keys'),
	addKey: (said: object) => request<SystemKey & { key: string }>('POST', '/keys', { body: said }),
	users: (cursor: string | null) => request<Users>('GET', `/users${query({ limit: 200, cursor })}`),
	addUser: (said: object) => request<UserMade>('POST', '/users', { body: said }),
	takeGrant: (name: string, said: object) => request<UserMade>('DELETE', `/users/${seg(name)}/grants`, { body: said }),
	/** With a password where a new one was asked for. */
	userAct: (name: string, what: string, said: object = {}) => request<UserMade>('POST', `/users/${seg(name)}/${what}`, { body: said }),
	revokeKey: (name: string) => request<unknown>('DELETE', `/keys/${seg(name)}`),
};

/** What the hub says of the room that it has; null while there is enough. It stands beside the API, where its watchers ask as well. */
export const roomHint = async (): Promise<string | null> => (await request<{ hint?: string }>('GET', '/../../readyz')).hint ?? null;

/** Whom to call about a notice, unmasked. The hub keeps no such answer, so that a key would say nothing. */
export const showContacts = (id: string, reason: string) => request<ContactsToCall>('POST', `/notices/${seg(id)}/contacts`, { body: { reason }, harmless: true });

/** So many the hub takes at once. */
export const BULK_MAX = 200;
export const bulk = (verb: Verb, ids: string[]) => request<BulkResults>('POST', `/notices/${verb}`, { body: { notices: ids }, patienceMs: MANY_TIMEOUT_MS });
