// A table of approvals on its way: read, tried, and only when that has been looked at, sent. Sent again after a silence it does once what it
// did before, because the same row is the same event.
import { shallowReactive } from 'vue';
import { hub, HubError } from '../hub.ts';
import { rowsOf, textOf, type Table } from '../lib/csv.ts';
import { reasonOf } from '../lib/reason.ts';
import { BYTES_MAX, headingOf, piecesOf, readUpload, type Place, type UploadFault, type UploadRow } from '../lib/upload.ts';
import { faultText } from './useFaults.ts';
import type { PolicyNames, ProblemDetails } from '../wire.ts';

export interface ToldBody { body: string; lead: number; assist: number; copy: number }
export interface Upload {
	step: 'none' | 'reading' | 'faulty' | 'tried' | 'sending' | 'sent'; file: string; fault: UploadFault | 'size' | 'refused' | null; places: Place[];
	rows: UploadRow[]; done: number; told: ToldBody[]; problems: Place[]; taken: number; repeated: number; refused: Place[]; error: string;
}
const ZIP_MAGIC = 0x504b0304;
const NOTHING: Upload = { step: 'none', file: '', fault: null, places: [], rows: [], done: 0, told: [], problems: [], taken: 0, repeated: 0, refused: [], error: '' };

/** What the hub finds wrong with one row, by the member it names. */
function refusals(row: number, problem: ProblemDetails): Place[]
{
	const errors = problem.errors ?? [];
	return errors.length > 0 ? errors.map((e) => ({ row, what: `${headingOf(e.pointer)} ${faultText(e)}` })) : [{ row, what: reasonOf(new HubError('http', problem.status ?? 0, problem)) }];
}

/** Of a workbook, which begins as every ZIP does, the first sheet. */
async function tableOf(bytes: ArrayBuffer): Promise<Table | 'encoding' | 'workbook'>
{
	if (new DataView(bytes).byteLength > 4 && new DataView(bytes).getUint32(0) === ZIP_MAGIC) {
		const rows = (await import('../lib/xlsx.ts')).rowsOfWorkbook(bytes);
		return rows ? { rows, fault: 0 } : 'workbook';
	}
	const text = textOf(bytes);
	return text === null ? 'encoding' : rowsOf(text);
}

export function useUpload(bureau: () => string)
{
	const state = shallowReactive<Upload>({ ...NOTHING });
	let newest = 0;

	/** Calls `each` with every row and its answer, a piece at a time; false when another file has been chosen meanwhile. */
	async function ask<T>(rows: UploadRow[], call: (events: object[]) => Promise<{ results: T[] }>, each: (row: number, result: T) => void): Promise<boolean>
	{
		const mine = newest;
		state.done = 0;
		for (const piece of piecesOf(rows)) {
			const { results } = await call(piece.events);
			if (mine !== newest)
				return false;
			results.forEach((result, i) => each(piece.rows[i].row, result));
			state.done += piece.rows.length;
		}
		return true;
	}

	async function tryAll(rows: UploadRow[]): Promise<void>
	{
		const told = new Map<string, ToldBody>();
		const problems: Place[] = [];
		const refused: Place[] = [];
		const whole = await ask(rows, hub.trials, (row, result) => {
			if (!('notices' in result)) {
				refused.push(...refusals(row, result));
				return;
			}
			for (const { body, role } of result.notices) {
				const one = told.get(body) ?? { body, lead: 0, assist: 0, copy: 0 };
				told.set(body, { ...one, [role]: one[role as 'lead'] + 1 });
			}
			problems.push(...result.problems.map((p) => ({ row, what: p.code })));
		});
		if (!whole)
			return;
		if (refused.length > 0)
			Object.assign(state, { step: 'faulty', fault: 'refused', places: refused });
		else
			Object.assign(state, { step: 'tried', rows, told: [...told.values()].sort((a, b) => b.lead - a.lead), problems });
	}

	async function take(file: File, names: PolicyNames): Promise<void>
	{
		const mine = ++newest;
		Object.assign(state, { ...NOTHING, step: 'reading', file: file.name });
		try {
			if (file.size > BYTES_MAX) {
				Object.assign(state, { step: 'faulty', fault: 'size' });
				return;
			}
			const { fault, places, rows } = readUpload(await tableOf(await file.arrayBuffer()), names, bureau());
			if (mine !== newest)
				return;
			if (fault)
				Object.assign(state, { step: 'faulty', fault, places });
			else
				await tryAll(rows);
		} catch (error) {
			if (mine === newest)
				Object.assign(state, { step: 'none', error: reasonOf(error) });
		}
	}

	async function send(): Promise<void>
	{
		const refused: Place[] = [];
		Object.assign(state, { step: 'sending', taken: 0, repeated: 0, error: '' });
		try {
			await ask(state.rows, hub.submitMany, (row, result) => {
				if (result.status === 201)
					state.taken++;
				else if (result.status === 200)
					state.repeated++;
				else
					refused.push(...refusals(row, result as ProblemDetails));
			});
			Object.assign(state, { step: 'sent', refused });
		} catch (error) {
			Object.assign(state, { step: 'tried', error: reasonOf(error) });
		}
	}

	return { state, take, send, forget: () => { newest++; Object.assign(state, NOTHING); } };
}
