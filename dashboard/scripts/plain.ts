// What Vue's compiler writes into every component and this page has no use for. What is imported into a component it takes for what may
// be a ref, and asks; a function is none. And every component has its name, for warnings and for templates that name themselves.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** What something begins with that is no ref: a text, a number, a list, an object, what is reactive by itself, a component, a
 * function of one expression. `computed(() => …)` is none of them. */
const NO_REF = "(?:: [^=]+)? = (?:['`\\d[{]|(?:shallowR|r)eactive(?:<[^(]*>)?\\((?:[{[]|new )|(?:defineC|c)omponent[(<]|(?:async )?(?:\\w+|\\([^()]*\\)(?:: [\\w<>[\\], |]+)?) => )";

/** Whether that is declared in this source as what can be no ref, or where it is had from. */
export function declared(name: string, source: string): boolean | string
{
	if (new RegExp(`^export (?:(?:async )?function ${name}\\b|const ${name}${NO_REF})`, 'm').test(source))
		return true;
	return new RegExp(`^export \\{[^}]*\\b${name}\\b[^}]*\\} from '(.+)';`, 'm').exec(source)?.[1] ?? false;
}

function isPlain(name: string, path: string): boolean
{
	const found = declared(name, readFileSync(path, 'utf8'));
	return typeof found === 'string' ? isPlain(name, resolve(dirname(path), found)) : found;
}

/** A compiled component without either. Throws where one is looked for by its name. */
export function plainer(code: string, isPlainAt: (name: string, from: string) => boolean): string
{
	if (/_resolveComponent\(/.test(code))
		throw new Error('a template has a component that is not imported');
	const plain = [...code.matchAll(/^\s*import \{([^}]+)\} from ['"](\.[^'"]+\.ts)['"]/gm)]
		.flatMap(([, names, from]) => names.split(',').map((x) => x.trim()).filter((x) => /^\w+$/.test(x) && isPlainAt(x, from)));
	return code.replace(/_unref\((\w+)\)/g, (whole, name: string) => (plain.includes(name) ? name : whole))
		.replace(/\b__name: (["'])\w+\1,?/, '');
}

export function componentsPlain(): Plugin
{
	return {
		name: 'components-plain',
		apply: 'build',
		enforce: 'post',
		transform: (code, id) => (/\.vue(\?|$)/.test(id) ? { code: plainer(code, (name, from) => isPlain(name, resolve(dirname(id), from))), map: null } : null),
	};
}
