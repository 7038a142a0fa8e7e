// An approval typed in by hand: what is missing in it, and the event that it becomes.
import { creditCodeIsValid } from './credit.ts';

export const TYPES = ['approval.granted', 'approval.refused', 'approval.changed', 'approval.renewed', 'approval.suspended', 'approval.revoked',
	'approval.withdrawn', 'approval.cancelled', 'approval.registered', 'approval.reregistered', 'approval.deregistered'] as const;
const REGISTRATIONS: readonly string[] = ['approval.registered', 'approval.reregistered', 'approval.deregistered'];

export interface Draft {
	type: string; item: string; region: string; decided_on: string; case: string;
	name: string; kind: string; code: string; phone: string; address: string; representative: string;
	accepting: string; reviewing: string; deciding: string;
	number: string; permit: string; valid_from: string; valid_until: string; scope: string; remark: string;
}

export const emptyDraft = (today: string, bureau: string): Draft => ({
	type: 'approval.granted', item: '', region: '', decided_on: today, case: '', name: '', kind: 'entity', code: '', phone: '', address: '',
	representative: '', accepting: bureau, reviewing: bureau, deciding: bureau, number: '', permit: '', valid_from: '', valid_until: '', scope: '', remark: '',
});

/** A registration of a business needs no item: what it may do stands in its scope. */
export const isRegistration = (type: string): boolean => REGISTRATIONS.includes(type);

/** Enough to ask the policy; the rest does not change who is told. */
export const canBeTried = (d: Draft): boolean => d.region !== '' && (d.item !== '' || (isRegistration(d.type) && d.scope.trim() !== ''));

export type DraftFault = 'need' | 'needScope' | 'code' | 'case' | 'order';
const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;

/** In the order of the form. */
export function draftFaults(d: Draft): Partial<Record<keyof Draft, DraftFault>>
{
	const faults: Partial<Record<keyof Draft, DraftFault>> = {};
	const need = (...fields: (keyof Draft)[]): void => fields.forEach((f) => { if (!d[f].trim()) faults[f] = 'need'; });
	if (!isRegistration(d.type))
		need('item');
	else if (!d.item && !d.scope.trim())
		faults.scope = 'needScope';
	need('region', 'case');
	if (d.case.trim() && !VISIBLE_ASCII.test(d.case.trim()))
		faults.case = 'case';
	need('name');
	if (d.code.trim() && d.kind === 'entity' && !creditCodeIsValid(d.code.trim().toUpperCase()))
		faults.code = 'code';
	need('accepting');
	if (d.valid_from && d.valid_until && d.valid_until < d.valid_from)
		faults.valid_until = 'order';
	return faults;
}

/** Members that have nothing in them are left out. */
function filled(object: Record<string, string>): Record<string, string> | undefined
{
	const rest = Object.entries(object).map(([k, v]) => [k, v.trim()]).filter(([, v]) => v !== '');
	return rest.length > 0 ? Object.fromEntries(rest) : undefined;
}

export interface Sent { id: string; source: string; time: string }

/** A CloudEvent. For a trial, what has not been typed yet has a stand-in, because nothing of it is kept. */
export function eventOf(d: Draft, sent: Sent, trial: boolean): object
{
	return {
		specversion: '1.0', type: d.type, source: sent.source, id: sent.id, time: sent.time, datacontenttype: 'application/json',
		data: {
			case: d.case.trim() || (trial ? 'trial' : ''), version: 1, region: d.region, ...filled({ item: d.item, scope: d.scope, remark: d.remark }),
			bodies: filled({ accepting: d.accepting, reviewing: d.reviewing, deciding: d.deciding }),
			applicant: { kind: d.kind, name: d.name.trim() || (trial ? '-' : ''), ...filled({
				code: d.code.toUpperCase(), phone: d.phone, address: d.address, representative: d.representative }) },
			permit: filled({ number: d.number, name: d.permit, decided_on: d.decided_on, valid_from: d.valid_from, valid_until: d.valid_until }),
		},
	};
}
