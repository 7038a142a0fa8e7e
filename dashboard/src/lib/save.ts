// Gives the reader a file to keep.
import { cellOf } from './csv.ts';

const KEPT_MS = 60_000;

export function saveFile(content: Blob, name: string): void
{
	const link = document.createElement('a');
	link.href = URL.createObjectURL(content);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** A table for office programs: with a ' before what they would take for a formula or make another number of. */
export const sheetText = (rows: string[][]): string =>
	`\ufeff${rows.map((row) => `${row.map((c) => cellOf(/^[=+\-@\t\r]|^\d{12,}$/.test(c) ? `'${c}` : c)).join(',')}\r\n`).join('')}`;

export const saveSheet = (rows: string[][], name: string): void => saveFile(new Blob([sheetText(rows)], { type: 'text/csv' }), `${name}.csv`);
