// Who is ranked, and how: apart from what the board is first seen with.
import { sumOf } from './board.ts';
import type { BodyName, FigureRow, RegionName } from '../wire.ts';

/** Fewer than this are not ranked. */
export const FEW_TO_RANK = 10;
export interface Rank { place: number; percent: string; row: FigureRow }

/** The best first. Whoever shows the same share has the same place, and who has too little to be held to has none. */
export function rankOf(rows: FigureRow[]): { ranks: Rank[]; few: FigureRow[] }
{
	const share = (r: FigureRow): number => Math.floor(r.ranked_in_time * 1000 / r.ranked);
	const held = rows.filter((r) => r.ranked >= FEW_TO_RANK).sort((a, b) => share(b) - share(a) || b.ranked - a.ranked);
	return {
		ranks: held.map((row) => ({ row, place: 1 + held.findIndex((r) => share(r) === share(row)), percent: (share(row) / 10).toFixed(1) })),
		few: rows.filter((r) => r.ranked < FEW_TO_RANK),
	};
}

export type RankBy = 'region' | 'body';

/** Who is ranked: those that supervise, each alone or all of a county together. */
export function rankedRows(items: FigureRow[], bodies: Map<string, BodyName>, regions: RegionName[], by: RankBy): FigureRow[]
{
	const rows = items.filter((r) => ['supervision', 'enforcement'].includes(bodies.get(r.key)?.kind ?? ''));
	if (by === 'body')
		return rows;
	return regions.map((region) => ({ region, of: rows.filter((r) => bodies.get(r.key)!.region === region.code) }))
		.filter((x) => x.of.length > 0).map((x) => sumOf(x.of, x.region.name));
}
