// Many approvals out of one table: what is wrong with it, one kind at a time, or the events that it becomes. Pure.
import { zh } from '../i18n/zh.ts';
import type { PolicyNames } from '../wire.ts';
import { cellOf, type Table } from './csv.ts';
import { draftFaults, emptyDraft, eventOf, TYPES, type Draft } from './submission.ts';

export const ROWS_MAX = 5000;
export const BYTES_MAX = 8 << 20;
const CASE_MAX = 100;
/** Or what became of one. */
const FORMULA = /^=|^#([A-Z/0]+[!?]|N\/A)$/;
const ITEM = /^[0-9A-Z]{12}$|^[0-9A-Z]{31}$|^[0-9A-Z]{33}$/;

/** The headings of the template. They are data, the same in every language; a field's own name is taken as well. */
export const HEADINGS: Record<keyof Draft, string> = {
	case: '受理编号', type: '办理结果', item: '事项编码', region: '监管区划', decided_on: '决定日期', name: '申请人名称', kind: '申请人类型',
	code: '统一社会信用代码', phone: '联系电话', representative: '法定代表人', address: '地址', accepting: '受理单位', reviewing: '审核单位',
	deciding: '决定单位', number: '许可证号', permit: '证件名称', valid_from: '有效期自', valid_until: '有效期至', scope: '经营范围', remark: '备注',
};
/** Of a member of the event; what is no cell stays as it is. */
export const headingOf = (pointer: string): string => HEADINGS[(pointer.endsWith('permit/name') ? 'permit' : pointer.split('/').pop()) as keyof Draft] ?? pointer;
const FIELDS = Object.keys(HEADINGS) as (keyof Draft)[];
const NEEDED: readonly (keyof Draft)[] = ['case', 'type', 'region', 'decided_on', 'name'];
const DATES: readonly (keyof Draft)[] = ['decided_on', 'valid_from', 'valid_until'];

/** In the order in which they are told: what hides the next comes first. */
export const KINDS = ['encoding', 'workbook', 'quotes', 'empty', 'many', 'missing', 'strange', 'mangled', 'need', 'value', 'code', 'order', 'double'] as const;
export type UploadFault = typeof KINDS[number];
/** `row` 0: the file as a whole. */
export interface Place { row: number; what: string }
export interface UploadRow { row: number; draft: Draft }
export interface Upload { fault: UploadFault | null; places: Place[]; rows: UploadRow[] }

/** With a heading alone and one line that shows how it is meant. */
export function template(): string
{
	const shown: Partial<Draft> = { case: '371302202611230001', type: zh['type.approval.granted'], item: '370123020001', region: '兰山区', decided_on: '2026-11-23',
		name: '示例用品有限公司', kind: '单位', code: '91320105780688132K' };
	const line = (cells: string[]): string => `${cells.map(cellOf).join(',')}\r\n`;
	return `\ufeff${line(FIELDS.map((f) => HEADINGS[f]))}${line(FIELDS.map((f) => shown[f] ?? ''))}`;
}

const KIND_WORDS: Record<string, string> = { 单位: 'entity', 个人: 'person', entity: 'entity', person: 'person', '': 'entity' };
const TYPE_WORDS = new Map(TYPES.flatMap((x) => [zh[`type.${x}`], x, x.replace('approval.', '')].map((word): [string, string] => [word, x])));

/** 2026/11/3, 20261103 and 46329, a count of days, are what office programs make of 2026-11-03. */
function dateOf(text: string): string
{
	if (/^[2-9]\d{4}$/.test(text))
		return new Date(Date.UTC(1899, 11, 30 + Number(text))).toISOString().slice(0, 10);
	const m = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$/.exec(text);
	return m ? `${m[1]}-${m[2].padStart(2, '0')}-${m[3].padStart(2, '0')}` : text;
}
const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().slice(0, 10) === text;

/** The one that is called so; a name that several have is none. */
function pick<T>(all: T[], id: (x: T) => string, name: (x: T) => string | null, wanted: string): string
{
	const exact = all.find((x) => id(x) === wanted);
	const named = all.filter((x) => name(x) === wanted);
	return exact ? id(exact) : named.length === 1 ? id(named[0]) : '';
}

class Reader {
	places = new Map<UploadFault, Place[]>();
	rows: UploadRow[] = [];
	seen = new Map<string, number>();
	names: PolicyNames;
	bureau: string;

	constructor(names: PolicyNames, bureau: string)
	{
		this.names = names;
		this.bureau = bureau;
	}

	add(kind: UploadFault, row: number, what = ''): void
	{
		this.places.set(kind, [...this.places.get(kind) ?? [], { row, what }]);
	}

	result(): Upload
	{
		const fault = KINDS.find((k) => this.places.has(k)) ?? null;
		return { fault, places: fault ? this.places.get(fault) ?? [] : [], rows: fault ? [] : this.rows };
	}

	/** The column of each field that the file has. */
	columns(head: string[]): Map<keyof Draft, number>
	{
		const found = new Map<keyof Draft, number>();
		head.map((h) => h.trim()).forEach((heading, i) => {
			const field = FIELDS.find((f) => f === heading || HEADINGS[f] === heading);
			if (field && !found.has(field))
				found.set(field, i);
			else if (heading !== '')
				this.add('strange', 0, heading);
		});
		NEEDED.filter((f) => !found.has(f)).forEach((f) => this.add('missing', 0, HEADINGS[f]));
		return found;
	}

