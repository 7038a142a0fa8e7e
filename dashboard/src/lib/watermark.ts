// Who looks at the page and since when, pale across it and its prints, so that a photograph of the screen says whose it was. The style
// sheet lays the tile over everything, in the way of nothing.
import type { Me } from '../wire.ts';
import { minuteText } from './time.ts';

/** Drawn twice as large as it is shown, so that it is sharp on paper. */
const TILE = { width: 600, height: 360 };
const LINE_MAX = 250;

/** Nobody: none. */
export function mark(who: Me | null, nowMs: number): void
{
	const canvas = Object.assign(document.createElement('canvas'), TILE);
	const pen = canvas.getContext('2d')!;
	if (who) {
		pen.scale(2, 2);
		pen.rotate(-.3);
		pen.globalAlpha = .06;
		pen.font = getComputedStyle(document.body).font;
		[[who.name || who.user, who.bodies[0]?.name].filter(Boolean).join(' · '), minuteText(nowMs)]
			.forEach((line, i) => pen.fillText(line, -25, 150 + 22 * i, LINE_MAX));
	}
	document.body.style.setProperty('--mark', who && `url(${canvas.toDataURL()})`);
}
