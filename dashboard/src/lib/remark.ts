// How long a remark may be.
export const REMARK_MAX = 500;

/** Characters as the hub counts them, so that one outside the basic plane is one. */
export const lengthOf = (text: string): number => [...text.trim()].length;
