import { computed, defineComponent, h, onMounted, watch } from 'vue';
import { drawBoard } from '../components/board.ts';
import { BoardNeeds, FigureGrid } from '../components/boarded.ts';
import DayTrend from '../components/DayTrend.vue';
import ErrorNote from '../components/ErrorNote.vue';
import ExportButtons from '../components/ExportButtons.ts';
import RankTable from '../components/RankTable.vue';
import { useBoard, useWish } from '../composables/useBoard.ts';
import { names, needNames } from '../composables/useNames.ts';
import { nowCoarse } from '../composables/useNow.ts';
import { go, href, route } from '../composables/useRoute.ts';
import { oversees } from '../composables/useSession.ts';
import { takeOver } from '../glance.ts';
import { t } from '../i18n/index.ts';
import '../glance_board.ts';
import '../i18n/board.ts';
import { metricOf } from '../lib/board.ts';

const RANK_BY = ['region', 'body'] as const;
const gap = { class: 'gap' };

export default defineComponent(() => {
	const metric = computed(() => metricOf(route.query));
	const wish = useWish('quarter');
	const { state, again } = useBoard(wish);
	const rankBy = computed(() => (route.query.rank === 'body' ? 'body' : 'region'));
	const pick = (change: Record<string, string | undefined>): void => go(href('board', '', { ...wish.value, metric: route.query.metric, rank: route.query.rank, ...change }));
	const print = (): void => window.print();
	onMounted(needNames);
	// It is seen as soon as it has as much to show as its first sight.
	watch(() => state.error || (state.bodies && names.value), (there) => { if (there) takeOver(); }, { flush: 'post', immediate: true });

	const head = (...inside: unknown[]) => h('div', { class: 'timeline-head' }, inside as []);
	const rest = (items: NonNullable<typeof state.bodies>['items']) => [
		h('div', { class: 'halves gap' }, [
			h('div', [
				head(h('h2', t('rank.title')), h('span', { class: 'tabs-small' }, RANK_BY.map((b) => h('button', {
					key: b, type: 'button', 'aria-pressed': String(rankBy.value === b), onClick: () => pick({ rank: b }),
				}, t(`rank.by.${b}`))))),
				h(RankTable, { items, by: rankBy.value, period: wish.value })]),
			h('div', [head(h('h2', t('board.trend'))), state.days ? h(DayTrend, { days: state.days }) : null]),
		]),
		h('details', gap, [h('summary', t('board.how')), h('p', t('board.howText'))]),
	];
	return () => {
		const figures = state.bodies;
		const look = { metric: metric.value, period: wish.value };
		return drawBoard({
			all: oversees.value, wish: wish.value, query: route.query, nowMs: nowCoarse.value, metric: metric.value, regions: names.value?.regions ?? [], figures,
			line: state.live ? 'live' : state.cut ? 'cut' : undefined, pick, print,
			exports: h(ExportButtons, { list: 'board', asked: { ...wish.value, by: 'body' } }),
			note: figures || state.error ? h(ErrorNote, { text: state.error, onRetry: again }) : h('p', { class: 'muted' }, t('inbox.loading')),
			needs: figures && h(BoardNeeds, { total: figures.total, period: wish.value }),
			grid: figures ? [h(FigureGrid, { items: figures.items, ...look })] : [],
			rest: figures ? rest(figures.items) : [],
		});
	};
});
