// The period that the board begins with. Apart from the board's other reckoning, because it is asked for ahead of the page.

export const DAY_MS = 24 * 3600 * 1000;
const BEIJING_MS = 8 * 3600 * 1000;
const QUARTER_DAYS = 91;

/** The day in Beijing: "2026-11-25". */
export const dayText = (ms: number): string => new Date(ms + BEIJING_MS).toISOString().slice(0, 10);

export type Days = { from: string; to: string };

export const quarterUpTo = (nowMs: number): Days => ({ from: dayText(nowMs - QUARTER_DAYS * DAY_MS), to: dayText(nowMs) });
