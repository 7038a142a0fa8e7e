/** A table of which the build made a list and a rest: see scripts/words.ts. */
export function named(letter: string, called: string[], rest: Record<string, string>): Record<string, string>
{
	return Object.assign(Object.fromEntries(called.map((word, i) => [letter + i.toString(36), word])), rest);
}
