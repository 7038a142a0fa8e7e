/** A table as the build packed it (see scripts/words.ts): the words in one piece, and the names of the last of them by what those begin
 * with. All other words are called by the table's letter and where they stand. */
export function named(letter: string, words: string, names: string): Record<string, string>
{
	const keys = names.split('^').flatMap((group) => group.split('~').map((name, i, [head]) => (i > 0 ? head + name : '')).slice(1));
	return Object.fromEntries(words.split('~').map((word, i, all) => [keys[i - all.length + keys.length] ?? letter + i.toString(36), word]));
}
