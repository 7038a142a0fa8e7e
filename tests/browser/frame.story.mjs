// What lies over and around every page: whose eyes are on it, and how large its letters are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld, rowOf, until } from './world.mjs';

let world;
let made;
before(async () => {
	world = await openWorld();
	made = await world.grant('示例水印用品厂');
});
after(() => world?.close());

/** Before the page's scripts: what is written on canvases, and whether a row could be read by then. */
const watchPens = () => {
	window.written = [];
	const { fillText } = CanvasRenderingContext2D.prototype;
	CanvasRenderingContext2D.prototype.fillText = function (text, ...more) {
		window.written.push([text, document.querySelectorAll('tr[data-id], .heat td a').length > 0]);
		return fillText.call(this, text, ...more);
	};
};
const written = (page) => page.evaluate(() => window.written.map(([text]) => text));
const mark = (page) => page.evaluate(() => {
	const { backgroundImage, pointerEvents, position } = getComputedStyle(document.body, '::after');
	return { image: /^url\("(data:image\/png;base64,[^"]+)"\)$/.exec(backgroundImage)?.[1], pointerEvents, position };
});
const isMarked = async (page) => (await mark(page)).image !== undefined;
const minute = (ms) => new Date(ms + 8 * 3600_000).toISOString().slice(0, 16).replace('T', ' ');

async function opened(user, hash, answer = {})
{
	const page = await world.newPage();
	await page.clock.install();
	await page.addInitScript(watchPens);
	await page.route('**/api/v1/me', async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...await response.json(), ...answer } });
	});
	await world.signIn(page, user, hash);
	return page;
}

test('who looks at it and since when stands pale across the page, and in the way of nothing', async () => {
	const begun = Date.now();
	const page = await opened('wjw', '#/inbox');
	await until('it is marked', () => isMarked(page));
	const times = [minute(begun), minute(Date.now())];
	const lines = (await page.evaluate(() => window.written)).slice(0, 2);
	assert.equal(lines[0][0], 'wjw · 兰山区卫生健康局');
	assert.ok(times.includes(lines[1][0]), `${lines[1][0]}, of ${times.join(' or ')}`);
	assert.ok(lines[0][1], 'the rows come first');
	const { image, pointerEvents, position } = await mark(page);
	assert.deepEqual([pointerEvents, position], ['none', 'fixed']);
	const darkest = await page.evaluate(async (src) => {
		const picture = Object.assign(new Image(), { src });
		await picture.decode();
		const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
		const pen = canvas.getContext('2d');
		pen.drawImage(picture, 0, 0);
		return pen.getImageData(0, 0, picture.width, picture.height).data.reduce((most, x) => Math.max(most, x), 0);
	}, image);
	assert.ok(darkest >= 14 && darkest <= 16, `6 % of 255: ${darkest}`);
	await rowOf(page, made).getByRole('link').click();
	await page.locator('.pane-title', { hasText: made.name }).waitFor();
	if (process.env.SHOTS)
		await page.screenshot({ path: `${process.env.SHOTS}/watermark.png` });
	await page.context().close();
});

test('axe judges contrast through it as without it', async () => {
	const page = await opened('wjw', '#/inbox');
	await until('it is marked', () => isMarked(page));
	await axe(page, 'the inbox under its mark');
	const judged = () => page.evaluate(async () => {
		const { passes, incomplete } = await window.axe.run(document, { runOnly: ['color-contrast'] });
		return [passes, incomplete].map(([rule]) => rule?.nodes.length ?? 0);
	});
	const under = await judged();
	assert.ok(under[0] > 20, 'texts are judged');
	await page.evaluate(() => document.body.style.removeProperty('--mark'));
	assert.deepEqual(await judged(), under);
	await page.context().close();
});

test('a print has it, with the time of the print', async () => {
	const page = await opened('wjw', `#/notice/${made.notice}`);
	await page.locator('.pane-title').waitFor();
	await until('it is marked', () => isMarked(page));
	world.line.cut(); // the hub's clock would be believed
	await page.locator('.banner').waitFor();
	await page.clock.fastForward('03:00:00');
	const [, before] = await written(page);
	const pdf = await page.pdf({ format: 'A4' });
	if (process.env.SHOTS)
		await page.pdf({ format: 'A4', path: `${process.env.SHOTS}/watermark.pdf` });
	const [, now] = (await written(page)).slice(-2);
	assert.ok(Date.parse(now) - Date.parse(before) >= 3 * 3600_000, `${before}, then ${now}`);
	const pictures = (paper) => paper.toString('latin1').split('/Subtype /Image').length - 1;
	assert.ok(pictures(pdf) > 0, 'the paper carries it');
	world.line.mend();
	await page.context().close();
});

test('nobody is named where nobody is signed in, on the wall, or where the hub says so', async () => {
	const page = await opened('lxhy', '#/board');
	await until('it is marked', () => isMarked(page));
	await page.goto(`${world.url}/#/screen`);
	await page.locator('.screen .heat td a').first().waitFor();
	assert.equal(await isMarked(page), false, 'the wall');
	await page.goto(`${world.url}/#/board`);
	await until('it is marked', () => isMarked(page));
	await page.getByRole('button', { name: '退出登录' }).click();
	await page.locator('#user').waitFor();
	assert.equal(await isMarked(page), false, 'after signing out');
	await page.context().close();
	const plain = await opened('lxhy', '#/board', { watermark: false });
	await plain.locator('.top-right').waitFor();
	await plain.getByText(/实时更新$/).waitFor();
	assert.deepEqual([await isMarked(plain), (await written(plain)).filter((x) => /lxhy/.test(x))], [false, []]);
	await plain.context().close();
});

