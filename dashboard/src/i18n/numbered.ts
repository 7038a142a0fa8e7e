export function numbered(prefix: string, words: string[], rest: Record<string, string>): Record<string, string>
{
	return Object.assign(Object.fromEntries(words.map((word, i) => [prefix + i.toString(36), word])), rest);
}
