// The joint meeting's board: what needs it, the figures and their lists, the table by keyboard, live, and what each role gets of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, contentOf, openWorld, until } from './world.mjs';

let world;
let page;
let api;
let wjw;
before(async () => {
	world = await openWorld();
	api = await world.as('lxhy');
	wjw = await world.as('wjw');
	for (let i = 0; i < 14; i++) {
		const made = await world.grant(`示例看板用品${i}厂`);
		if (i % 2 === 0 || i > 5)
			await wjw('POST', `/notices/${made.notice}/claim`, {});
	}
	const event = world.eventOf('示例看板无主用品厂');
	event.data.item = '999999999999';
	await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	page = await world.newPage();
	await world.signIn(page, 'lxhy');
	await page.getByRole('heading', { level: 1, name: '联席会议看板' }).waitFor();
	await page.getByText(/实时更新$/).waitFor();
});
after(() => world?.close());

const toBoard = async () => {
	await page.goto(`${world.url}/#/board`);
	await page.locator('.heat td a').first().waitFor();
	await page.getByText(/实时更新$/).waitFor();
};
const number = async (locator) => Number((await locator.innerText()).match(/\d+(?!.*\d)/)[0]);
const totalOfList = async () => {
	await page.locator('.list-sum', { hasText: /共 \d+ 件/ }).waitFor();
	return number(page.locator('.list-sum'));
};

test('the coordinator\'s day begins with what needs the meeting, and only what the role may use is in the navigation', async () => {
	assert.deepEqual(await page.locator('nav.side a').allInnerTexts(), ['联席看板', '办件查询', '争议', '联席会议', '对账', '政策']);
	await page.locator('[data-need=disputes] strong', { hasText: /\d/ }).waitFor();
	await page.locator('.heat td a').first().waitFor();
	await page.locator('.trend circle').first().waitFor();
	await axe(page, 'the board');
});

test('what the board begins with is asked for ahead of it, and once', async () => {
	const asked = [];
	let days = 0;
	const note = (request) => {
		const { pathname, searchParams } = new URL(request.url());
		if (searchParams.get('by') === 'day')
			days++;
		else if (/\/(board|names)$/.test(pathname) || /\/assets\/board-/.test(pathname))
			asked.push(pathname.split('-')[0].replace('/api/v1', ''));
	};
	let release;
	const held = new Promise((resolve) => { release = resolve; });
	const own = await world.newPage();
	await world.signIn(own, 'lxhy', '#/search');
	// The days wait a second for the live connection to bring what they go with; on a busy machine that takes longer.
	await own.addInitScript(() => {
		const wait = window.setTimeout;
		window.setTimeout = (then, ms, ...more) => wait(then, ms === 1000 ? 60_000 : ms, ...more);
	});
	await own.goto('about:blank');
	await own.route('**/assets/first-*.js', async (route) => { await held; await route.continue(); });
	own.on('request', note);
	await own.goto(`${world.url}/#/board`, { waitUntil: 'commit' });
	await until('all is asked before the page is there', () => asked.length === 3);
	release();
	await own.locator('.heat td a').first().waitFor();
	await own.locator('.trend circle').first().waitFor();
	assert.deepEqual(asked.sort(), ['/assets/board', '/board', '/policy/names']);
	assert.equal(days, 1);
	await own.context().close();
});

for (const figure of ['pool', 'overdue', 'undelivered', 'sent', 'open', 'claimed_ever', 'no_lead', 'lead_standing', 'due'])
	test(`the figure ${figure} opens the list it counts, and the two agree`, async () => {
		await toBoard();
		const link = page.locator(`[data-need=${figure}], [data-figure=${figure}]`).first();
		const counted = await number(link);
		await link.click();
		// An approval that the demo invents may come between the two; what was counted is still there.
		const listed = await totalOfList();
		const { data } = await api('GET', `/notices?figure=${figure}&${page.url().split('?')[1].replace(/figure=\w+&?/, '')}`);
		assert.ok(listed >= counted && listed <= data.total, `${counted} on the board, ${listed} in the list, ${data.total} at the hub`);
		await until('all rows are drawn', async () => await page.locator('tr[data-id]').count() === Math.min(listed, 50));
		if (figure === 'sent')
			await axe(page, 'a list behind a figure');
	});

test('disputes: the number is the length of the list it opens', async () => {
	await toBoard();
	const link = page.locator('[data-need=disputes]');
	await link.locator('strong', { hasText: /\d/ }).waitFor();
	const counted = await number(link.locator('strong'));
	assert.ok(counted >= 1);
	await link.click();
	await page.locator('tr[data-dispute]').first().waitFor();
	assert.ok(await page.locator('tr[data-dispute]').count() >= counted);
});

test('the table is walked by the keyboard, has one stop, and a cell opens its body\'s list', async () => {
	await toBoard();
	await page.getByLabel('指标').selectOption('sent');
	await page.locator('.heat td a').first().waitFor();
	assert.equal(await page.locator('.heat [tabindex="0"]').count(), 1);
	await page.locator('.heat [tabindex="0"]').focus();
	const where = () => page.evaluate(() => { const c = document.activeElement.closest('td'); return `${c.dataset.row},${c.dataset.column}`; });
	await page.keyboard.press('Home');
	await page.keyboard.press('End');
	const last = await page.locator('.heat thead th').count() - 2;
	assert.match(await where(), new RegExp(`,${last}$`));
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowLeft');
	await page.keyboard.press('Home');
	assert.match(await where(), /,0$/);
	const cell = page.locator('.heat td a', { hasText: '兰山区卫生健康局' });
	const counted = Number((await cell.getAttribute('title')).match(/告知 (\d+) 件/)[1]);
	assert.ok(counted >= 6);
	await cell.focus();
	await page.keyboard.press('Enter');
	assert.ok(await totalOfList() >= counted);
	await page.locator('.chip', { hasText: '兰山区卫生健康局' }).waitFor();
	await page.locator('.chip', { hasText: '兰山区卫生健康局' }).getByRole('link').click();
	await page.locator('.chip', { hasText: '兰山区卫生健康局' }).waitFor({ state: 'detached' });
	await page.getByRole('link', { name: '返回看板' }).click();
	await page.locator('.heat').waitFor();
});

