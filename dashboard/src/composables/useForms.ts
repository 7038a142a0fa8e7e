// Which act's form is open in a notice's detail. One at a time; what is typed lives in the form itself.
import { reactive } from 'vue';
import type { FormVerb } from '../wire.ts';

export const openForm = reactive({ notice: '', verb: null as FormVerb | null });

export function showForm(notice: string, verb: FormVerb | null): void
{
	Object.assign(openForm, { notice, verb });
}