const letters = (page) => page.evaluate(() => ['body', '.notices td', 'button'].map((what) => getComputedStyle(document.querySelector(what)).fontSize));
const SIZES = [{ width: 1366, height: 768 }, { width: 390, height: 844 }, { width: 320, height: 640 }];

/** Buttons that nobody can hit: out of the window, or under one another. */
const outOfReach = (page) => page.evaluate(() => [...document.querySelectorAll('button, .notices a, nav a')].filter((x) => {
	x.scrollIntoView({ block: 'center' });
	if (!x.offsetParent)
		return false;
	const [{ left, right, top, bottom }] = x.getClientRects(); // a link may run over two lines
	return !x.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
}).map((x) => x.textContent.trim()));

for (const [language, words] of [['zh', ['大字', '特大字', '标准字']], ['en', ['Large text', 'Larger text', 'Normal text']]])
	test(`letters as large as one asks for, ${language}: kept by this machine, and all stays in reach`, async () => {
		const page = await world.newPage(SIZES[0]);
		await page.addInitScript((l) => localStorage.setItem('tandem.language', l), language);
		await world.signIn(page, 'wjw', '#/inbox');
		await page.locator('.conn-live').waitFor();
		assert.deepEqual(await letters(page), ['14px', '14px', '14px']);
		for (const [i, size] of ['16px', '18px'].entries()) {
			const button = page.getByRole('button', { name: words[i], exact: true });
			await button.focus();
			await page.keyboard.press('Enter');
			const there = page.getByRole('button', { name: words[i + 1], exact: true });
			await there.waitFor();
			assert.ok(await there.evaluate((x) => x === document.activeElement), 'the focus stays');
			for (const view of SIZES) {
				await page.setViewportSize(view);
				const where = `${language} at ${size}, ${view.width} px`;
				assert.deepEqual(await letters(page), [size, size, size]);
				await noSideways(page, where);
				assert.deepEqual(await outOfReach(page), [], where);
				const item = await page.locator('tbody .c-item').first().boundingBox();
				assert.ok(item.width > 90, `${where}: ${item.width} px for the name of an item`);
				await axe(page, where);
				if (process.env.SHOTS)
					await page.screenshot({ path: `${process.env.SHOTS}/letters-${language}-${size}-${view.width}.png` });
			}
			await page.setViewportSize(SIZES[0]);
		}
		await page.goto(`${world.url}/#/inbox?n=${made.notice}`);
		await page.reload();
		await page.locator('.pane-title', { hasText: made.name }).waitFor();
		assert.equal((await letters(page))[0], '18px', 'also the next time');
		await noSideways(page, 'a notice in large letters');
		if (process.env.SHOTS)
			await page.screenshot({ path: `${process.env.SHOTS}/letters-${language}-notice.png` });
		await page.getByRole('button', { name: words[2], exact: true }).click();
		assert.equal((await letters(page))[0], '14px');
		await page.locator('.inbox-list .order').waitFor(); // there is room beside the list again
		await page.context().close();
	});

test('large letters are offered before one has signed in, and are not for the wall or for paper', async () => {
	const page = await world.newPage({ width: 1920, height: 1080 });
	await page.goto(world.url);
	await page.getByRole('button', { name: '大字', exact: true }).click();
	await page.getByRole('button', { name: '特大字', exact: true }).click();
	const size = () => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
	assert.equal(await size(), '18px');
	await axe(page, 'signing in by large letters');
	await world.signIn(page, 'lxhy', '#/board');
	assert.equal(await size(), '18px');
	await page.emulateMedia({ media: 'print' });
	assert.equal(await size(), '12px');
	await page.emulateMedia({ media: 'screen' });
	await page.goto(`${world.url}/#/screen`);
	await page.locator('.screen .heat td a').first().waitFor();
	assert.equal(await size(), '14px');
	await page.context().close();
});

test('nobody waits for a page that is laid out anew for letters it has already', async () => {
	const page = await world.newPage();
	await page.addInitScript(() => {
		window.rewritten = 0;
		const { set, ...rest } = Object.getOwnPropertyDescriptor(MediaList.prototype, 'mediaText');
		Object.defineProperty(MediaList.prototype, 'mediaText', { ...rest, set(text) { window.rewritten++; set.call(this, text); } });
	});
	await world.signIn(page, 'wjw');
	await rowOf(page, made).waitFor();
	const rewritten = () => page.evaluate(() => window.rewritten);
	assert.equal(await rewritten(), 0, 'an office\'s letters are those of the style sheet');
	await page.getByRole('button', { name: '大字', exact: true }).click();
	const once = await rewritten();
	assert.ok(once > 0);
	await page.reload();
	await rowOf(page, made).waitFor();
	await page.locator('.conn-live').waitFor();
	assert.equal(await rewritten(), once, 'and larger ones are fitted once');
	await page.context().close();
});
