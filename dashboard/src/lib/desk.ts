// What the functions that draw the first view stand on: how an element is made, and what is known beside what they draw. Before the page's
// own script is there that is a text and the moment of the answer, later Vue's nodes and the page's state.
import type { VNode } from 'vue';
import type { FormVerb, Notice, Verb } from '../wire.ts';
import { asHtml } from './html.ts';
import type { WorkDays } from './worktime.ts';

/** What an element has become is only handed on. */
export type Drawn = VNode;
export type Child = Drawn | string | null;
export type Draw = (tag: string, props: object | null, children?: Child | readonly Child[]) => Drawn;

export interface Desk {
	now: () => number;
	/** Until they are there, natural time is shown and named as such. */
	days: () => WorkDays | null;
	live: () => boolean;
	busy: (id: string) => boolean;
	picked: (id: string) => boolean;
	pick: (id: string) => void;
	press: (event: Event, id: string, verb: Verb) => void;
	form: (id: string, verb: FormVerb) => void;
}

const nothing = (): void => undefined;
export let h: Draw = asHtml as unknown as Draw;
export let desk: Desk = { now: Date.now, days: () => null, live: () => true, busy: () => false, picked: () => false, pick: nothing, press: nothing, form: nothing };

export function sitAt(at: Partial<Desk>, draw = h): void
{
	desk = { ...desk, ...at };
	h = draw;
}

export const allows = (notice: Notice, verb: Verb | FormVerb): boolean => !desk.busy(notice.id) && (notice.allowed ?? []).includes(verb);

/** Whether it can be done with others together. */
export const isPickable = (n: Notice): boolean => (['acknowledge', 'claim', 'feedback'] as const).some((v) => allows(n, v));
