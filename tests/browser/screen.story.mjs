// The wall: the board's figures at two shapes of wall, large enough, all of it in sight, nobody's name, and honest about their age.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, until } from './world.mjs';

const FIRM = '示例大屏用品厂';
const SMALLEST_PX = 18;
let world;
before(async () => {
	world = await openWorld();
	const wjw = await world.as('wjw');
	for (let i = 0; i < 12; i++) {
		const made = await world.grant(FIRM);
		if (i > 1)
			assert.equal((await wjw('POST', `/notices/${made.notice}/claim`, {})).status, 200);
	}
});
after(() => world?.close());

async function openWall(size)
{
	const page = await world.newPage(size);
	await page.clock.install();
	await world.signIn(page, 'lxhy');
	await page.goto(`${world.url}/#/screen`);
	await page.locator('.screen .rank tbody tr').first().waitFor();
	await page.locator('.screen .trend circle').first().waitFor();
	await page.locator('[data-need=disputes] strong', { hasText: /\d/ }).waitFor();
	return page;
}

/** What is too small to be read from afar, or out of sight, by what stands there. */
const hardToSee = (page) => page.evaluate((smallest) => {
	const found = [];
	const walk = document.createTreeWalker(document.querySelector('.screen'), NodeFilter.SHOW_TEXT);
	const scale = document.querySelector('.screen').getBoundingClientRect().width / document.querySelector('.screen').offsetWidth;
	while (walk.nextNode()) {
		const at = walk.currentNode.parentElement;
		const box = at.getBoundingClientRect();
		if (!walk.currentNode.data.trim() || at.closest('.sr') || at.getClientRects().length === 0)
			continue;
		if (parseFloat(getComputedStyle(at).fontSize) * scale < smallest - 0.01)
			found.push(`small: ${walk.currentNode.data.trim()}`);
		if (box.right > innerWidth || box.bottom > innerHeight)
			found.push(`out of sight: ${walk.currentNode.data.trim()}`);
	}
	const scrolled = [...document.querySelectorAll('.screen, .screen .heat-box, .screen .table-box')]
		.filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1).map((e) => `to scroll: ${e.className}`);
	return [...found, ...scrolled];
}, SMALLEST_PX);

for (const size of [{ width: 1920, height: 1080 }, { width: 3840, height: 1080 }])
	test(`a wall of ${size.width} × ${size.height}: all in sight, in both languages, and nobody named`, async () => {
		const page = await openWall(size);
		for (const language of ['zh', 'en']) {
			if (language === 'en') {
				await page.evaluate(() => localStorage.setItem('tandem.language', 'en'));
				await page.reload();
				await page.getByText(/^Data as of/).waitFor();
				await page.locator('.screen .rank tbody tr').first().waitFor();
				await page.locator('.screen .trend circle').first().waitFor();
			}
			if (process.env.SHOTS)
				await page.screenshot({ path: `${process.env.SHOTS}/screen-${language}-${size.width}.png` });
			assert.deepEqual(await hardToSee(page), []);
			await axe(page, `the wall at ${size.width}, ${language}`);
		}
		const shown = await page.locator('body').innerText();
		const { user, name } = (await (await world.as('lxhy'))('GET', '/me')).data;
		for (const word of [FIRM, '13800005678', user, name])
			assert.ok(!shown.includes(word), `${word} is not for the wall`);
		assert.equal(await page.locator('header.top, nav.side').count(), 0);
		await page.context().close();
	});

test('its figures are the board\'s, and change by themselves', async () => {
	const page = await openWall({ width: 1920, height: 1080 });
	const claimed = page.locator('[data-figure=lead_claimed]');
	const { data } = await (await world.as('lxhy'))('GET', `/board?from=${(await page.locator('.page-head .num').first().innerText()).slice(0, 10)}`);
	const before = data.total.lead_claimed;
	await until('the wall has the board\'s figure', async () => Number(await claimed.innerText()) === before);
	const made = await world.grant(FIRM);
	await (await world.as('wjw'))('POST', `/notices/${made.notice}/claim`, {});
	await until('the figure has risen', async () => Number(await claimed.innerText()) > before);
	await page.context().close();
});

test('old figures stay, and say how old they are: amber, then a red frame; and all is well when the line is back', async () => {
	const page = await openWall({ width: 1920, height: 1080 });
	await page.locator('.screen-live').waitFor();
	await page.clock.runFor(100_000);
	await page.locator('.screen-live').waitFor();
	world.line.cut();
	await page.clock.runFor(100_000);
	await page.getByText(/^数据截至 \d\d:\d\d:\d\d，更新迟缓$/).waitFor();
	await page.locator('.screen-late').waitFor();
	await page.clock.runFor(240_000);
	await page.getByText(/^数据中断，\d\d:\d\d:\d\d 起未更新$/).waitFor();
	assert.ok(await page.locator('.screen-broken .heat').isVisible(), 'what was true stays');
	await axe(page, 'the wall with old figures');
	world.line.mend();
	await page.clock.runFor(70_000);
	await until('the line is back', async () => { await page.clock.runFor(1000); return page.locator('.screen-live').isVisible(); });
	await page.context().close();
});

test('its pages follow each other when the address says so, until somebody stops them, and not at all for who wants no motion', async () => {
	const page = await openWall({ width: 1920, height: 1080 });
	const shown = (name) => page.getByRole('button', { name, exact: true, pressed: true });
	await page.goto(`${world.url}/#/screen?every=60`);
	await page.reload();
	await shown('总览').waitFor();
	await page.clock.runFor(61_000);
	await shown('排名').waitFor();
	await page.getByRole('heading', { name: '考核排名 按单位' }).waitFor();
	assert.deepEqual(await hardToSee(page), []);
	await axe(page, 'the wall, its ranking');
	if (process.env.SHOTS)
		await page.screenshot({ path: `${process.env.SHOTS}/screen-rank.png` });
	await page.clock.runFor(61_000);
	await shown('空白与超期').waitFor();
	assert.deepEqual(await hardToSee(page), []);
	await axe(page, 'the wall, what is missing');
	assert.match((await page.locator('.screen tbody th').first().innerText()), /^目录未列 \d+$/);
	if (process.env.SHOTS)
		await page.screenshot({ path: `${process.env.SHOTS}/screen-gaps.png` });
	await page.getByRole('button', { name: '暂停轮播' }).click();
	await page.clock.runFor(70_000);
	assert.equal(await shown('空白与超期').count(), 1);
	await page.emulateMedia({ reducedMotion: 'reduce' });
	await page.reload();
	await page.getByRole('button', { name: '轮播', exact: true }).waitFor();
	await page.clock.runFor(70_000);
	assert.equal(await shown('总览').count(), 1);
	await page.context().close();
});
