// What the colours promise, worked out from the style sheet itself: every state can be read, and the steps of the board's table are
// told apart by those who see fewer colours and on a grey print.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ICON } from './state.ts';

type Three = [number, number, number];
type Style = Record<string, string>;

const sheet = readFileSync(new URL('../style.css', import.meta.url), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
const STEPS = [1, 2, 3, 4, 5];
const READABLE = 4.5;
const APART = 10;

/** What the plain rules for a selector say together; rules inside @media are not the screen's. */
function styleOf(selector: string): Style
{
	const found: Style = {};
	for (const [, selectors, body] of sheet.split(/^@media/m)[0].matchAll(/([^{}]+)\{([^{}]*)\}/g))
		if (selectors.split(',').some((s) => s.trim() === selector))
			for (const [, name, value] of body.matchAll(/([\w-]+):\s*([^;]+)/g))
				found[name] = value.trim();
	return found;
}

const tokens = styleOf(':root');

function colourOf(value: string, theme: Style = {}): Three
{
	const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
	if (name)
		return colourOf(theme[name] ?? tokens[name], theme);
	const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(value)?.[1];
	assert.ok(hex, `${value} is a colour`);
	const six = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
	return [0, 2, 4].map((i) => parseInt(six.slice(i, i + 2), 16) / 255) as Three;
}

const linear = (c: Three): Three => c.map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)) as Three;
const dot = (m: Three[], c: Three): Three => m.map((row) => row[0] * c[0] + row[1] * c[1] + row[2] * c[2]) as Three;
const luminance = (c: Three): number => dot([[0.2126, 0.7152, 0.0722]], linear(c))[0];

function contrast(a: Three, b: Three): number
{
	const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (light + 0.05) / (dark + 0.05);
}

// Machado, Oliveira and Fernandes 2009, severity 1, for linear colours.
const VISIONS: Record<string, Three[]> = {
	all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
	protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
	deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
	tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** CIE L*a*b* under D65, of a linear colour as one of the visions sees it. */
function labOf(colour: Three, vision: Three[]): Three
{
	const seen = dot(vision, linear(colour)).map((x) => Math.min(1, Math.max(0, x))) as Three;
	const xyz = dot([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]], seen);
	const [x, y, z] = [xyz[0] / 0.95047, xyz[1], xyz[2] / 1.08883].map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116));
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const rad = (degrees: number): number => degrees * Math.PI / 180;
const hueOf = (b: number, a: number): number => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) * 180 / Math.PI + 360) % 360);

/** CIEDE2000. */
function deltaE([l1, a1, b1]: Three, [l2, a2, b2]: Three): number
{
	const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
	const g = 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
	const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
	const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
	const [h1, h2] = [hueOf(b1, p1), hueOf(b2, p2)];
	const turn = c1 * c2 === 0 ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
	const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(rad(turn / 2));
	const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
	const h = c1 * c2 === 0 ? h1 + h2 : Math.abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : (h1 + h2 + (h1 + h2 < 360 ? 360 : -360)) / 2;
	const t = 1 - 0.17 * Math.cos(rad(h - 30)) + 0.24 * Math.cos(rad(2 * h)) + 0.32 * Math.cos(rad(3 * h + 6)) - 0.2 * Math.cos(rad(4 * h - 63));
	const sl = 1 + 0.015 * (l - 50) ** 2 / Math.sqrt(20 + (l - 50) ** 2);
	const [sc, sh] = [1 + 0.045 * c, 1 + 0.015 * c * t];
	const rt = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(rad(60 * Math.exp(-(((h - 275) / 25) ** 2))));
	const [x, y, z] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh];
	return Math.sqrt(x * x + y * y + z * z + rt * y * z);
}

test('the measure is right: pairs of Sharma, Wu and Dalal', () => {
	const pairs: [Three, Three, number][] = [
		[[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425], [[50, -1, 2], [50, 0, 0], 2.3669], [[50, 2.5, 0], [73, 25, -18], 27.1492],
		[[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644], [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082]];
	for (const [a, b, expected] of pairs)
		assert.ok(Math.abs(deltaE(a, b) - expected) < 0.0001, `${deltaE(a, b)} for ${expected}`);
	assert.ok(Math.abs(contrast(colourOf('#777'), colourOf('#fff')) - 4.478) < 0.001);
});

function isReadable(selector: string, style: Style, theme: Style = {}): void
{
	const grounds = [...style.background.matchAll(/#[0-9a-f]{3,6}\b|var\(--[\w-]+\)/gi)].map(([c]) => c);
	assert.ok(grounds.length > 0 && style.color, `${selector} says its colours`);
	for (const ground of grounds) {
		const ratio = contrast(colourOf(style.color, theme), colourOf(ground, theme));
		assert.ok(ratio >= READABLE, `${selector}: ${style.color} on ${ground} is ${ratio.toFixed(2)}`);
	}
}

test('the word of every state can be read on its ground', () => {
	for (const look of Object.keys(ICON))
		isReadable(`.tag-${look}`, styleOf(`.tag-${look}`));
	for (const selector of ['.note-red', '.note-amber', '.banner', '.seg-open', '.seg-bad', '.screen-late .screen-age', '.screen-broken .screen-age', 'button.primary', 'button:disabled'])
		isReadable(selector, styleOf(selector));
	for (const theme of [{}, styleOf('.screen')])
		for (const token of ['--ink', '--muted', '--blue', '--red', '--green'])
			for (const ground of ['--paper', '--ground'])
				isReadable(token, { color: `var(${token})`, background: `var(${ground})` }, theme);
});

for (const [where, order] of [['', 1], ['.screen ', -1]] as const)
	test(`the steps of the table are told apart, in every vision and in grey, ${where || 'on paper'}`, () => {
		const theme = where ? styleOf(where.trim()) : {};
		const styles = [...STEPS, -1].map((n) => ({ name: `${where}.step${n}`, style: styleOf(`${where}.step${n}`) }));
		for (const { name, style } of styles)
			isReadable(name, style, theme);
		const fills = styles.slice(0, STEPS.length).map(({ style }) => colourOf(style.background, theme));
		for (let i = 1; i < fills.length; i++) {
			assert.ok(order * (luminance(fills[i]) - luminance(fills[i - 1])) > 0, `step ${i} and ${i + 1} keep their order in grey`);
			for (const [vision, matrix] of Object.entries(VISIONS)) {
				const apart = deltaE(labOf(fills[i - 1], matrix), labOf(fills[i], matrix));
				assert.ok(apart >= APART, `steps ${i} and ${i + 1} are ${apart.toFixed(1)} apart for ${vision}`);
			}
		}
	});

test('text is as large as the reader has asked the browser for, and the page gives way to it', () => {
	// The wall has its own measure, and so has paper.
	const fixed = sheet.split('\n').filter((line) => /font(-size)?: [^;]*\d(px)/.test(line) && !line.includes('.screen') && !line.includes(':root'));
	assert.deepEqual(fixed, []);
	assert.deepEqual(sheet.match(/@media[^{]*width: \d+px[^{]*/g), null);
});