	/** What is written becomes what the hub knows it by; what it does not know stays empty and is told. */
	resolve(row: number, draft: Draft): void
	{
		const known = (field: keyof Draft, value: string): void => {
			if (draft[field] && !value)
				this.add('value', row, HEADINGS[field]);
			draft[field] = value;
		};
		known('type', TYPE_WORDS.get(draft.type) ?? '');
		if (!(draft.kind in KIND_WORDS))
			this.add('value', row, HEADINGS.kind);
		draft.kind = KIND_WORDS[draft.kind] ?? 'entity';
		draft.item = pick(this.names.items, (i) => i.code, (i) => i.name, draft.item) || draft.item;
		known('item', ITEM.test(draft.item) ? draft.item : '');
		known('region', pick(this.names.regions, (r) => r.code, (r) => r.name, draft.region));
		for (const field of ['accepting', 'reviewing', 'deciding'] as const)
			known(field, pick(this.names.bodies, (b) => b.id, (b) => b.name, draft[field]) || (draft[field] ? '' : this.bureau));
		for (const field of DATES) {
			const date = dateOf(draft[field]);
			known(field, isDate(date) ? date : '');
		}
		if (draft.case.length > CASE_MAX)
			this.add('value', row, HEADINGS.case);
	}

	line(row: number, cells: string[], columns: Map<keyof Draft, number>): void
	{
		const draft = emptyDraft('', '');
		for (const [field, i] of columns) {
			// A ' in front, or ="…", is how a long number is kept whole in a CSV.
			draft[field] = (cells[i] ?? '').trim().replace(/^'|^="(.*)"$/, '$1');
			if (/^\d(\.\d+)?E\+\d+$/i.test(draft[field]))
				this.add('mangled', row, HEADINGS[field]);
		}
		const written = { ...draft };
		this.resolve(row, draft);
		const faults = draftFaults(draft);
		for (const field of FIELDS) {
			const fault = faults[field];
			if (!written[field] && (fault || NEEDED.includes(field)) && (field !== 'item' || draft.type))
				this.add('need', row, HEADINGS[field]);
			else if (fault === 'code' || fault === 'order')
				this.add(fault, row, HEADINGS[field]);
			else if (fault === 'case' || (draft[field] === written[field] && FORMULA.test(written[field])))
				this.add('value', row, HEADINGS[field]);
		}
		const same = `${draft.case} ${draft.type}`;
		if (this.seen.has(same))
			this.add('double', row, String(this.seen.get(same)));
		this.seen.set(same, row);
		this.rows.push({ row, draft });
	}
}

/** `table`: what was read of the file, or why it cannot be. */
export function readUpload(table: Table | 'encoding' | 'workbook', names: PolicyNames, bureau: string): Upload
{
	const reader = new Reader(names, bureau);
	const { rows, fault } = typeof table === 'string' ? { rows: [], fault: 0 } : table;
	const lines = rows.map((cells, i) => ({ row: i + 1, cells })).filter(({ cells }) => cells.some((c) => c.trim() !== ''));
	if (typeof table === 'string')
		reader.add(table, 0);
	else if (fault > 0)
		reader.add('quotes', fault);
	else if (lines.length < 2)
		reader.add('empty', 0);
	else if (lines.length - 1 > ROWS_MAX)
		reader.add('many', 0, String(lines.length - 1));
	else {
		const columns = reader.columns(lines[0].cells);
		if (reader.places.size === 0)
			lines.slice(1).forEach(({ row, cells }) => reader.line(row, cells, columns));
	}
	return reader.result();
}

/** The same row of the same file is the same event however often it is sent: what was taken before is not taken again. */
export function uploadEvent({ draft }: UploadRow): object
{
	const id = `sheet-${draft.case}-${draft.type.replace('approval.', '')}`;
	return eventOf(draft, { id, source: `/sources/${draft.accepting}`, time: `${draft.decided_on}T00:00:00+08:00` }, false);
}

/** Pieces that the hub takes at once. */
export function piecesOf(rows: UploadRow[]): { rows: UploadRow[]; events: object[] }[]
{
	const PIECE_ROWS = 200;
	const PIECE_BYTES = 200_000;
	const pieces: { rows: UploadRow[]; events: object[] }[] = [];
	let bytes = PIECE_BYTES;
	for (const row of rows) {
		const event = uploadEvent(row);
		const size = new TextEncoder().encode(JSON.stringify(event)).length + 1;
		if (bytes + size > PIECE_BYTES || pieces[pieces.length - 1].rows.length === PIECE_ROWS) {
			pieces.push({ rows: [], events: [] });
			bytes = 2;
		}
		pieces[pieces.length - 1].rows.push(row);
		pieces[pieces.length - 1].events.push(event);
		bytes += size;
	}
	return pieces;
}

/** "2、17、18" for the first few, and how many more there are. */
export function grouped(places: Place[]): { what: string; rows: number[] }[]
{
	const by = new Map<string, number[]>();
	for (const { row, what } of places)
		by.set(what, [...by.get(what) ?? [], row]);
	return [...by.entries()].map(([what, rows]) => ({ what, rows }));
}
