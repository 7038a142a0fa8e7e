// The unified social credit code of GB 32100: 18 characters, the last one a check character, weights 3^i mod 31.

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const SHAPE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

/** The check character for the first 17 characters; null when one of them is not allowed. */
export function creditCheckCharacter(first17: string): string | null
{
	if (first17.length !== 17)
		return null;
	let sum = 0;
	let weight = 1;
	for (const c of first17) {
		const value = ALPHABET.indexOf(c);
		if (value < 0)
			return null;
		sum += value * weight;
		weight = weight * 3 % 31;
	}
	return ALPHABET[(31 - sum % 31) % 31];
}

export function creditCodeIsValid(code: string): boolean
{
	return SHAPE.test(code) && creditCheckCharacter(code.slice(0, 17)) === code[17];
}

export type QueryKind = 'empty' | 'short' | 'credit' | 'credit-bad' | 'case' | 'name';

/** What the one search box was given. 18 characters with a letter are meant as a credit code; digits alone are a case number. */
export function queryKind(text: string): QueryKind
{
	const q = text.trim();
	if (q === '')
		return 'empty';
	const upper = q.toUpperCase();
	if (/^[0-9A-Z]{18}$/.test(upper) && (creditCodeIsValid(upper) || /[A-Z]/.test(upper)))
		return creditCodeIsValid(upper) ? 'credit' : 'credit-bad';
	if (/^[0-9A-Za-z_-]{6,}$/.test(q))
		return 'case';
	return q.length < 2 ? 'short' : 'name';
}
