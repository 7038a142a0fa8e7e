// The first sight of the board: in a file of its own, which only who is led to the board fetches, together with its figures.
import { drawBoard, drawGrid, drawNeeds } from './components/board.ts';
import { drawExport } from './components/frame.ts';
import { sights } from './glance.ts';
import { t, tables } from './i18n/words.ts';
import { zhBoard } from './i18n/zh_board.ts';
import { gridShown, metricOf } from './lib/board.ts';
import { quarterUpTo, wishOf } from './lib/period.ts';
import { oversees } from './lib/roles.ts';

Object.assign(tables.zh, zhBoard);

sights.board = ({ who, query, figures, names, nowMs }) => {
	const [wish, metric] = [wishOf(query, quarterUpTo(nowMs)), metricOf(query)];
	return drawBoard({
		all: oversees(who), wish, query, nowMs, metric, regions: names.regions, figures, exports: drawExport(),
		needs: drawNeeds(figures.total, wish), grid: drawGrid({ grid: gridShown(figures.items, names, t('board.sum')), metric, period: wish }),
	});
};