test('the edges of the table add up its rows and columns, and open the list of just those bodies', async () => {
	await toBoard();
	await page.getByLabel('指标').selectOption('sent');
	for (const edge of [page.locator('.heat tbody tr').first().locator('td a').last(), page.locator('.heat tbody tr').last().locator('td a').first(),
		page.locator('.heat tbody tr').last().locator('td a').last()]) {
		const counted = Number((await edge.getAttribute('title')).match(/合计 告知 (\d+) 件/)[1]);
		assert.ok(counted > 0);
		const bodies = new URLSearchParams((await edge.getAttribute('href')).split('?')[1]).get('body').split(',');
		await edge.click();
		await page.locator('.chip', { hasText: bodies.length > 1 ? `合计的 ${bodies.length} 个单位` : '单位' }).waitFor();
		const listed = await totalOfList();
		const { data } = await api('GET', `/notices?${page.url().split('?')[1]}`);
		assert.ok(listed >= counted && listed <= data.total, `${counted} at the edge, ${listed} in the list, ${data.total} at the hub`);
		await toBoard();
		await page.getByLabel('指标').selectOption('sent');
	}
});

test('the ranking says of how many, what it leaves out and how it is worked out; its numbers open their lists', async () => {
	await toBoard();
	await page.getByText(/按时率＝按时认领÷参与件数.*争议中、送达失败的不计/).waitFor();
	await page.getByRole('button', { name: '按单位', exact: true }).click();
	await page.waitForURL(/rank=body/);
	const row = page.locator('.rank tbody tr', { hasText: '兰山区卫生健康局' });
	await row.waitFor();
	assert.match(await row.innerText(), /^\d+\s+兰山区卫生健康局\s+\d+\.\d%\s+\d+ \/ \d+/);
	const links = row.getByRole('link');
	const [inTime, counted] = await Promise.all([number(links.first()), number(links.nth(1))]);
	assert.ok(counted >= 10 && inTime <= counted, `${inTime} of ${counted}`);
	await links.nth(1).click();
	const listed = await totalOfList();
	const { data } = await api('GET', `/notices?${page.url().split('?')[1]}`);
	assert.ok(listed >= counted && listed <= data.total, `${counted} ranked, ${listed} in the list, ${data.total} at the hub`);
	await toBoard();
	await page.locator('.others', { hasText: '件数不足 10 件，不排名' }).getByRole('link').first().waitFor();
	await page.getByRole('button', { name: '按单位', exact: true }).click();
	await axe(page, 'the board ranked by body');
});

test('figures change by themselves', async () => {
	await toBoard();
	const before = await number(page.locator('[data-figure=claimed_ever]').first());
	const made = await world.grant('示例看板实时用品厂');
	await wjw('POST', `/notices/${made.notice}/claim`, {});
	await until('the figure has risen', async () => await number(page.locator('[data-figure=claimed_ever]').first()) > before);
});

test('a line that is cut is owned up to, and mended by itself', async () => {
	await toBoard();
	world.line.cut();
	await page.getByText(/实时更新中断/).waitFor();
	assert.ok(await page.locator('.heat').isVisible(), 'what was true stays on the screen');
	world.line.mend();
	await page.getByText(/实时更新$/).waitFor();
});

test('the period and the region are in the address; the days are a table too; the sheet is the hub\'s', async () => {
	await toBoard();
	await page.getByRole('button', { name: '本月' }).click();
	await page.waitForURL(/from=\d{4}-\d\d-01/);
	await page.locator('.board-pick select').selectOption('371302');
	await page.waitForURL(/region=371302/);
	await page.locator('.trend circle').first().waitFor();
	await page.getByText('数据表').click();
	const day = page.locator('.trend tbody tr').first();
	const counted = await number(day.getByRole('link').first());
	await axe(page, 'the board with the days');
	const [asked, download] = await Promise.all([page.waitForRequest(/board\.csv/), page.waitForEvent('download'), page.getByRole('button', { name: '导出为 CSV' }).click()]);
	assert.match(asked.url(), /board\.csv\?.*region=371302.*by=body/);
	assert.match(download.suggestedFilename(), /^看板_.*\.csv$/);
	const sheet = (await contentOf(download)).toString('utf8');
	assert.match(sheet, /^\ufeff"编码","名称","已告知",/);
	assert.match(sheet, /"合计"[^]*"筛选条件","from=[^]*"导出人","lxhy"/);
	await day.getByRole('link').first().click();
	assert.ok(await totalOfList() >= counted);
});

test('a department sees its own part, and says so', async () => {
	const own = await world.newPage();
	await world.signIn(own, 'wjw', '#/board');
	await own.getByRole('heading', { level: 1, name: '本单位看板' }).waitFor();
	await own.locator('.heat td a').first().waitFor();
	const rows = await own.locator('.heat td:not(.step-edge) a').count();
	assert.ok(rows <= 2, `${rows} bodies for somebody of two`);
});
