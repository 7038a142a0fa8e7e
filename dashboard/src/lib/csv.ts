// A table as office programs save it: bytes to text, text to rows. Pure.

const BOM = /^\ufeff/;

/** UTF-8, or what older office programs write here; null when it is neither. */
export function textOf(bytes: ArrayBuffer): string | null
{
	for (const encoding of ['utf-8', 'gb18030']) {
		try {
			const text = new TextDecoder(encoding, { fatal: true }).decode(bytes).replace(BOM, '');
			return text.includes('\0') ? null : text;
		} catch {
			// The next one is tried.
		}
	}
	return null;
}

/** A cell between quotes, from behind the first; null when it has no end. */
function quoted(text: string, from: number): { cell: string; end: number } | null
{
	let cell = '';
	for (let at = from; ;) {
		const quote = text.indexOf('"', at);
		if (quote < 0)
			return null;
		cell += text.slice(at, quote);
		if (text[quote + 1] !== '"')
			return { cell, end: quote + 1 };
		cell += '"';
		at = quote + 2;
	}
}

function endOfCell(text: string, from: number, separator: string): number
{
	for (let i = from; i < text.length; i++)
		if (text[i] === separator || text[i] === '\n')
			return i;
	return text.length;
}

/** A table as it was read; `fault` is the row that cannot be read, 0 none. */
export interface Table { rows: string[][]; fault: number }

/** Row 1 is the first, as in the office program, also where a cell holds line ends. */
export function rowsOf(text: string): Table
{
	const first = text.slice(0, text.search(/[\r\n]|$/));
	const separator = first.includes('\t') && !first.includes(',') ? '\t' : ',';
	const rows: string[][] = [];
	let row: string[] = [];
	for (let at = 0; at < text.length || row.length > 0;) {
		const q = text[at] === '"' ? quoted(text, at + 1) : { cell: '', end: at };
		const end = q ? endOfCell(text, q.end, separator) : at;
		const rest = q ? text.slice(q.end, end).replace(/\r$/, '') : '';
		if (!q || (q.end > at && rest !== ''))
			return { rows, fault: rows.length + 1 };
		row.push(q.cell + rest);
		at = end + 1;
		if (text[end] !== separator) {
			rows.push(row);
			row = [];
		}
	}
	return { rows, fault: 0 };
}

/** A cell that holds what it holds, whatever that is. */
export const cellOf = (text: string): string => `"${text.replace(/"/g, '""')}"`;
