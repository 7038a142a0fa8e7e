// An element as text, for what is drawn before Vue is there. It has no handlers; who takes over puts the same element with them in its place.
export class Html {
	text: string;
	constructor(text: string)
	{
		this.text = text;
	}
}

const VOID = new Set(['input']);
const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<"]/g, (sign) => SIGNS[sign]);

type Piece = Html | string | null | undefined;
const inside = (piece: Piece): string => (piece instanceof Html ? piece.text : piece ? escaped(piece) : '');

export function asHtml(tag: string, props: Record<string, unknown> | null, children?: Piece | readonly Piece[]): Html
{
	let text = `<${tag}`;
	for (const name in props) {
		const value = props[name];
		if (value !== undefined && value !== null && value !== false && typeof value !== 'function' && name !== 'key')
			text += value === true ? ` ${name}` : ` ${name}="${escaped(String(value))}"`;
	}
	return new Html(`${text}>${VOID.has(tag) ? '' : `${Array.isArray(children) ? children.map(inside).join('') : inside(children as Piece)}</${tag}>`}`);
}
