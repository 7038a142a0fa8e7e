// The first sheet of a workbook as rows of text. Fetched only when a workbook is chosen. What cannot be read for certain is not read at all.
import { strFromU8, unzipSync } from 'fflate';

const PART_BYTES_MAX = 64 << 20;
const ROWS_MAX = 100_000;
const EXACT_MAX = 1e15;
const PARTS = /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|worksheets\/[^/]+\.xml)$/;

type Parts = Record<string, Uint8Array>;

function parse(parts: Parts, name: string): Document | null
{
	if (!parts[name])
		return null;
	const xml = new DOMParser().parseFromString(strFromU8(parts[name]), 'application/xml');
	return xml.getElementsByTagName('parsererror').length > 0 ? null : xml;
}

const all = (at: Document | Element, name: string): Element[] => [...at.getElementsByTagNameNS('*', name)];

/** Its text without what is there to say how it is read aloud. */
const textIn = (at: Element): string => all(at, 't').filter((x) => (x.parentNode as Element).localName !== 'rPh').map((x) => x.textContent ?? '').join('');

/** The path of the sheet that stands first; null also where days are counted otherwise than everywhere else. */
function firstSheet(parts: Parts): string | null
{
	const book = parse(parts, 'xl/workbook.xml');
	const links = parse(parts, 'xl/_rels/workbook.xml.rels');
	if (!book || !links || all(book, 'workbookPr').some((x) => ['1', 'true'].includes(x.getAttribute('date1904') ?? '')))
		return null;
	const sheet = all(book, 'sheet')[0];
	const id = [...sheet?.attributes ?? []].find((a) => a.localName === 'id' && a.prefix)?.value;
	const target = all(links, 'Relationship').find((x) => x.getAttribute('Id') === id)?.getAttribute('Target');
	return target ? target.replace(/^\/?(xl\/)?/, 'xl/') : null;
}

/** A number as it was typed; one too long to be known exactly is no longer, however it is written. */
function numberText(raw: string): string
{
	const n = Number(raw);
	if (Math.abs(n) >= EXACT_MAX)
		return n.toExponential();
	return Number.isInteger(n) ? String(n) : raw;
}

function cellText(cell: Element, shared: string[]): string
{
	const type = cell.getAttribute('t') ?? 'n';
	// A formula that nothing has worked out is told as one.
	const raw = all(cell, 'v')[0]?.textContent ?? (all(cell, 'f')[0] ? '=' : '');
	if (type === 's')
		return shared[Number(raw)] ?? '';
	if (type === 'inlineStr')
		return textIn(cell);
	return type === 'n' && raw !== '' ? numberText(raw) : raw;
}

/** "BC7": 54. */
function columnOf(ref: string): number
{
	let n = 0;
	for (const c of ref.replace(/\d+$/, ''))
		n = n * 26 + c.charCodeAt(0) - 64;
	return n - 1;
}

function rowsIn(sheet: Document, shared: string[]): string[][] | null
{
	const rows: string[][] = [];
	for (const row of all(sheet, 'row')) {
		const at = Number(row.getAttribute('r') ?? rows.length + 1);
		if (!Number.isInteger(at) || at <= rows.length || at > ROWS_MAX)
			return null;
		while (rows.length < at)
			rows.push([]);
		for (const cell of all(row, 'c')) {
			const ref = cell.getAttribute('r');
			const column = ref ? columnOf(ref) : rows[at - 1].length;
			if (column < 0 || column > 1000)
				return null;
			while (rows[at - 1].length < column)
				rows[at - 1].push('');
			rows[at - 1][column] = cellText(cell, shared);
		}
	}
	return rows;
}

export function rowsOfWorkbook(bytes: ArrayBuffer): string[][] | null
{
	try {
		const parts = unzipSync(new Uint8Array(bytes), { filter: (f) => PARTS.test(f.name) && f.originalSize <= PART_BYTES_MAX });
		const sheet = parse(parts, firstSheet(parts) ?? '');
		const strings = parse(parts, 'xl/sharedStrings.xml');
		return sheet && rowsIn(sheet, strings ? all(strings, 'si').map(textIn) : []);
	} catch {
		return null;
	}
}

/** The texts of a ZIP by their paths, or null when it cannot be read. */
export function textsIn(bytes: Uint8Array): Record<string, string> | null
{
	try {
		const files = unzipSync(bytes, { filter: (f) => /^(?!__MACOSX).*\.(csv|json|txt)$/.test(f.name) && f.originalSize <= PART_BYTES_MAX });
		return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, new TextDecoder().decode(content)]));
	} catch {
		return null;
	}
}
