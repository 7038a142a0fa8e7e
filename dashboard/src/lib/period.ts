// What the board is asked for. Apart from the board's other reckoning, because it is asked for ahead of the page.

export const DAY_MS = 24 * 3600 * 1000;
const BEIJING_MS = 8 * 3600 * 1000;
const QUARTER_DAYS = 91;

/** The day in Beijing: "2026-11-25". */
export const dayText = (ms: number): string => new Date(ms + BEIJING_MS).toISOString().slice(0, 10);

export interface Days { from: string; to: string }

export const quarterUpTo = (nowMs: number): Days => ({ from: dayText(nowMs - QUARTER_DAYS * DAY_MS), to: dayText(nowMs) });

export interface Wish extends Days { region?: string }

/** What the address asks for, or the usual days. */
export const wishOf = ({ from, to, region }: Record<string, string | undefined>, days: Days): Wish => ({ from: from || days.from, to: to || days.to, ...(region ? { region } : {}) });
