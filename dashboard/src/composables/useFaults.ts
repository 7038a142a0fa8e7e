// What the hub finds wrong with what was sent, by the fields of the form and in the language of the page.
import type { HubError } from '../hub.ts';
import { language, tCode } from '../i18n/index.ts';
import type { Fault } from '../wire.ts';

export type NameOf = (pointer: string, fault: Fault) => string;
export const lastOf = (pointer: string): string => pointer.split('/').pop() ?? '';

/** What is wrong, in the language of the page as far as the hub or the page has it. */
export const faultText = ({ detail, zh }: Fault): string => (language.value === 'zh' && zh) || tCode('fault', detail);

/** The hub's faults by the form's fields. */
export function fieldsOf(error: HubError, nameOf: NameOf = lastOf): Record<string, string>
{
	const fields: Record<string, string> = {};
	for (const fault of error.problem.errors ?? [])
		fields[nameOf(fault.pointer, fault)] = faultText(fault);
	return fields;
}
