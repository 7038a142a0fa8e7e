import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, rowOf, until } from './world.mjs';

let world;
let page;
before(async () => {
	world = await openWorld();
	page = await world.newPage();
	await page.clock.install(); // goes on by itself until it is held
});
after(() => world?.close());

/** The clock is held meanwhile, so that it is the button and not the time that brings it back. */
async function mendedBy(name)
{
	await page.clock.pauseAt(await page.evaluate(() => Date.now()) + 30_000);
	await page.getByText(/\d+ 秒后重连/).waitFor();
	world.line.mend();
	await page.getByRole('button', { name, exact: true }).click();
	await page.clock.resume();
}

test('cut: stale and said so, nothing can be pretended; mended: what was missed comes', async () => {
	const made = await world.grant('示例断线测试一厂');
	await world.signIn(page, 'wjw');
	await page.locator('.conn-live').waitFor();
	await rowOf(page, made).waitFor();
	await rowOf(page, made).getByRole('link').click();
	await page.locator('.inbox-pane .why').waitFor();
	const api = await world.as('wjw');

	world.line.cut();
	await page.getByText(/连接中断，显示的是 \d\d:\d\d:\d\d 的数据。断线时不能签收、认领/).waitFor();
	await page.getByText(/\d+ 秒后重连|正在重连/).waitFor();
	assert.equal(await page.locator('header .conn').innerText().then((t) => t.includes('连接中断')), true);
	const buttons = page.locator('.notices .acts button, .pane-foot .acts button');
	assert.ok(await buttons.count() > 0);
	for (const b of await buttons.all())
		assert.ok(await b.isDisabled());
	await page.locator('.pane-foot').getByText('连接中断，暂不能操作').waitFor();
	await rowOf(page, made).focus();
	await page.keyboard.press('a');
	assert.equal(await rowOf(page, made).getAttribute('data-state'), 'open', 'no key does what no button may');
	await axe(page, 'the inbox while the line is cut');

	const missed = await world.grant('示例断线测试二厂');
	await api('POST', `/notices/${made.notice}/claim`, {});
	await mendedBy('现在重试');
	await page.locator('.conn-live').waitFor();
	await page.locator('.banner').waitFor({ state: 'detached' });
	await page.getByText('连接已恢复').waitFor();
	await rowOf(page, made).getByText('已认领', { exact: true }).waitFor();
	await page.locator('.pill').click();
	await rowOf(page, missed).waitFor();
	assert.ok(await rowOf(page, missed).getByRole('button', { name: /^签收：/ }).isEnabled());
});

test('it comes back by itself', async () => {
	world.line.cut();
	await page.locator('.banner').waitFor();
	world.line.mend();
	await page.locator('.conn-live').waitFor();
});

test('a page opened while the hub is away says so and offers to try again', async () => {
	await page.evaluate(() => { location.hash = '#/search'; });
	await page.getByRole('heading', { name: '办件查询' }).waitFor();
	world.line.cut();
	await page.locator('.banner').waitFor();
	await page.locator('#search-main').fill('示例');
	await page.getByText('没有查到结果：连不上服务器').waitFor();
	await mendedBy('重试');
	await page.getByText(/找到 \d+ 件|已显示 \d+ 件/).waitFor();
	await page.locator('.conn-live').waitFor();
});

// Only the real hub can be killed, and only by who has started it.
test('the hub is killed in the middle of two acts: what it had done is done, what it had not is not, and both are told', async (t) => {
	if (!world.kill)
		return t.skip('no hub to kill');
	const [done, lost] = [await world.grant('示例断电测试一厂'), await world.grant('示例断电测试二厂')];
	await page.goto(`${world.url}/#/inbox`);
	await page.reload();
	await rowOf(page, lost).waitFor();
	await page.locator('.conn-live').waitFor();
	let answered;
	const kept = new Promise((resolve) => { answered = resolve; });
	let killed;
	const dead = new Promise((resolve) => { killed = resolve; });
	await page.route(`**/${done.notice}/acknowledge`, async (route) => { await route.fetch(); answered(); await dead; await route.abort(); });
	await page.route(`**/${lost.notice}/acknowledge`, async (route) => { await dead; await route.continue(); });
	await rowOf(page, done).getByRole('button', { name: /^签收：/ }).click();
	await rowOf(page, lost).getByRole('button', { name: /^签收：/ }).click();
	await kept;
	await world.kill();
	killed();
	for (const made of [done, lost]) {
		await page.locator('.toast', { hasText: `结果未知，正在核实：${made.name}` }).waitFor();
		await until('nothing is pretended', async () => await rowOf(page, made).getAttribute('data-state') === 'open');
	}
	await page.locator('.banner').waitFor();
	await world.start();
	await page.locator('.toast', { hasText: `核实完毕，已经生效：${done.name}` }).waitFor();
	await page.locator('.toast', { hasText: `核实完毕，没有生效，请重试：${lost.name}` }).waitFor();
	await page.locator('.conn-live').waitFor();
	await rowOf(page, done).getByText('须再认领').waitFor();
	await page.unrouteAll();
	await rowOf(page, lost).getByRole('button', { name: /^签收：/ }).click();
	await page.getByText(`已签收：${lost.name}`).waitFor();
});
