// A body's contacts as a form holds them, what is missing in them, and how they go to the hub.
import type { Contact } from '../wire.ts';

export const POSTS = ['liaison', 'section-head', 'leader'] as const;
export const PEOPLE_MAX = 100;
export const LEAVES_MAX = 20;

export interface LeaveDraft { key: number; from: string; to: string; substitute: string }
export interface ContactDraft {
	key: number; name: string; post: string; phone: string; email: string; opens: string; closes: string; checked_on: string; leave: LeaveDraft[];
}

let lastKey = 0;

export const newLeave = (today: string): LeaveDraft => ({ key: ++lastKey, from: today, to: today, substitute: '' });
export const newContact = (): ContactDraft =>
	({ key: ++lastKey, name: '', post: POSTS[0], phone: '', email: '', opens: '', closes: '', checked_on: '', leave: [] });

export function draftOf(c: Contact): ContactDraft
{
	const [opens = '', closes = ''] = (c.hours ?? '').split('-');
	return {
		key: ++lastKey, name: c.name, post: c.post, phone: c.phone ?? '', email: c.email ?? '', opens, closes, checked_on: c.checked_on ?? '',
		leave: c.leave.map((l) => ({ key: ++lastKey, from: l.from, to: l.to, substitute: l.substitute ?? '' })),
	};
}

export const saidOf = (d: ContactDraft): object => ({
	name: d.name.trim(), post: d.post, phone: d.phone.trim() || null, email: d.email.trim() || null,
	hours: d.opens && d.closes ? `${d.opens}-${d.closes}` : null, checked_on: d.checked_on || null,
	leave: d.leave.map((l) => ({ from: l.from, to: l.to, substitute: l.substitute || null })),
});

export type ContactFault = 'name' | 'twice' | 'hours' | 'leave' | 'order' | 'substitute';

/** By the pointers that the hub uses too. */
export function contactFaults(people: ContactDraft[]): Record<string, ContactFault>
{
	const faults: Record<string, ContactFault> = {};
	const names = people.map((p) => p.name.trim());
	people.forEach((p, i) => {
		if (!names[i] || names.indexOf(names[i]) < i)
			faults[`/people/${i}/name`] = names[i] ? 'twice' : 'name';
		if (!p.opens !== !p.closes || p.opens > p.closes)
			faults[`/people/${i}/hours`] = 'hours';
		p.leave.forEach((l, k) => {
			if (!l.from || !l.to || l.to < l.from)
				faults[`/people/${i}/leave/${k}/to`] = l.from && l.to ? 'order' : 'leave';
			if (l.substitute && !names.includes(l.substitute))
				faults[`/people/${i}/leave/${k}/substitute`] = 'substitute';
		});
	});
	return faults;
}
