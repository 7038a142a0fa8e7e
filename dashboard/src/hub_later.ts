// The calls of the pages that come after the first script: what is done with the versions of the policy.
import { MANY_TIMEOUT_MS, query, request, seg } from './hub.ts';
import type { Page, PolicyDiff, PolicyLife, PolicyProven, PolicyShadow } from './wire.ts';

const version = (v: string): string => `/policy/versions/${seg(v)}`;

export const policies = {
	list: (p: { cursor?: string | null; limit?: number }) => request<Page<PolicyLife>>('GET', `/policy/versions${query(p)}`),
	one: (v: string) => request<PolicyProven>('GET', version(v), { patienceMs: MANY_TIMEOUT_MS }),
	/** Against the one in force when `from` is not said. */
	diff: (v: string, from?: string) => request<PolicyDiff>('GET', `${version(v)}/diff${query({ from })}`, { patienceMs: MANY_TIMEOUT_MS }),
	rehearse: (v: string, events: number) => request<PolicyDiff>('POST', `${version(v)}/rehearse`, { body: { events }, patienceMs: MANY_TIMEOUT_MS }),
	approve: (v: string, said: object) => request<PolicyLife>('POST', `${version(v)}/approve`, { body: said }),
	activate: (v: string, said: object) => request<PolicyLife>('POST', `${version(v)}/activate`, { body: said, patienceMs: MANY_TIMEOUT_MS }),
	withdraw: (v: string, said: object) => request<PolicyLife | { withdrawn: true }>('DELETE', version(v), { body: said }),
	shadow: (v: string, on: boolean) => request<PolicyLife>('POST', `${version(v)}/shadow`, { body: { on } }),
	shadowFound: () => request<PolicyShadow>('GET', '/policy/shadow'),
};
