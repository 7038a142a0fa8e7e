// The names that the policy in force has: bodies, regions and items to choose from. Fetched when first needed, and once.
import { computed, shallowRef } from 'vue';
import { hub } from '../hub.ts';
import { t } from '../i18n/index.ts';
import type { BodyName, Item, ItemName, PolicyNames, RegionName } from '../wire.ts';

export const names = shallowRef<PolicyNames | null>(null);
let asked: Promise<void> | null = null;

export function needNames(): void
{
	asked = asked ?? hub.names().then((x) => { names.value = x; }, () => { asked = null; });
}

const byCode = computed(() => new Map((names.value?.regions ?? []).map((r) => [r.code, r])));
const byId = computed(() => new Map((names.value?.bodies ?? []).map((b) => [b.id, b])));
const byItem = computed(() => new Map((names.value?.items ?? []).map((i) => [i.code, i])));
export const regionOf = (code: string): RegionName | undefined => byCode.value.get(code);
export const bodyOf = (id: string): BodyName | undefined => byId.value.get(id);
export const itemOf = (code: string): ItemName | undefined => byItem.value.get(code);

/** In the words of the pages that come later. */
export const itemText = (item: Item): string => item.name || t('item.unlisted', { code: item.code });

/** Whether the region lies in the other one, or is it. */
export function within(code: string | null, of: string): boolean
{
	for (let at = code; at; at = regionOf(at)?.parent ?? null)
		if (at === of)
			return true;
	return false;
}

/** Bodies that can be made responsible, those of the region first, then those above it; of what a bureau was asked to do also bureaux. */
export function supervisors(region: string, has = ''): BodyName[]
{
	const near = (b: BodyName): number => (b.region === region ? 0 : within(region, b.region) ? 1 : 2);
	return (names.value?.bodies ?? []).filter((b) => b.kind === 'supervision' || b.kind === 'enforcement' || (b.kind === 'approval' && bodyOf(has)?.kind === b.kind))
		.map((b, i) => ({ b, i })).sort((x, y) => near(x.b) - near(y.b) || x.i - y.i).map((x) => x.b);
}
