// A month's statement that both sides sign, a bureau's own list held against it, and a body that is reminded.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, contentOf, noSideways, openWorld, until } from './world.mjs';

let world;
let bureau;
let api;
let made;
before(async () => {
	world = await openWorld();
	bureau = await world.newPage();
	api = await world.as('spj');
	made = [await world.grant('示例对账用品一厂'), await world.grant('示例对账用品二厂')];
	await world.signIn(bureau, 'spj');
});
after(() => world?.close());

const MONTH = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 7);
const listFile = (...lines) => ({ name: '台账.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`) });

test('a bureau sees what was taken of its cases and what each department did, as the hub says it', async () => {
	await bureau.getByRole('link', { name: '对账' }).click();
	await bureau.getByRole('heading', { level: 1, name: `对账单 ${MONTH}` }).waitFor();
	const row = bureau.locator('tr[data-department="wjw-371302"]');
	await row.waitFor();
	const { data } = await api('GET', '/reconciliation');
	const shown = data.items.find((b) => b.bureau.id === 'spj-371300') && await bureau.locator('.board-pick select').inputValue();
	const own = data.items.find((b) => b.bureau.id === shown) ?? data.items[0];
	const claimed = own.departments.find((d) => d.body.id === 'wjw-371302').claimed;
	assert.equal(await row.locator('[data-label="累计认领"]').textContent(), String(claimed));
	await axe(bureau, 'the statement');
	await noSideways(bureau, 'the statement');
	const [sheet] = await Promise.all([bureau.waitForEvent('download'), bureau.getByRole('button', { name: '导出为 CSV' }).click()]);
	assert.match((await contentOf(sheet)).toString('utf8'), /^\ufeff"对账单","\d{4}-\d\d"\r\n"审批局",".+"\r\n/);
	await bureau.emulateMedia({ media: 'print' });
	await bureau.getByText('审批局确认（盖章）：').waitFor();
	await bureau.emulateMedia({ media: null });
	await bureau.locator('.board-pick select').selectOption('spj-371302');
	await bureau.locator('dd', { hasText: '兰山区行政审批服务局' }).waitFor();
	assert.ok((await bureau.evaluate(() => location.hash)).includes('bureau=spj-371302'));
});

test('both sides confirm, each for itself, and see when the figures have changed since', async () => {
	await bureau.goto(`${world.url}/#/reconcile?month=${MONTH}&bureau=spj-371302`);
	const row = bureau.locator('tr[data-department="wjw-371302"]');
	await row.locator('[data-side=bureau]', { hasText: '未确认' }).waitFor();
	const sign = row.getByRole('button', { name: '确认无误：兰山区卫生健康局' });
	await world.grant('示例对账用品二厂');
	await sign.click();
	await bureau.getByText('之后数字有变').waitFor();
	await row.locator('[data-side=bureau]', { hasText: '未确认' }).waitFor();
	await until('the row has the figures of now', async () => { await sign.click(); return bureau.getByText('已确认：兰山区卫生健康局').first().isVisible(); });
	await row.locator('[data-side=bureau]', { hasText: 'spj' }).waitFor();
	const wjw = await world.as('wjw');
	assert.equal((await wjw('POST', '/reconciliation/agree', { month: MONTH, bureau: 'spj-371302', body: 'wjw-371302' })).status, 200);
	await world.grant('示例对账用品三厂');
	await bureau.reload();
	await row.locator('[data-side=department]', { hasText: 'wjw' }).waitFor();
	await row.locator('[data-side=bureau]', { hasText: '之后数字有变' }).waitFor();
	await axe(bureau, 'a statement that was confirmed');
	const office = await world.newPage();
	await world.signIn(office, 'lxhy', `#/reconcile?month=${MONTH}&bureau=spj-371302`);
	await office.locator('tr[data-department="wjw-371302"] [data-side=department]', { hasText: 'wjw' }).waitFor();
	assert.equal(await office.getByRole('button', { name: /^确认无误/ }).count(), 0, 'the coordinator is of neither side');
});

test('its own list is held against it, and what differs leads to the cases', async () => {
	await bureau.goto(`${world.url}/#/reconcile?month=${MONTH}&bureau=spj-371302`);
	const pick = (...lines) => bureau.locator('#r-file').setInputFiles(listFile(...lines));
	await pick('受理编号,申请人', `'${made[0].case},示例`, 'LOST-1,示例');
	const missing = bureau.locator('[data-differ="missing"]');
	await missing.getByRole('link', { name: 'LOST-1', exact: true }).waitFor();
	const unsaid = bureau.locator('[data-differ="unsaid"]');
	await unsaid.getByRole('link', { name: made[1].case }).waitFor();
	assert.equal(await unsaid.getByRole('link', { name: made[0].case }).count(), 0);
	await axe(bureau, 'what differs');
	await unsaid.getByRole('link', { name: made[1].case }).click();
	await bureau.getByRole('heading', { level: 1, name: `办件 ${made[1].case}` }).waitFor();
	await bureau.goBack();
	await pick('受理编号', '3.71302E+17');
	await bureau.getByText('科学计数').waitFor();
	await pick('受理编号');
	await bureau.getByText('文件里没有办件编号').waitFor();
	await axe(bureau, 'a list that cannot be used');
});

test('another month, a month without cases, and a department that sees its own part', async () => {
	await bureau.goto(`${world.url}/#/reconcile?month=2020-02`);
	await bureau.getByText('这个月没有可对账的办件').waitFor();
	const wjw = await world.newPage({ width: 390, height: 844 });
	await world.signIn(wjw, 'wjw', '#/reconcile');
	await wjw.getByRole('button', { name: 'English', exact: true }).click();
	await wjw.getByRole('heading', { level: 1, name: `Statement ${MONTH}` }).waitFor();
	await wjw.locator('tr[data-department]').first().waitFor();
	assert.equal(await wjw.locator('#r-file').count(), 0, 'a department has no list to compare');
	assert.equal(await wjw.getByText('Events the hub took').count(), 0, 'nor is it told what was taken of others');
	await axe(wjw, 'the statement in English');
	await noSideways(wjw, 'the statement on a phone');
});

test('a body is reminded over another channel, and not twice within four office hours', async () => {
	await bureau.goto(`${world.url}/#/case/${made[0].case}`);
	const remind = bureau.getByRole('button', { name: '催办：兰山区卫生健康局' });
	await remind.waitFor();
	await axe(bureau, 'a case with who can be reminded');
	await remind.click();
	await bureau.getByText('已换一种方式催办：兰山区卫生健康局').waitFor();
	await bureau.locator('.timeline .step-reminded', { hasText: 'spj' }).getByText('短信').waitFor();
	await remind.click();
	await bureau.getByText(/spj 已于 .* 催办过，4 个工作时内不重复催办/).waitFor();
	assert.equal(await bureau.locator('.timeline .step-reminded').count(), 1);
	const wjw = await world.as('wjw');
	assert.equal((await wjw('POST', `/notices/${made[0].notice}/claim`)).status, 200);
	await bureau.reload();
	await bureau.locator('.timeline .step-claimed').waitFor();
	assert.equal(await remind.count(), 0, 'who has taken it on is not reminded');
	await bureau.emulateMedia({ media: 'print' });
	const { length } = await bureau.$$eval('button, nav, select', (all) => all.filter((x) => x.checkVisibility?.() ?? x.offsetParent));
	assert.equal(length, 0, 'on paper there is nothing to press');
});
