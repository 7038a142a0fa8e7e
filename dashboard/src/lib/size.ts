// How large the letters are: as offices have them, or larger for who reads those with effort. It stands before anything is drawn. Where the
// arrangement changes with the width it does so by the letters that have room there, as when the browser's own text size is another.
import { keep, kept } from './kept.ts';

const STORAGE_KEY = 'tandem.size';
/** 14, 16 and 18 px, as parts of what the browser is set to. */
const SIZES = [87.5, 100, 112.5];
let step = 0;
let fitted = 1;

/** How much wider all is than in an office's letters. */
export const enlarged = (): number => SIZES[step] / SIZES[0];

/** What the style sheet says of widths can be changed only when it is there, and is changed only if it must be: the whole page is laid
 * out anew by it. */
function fit(): void
{
	if (fitted === enlarged())
		return;
	const rules = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')?.sheet?.cssRules;
	if (!rules)
		return;
	for (const { media } of rules as unknown as Iterable<Partial<CSSMediaRule>>)
		if (media)
			media.mediaText = media.mediaText.replace(/[\d.]+em/g, (width) => `${parseFloat(width) * enlarged() / fitted}em`);
	fitted = enlarged();
}

function take(next: number): void
{
	step = next in SIZES ? next : 0;
	document.documentElement.style.fontSize = `${SIZES[step]}%`;
	fit();
}
take(Number(kept(STORAGE_KEY)));
addEventListener('load', fit, true);

export const sizeStep = (): number => step;

/** After the largest come an office's again. */
export function changeSize(): void
{
	take(step + 1);
	keep(STORAGE_KEY, String(step));
}
