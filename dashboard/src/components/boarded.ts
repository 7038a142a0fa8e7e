// The same as components, for where the page's state stands behind them.
import { computed, defineComponent, watch, type FunctionalComponent } from 'vue';
import { useFetched } from '../composables/useFetched.ts';
import { useGrid } from '../composables/useGrid.ts';
import { names } from '../composables/useNames.ts';
import { hub } from '../hub.ts';
import { t } from '../i18n/index.ts';
import { gridShown, type Metric } from '../lib/board.ts';
import type { Wish } from '../lib/period.ts';
import type { FigureRow, Figures } from '../wire.ts';
import { drawFigures, drawGrid, drawNeeds } from './board.ts';

const LIMIT = 200;
const AGAIN_MS = 30_000;

export const BoardNeeds = defineComponent((props: { total: Figures; period: Wish }) => {
	const { state, load } = useFetched(() => hub.disputes({ state: 'open', region: props.period.region, limit: LIMIT }), () => props.period.region ?? '', AGAIN_MS);
	// A change of the figures is the sign that the disputes may have changed as well.
	watch(() => JSON.stringify(props.total), () => void load());
	return () => drawNeeds(props.total, props.period, state.data ? `${state.data.items.length}${state.data.next ? '+' : ''}` : undefined);
}, { props: ['total', 'period'] });

export const BoardFigures: FunctionalComponent<{ total: Figures; period: Wish; brief?: boolean }> = ({ total, period, brief }) => drawFigures(total, period, brief);
BoardFigures.props = { total: null, period: null, brief: Boolean };

/** Arrow keys walk through it. `max`: how many departments there is room for. */
export const FigureGrid = defineComponent((props: { items: FigureRow[]; metric: Metric; period: Wish; max?: number }) => {
	const grid = computed(() => gridShown(props.items, names.value, t('board.sum'), props.max));
	const { at, reach, walk } = useGrid(() => [grid.value.rows.length, grid.value.columns.length]);
	return () => drawGrid({ grid: grid.value, metric: props.metric, period: props.period, at: at.value, reach, walk: (event) => void walk(event) });
}, { props: ['items', 'metric', 'period', 'max'] });
