// The clocks of a matter: paused and resumed by the coordinator or the body that has it, and promises that were kept.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, rowOf, shown } from './world.mjs';

let world;
let wjw;
let office;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('wjw');
	wjw = await world.newPage();
	office = await world.newPage();
	await world.signIn(wjw, 'wjw');
	await world.signIn(office, 'lxhy');
});
after(() => world?.close());

const form = (page) => page.locator('form.act-form');
const button = (page, word) => page.locator('.pane-foot').getByRole('button', { name: `${word}：` });
const stateOf = async (made) => (await api('GET', `/notices/${made.notice}`)).data.notice;

async function open(page, made)
{
	await page.goto(`${world.url}/#/notice/${made.notice}`);
	await page.getByRole('heading', { level: 2, name: made.name }).waitFor();
	await page.locator('.conn-live').waitFor();
}

const beijingDay = (days) => new Date(Date.now() + (8 + 24 * days) * 3600_000).toISOString().slice(0, 10);

test('the coordinator pauses what nobody has claimed, and lets it go on', async () => {
	const made = await world.grant('示例暂停用品一厂');
	const { due } = await stateOf(made);
	await open(wjw, made);
	await button(wjw, '签收').waitFor();
	assert.equal(await button(wjw, '暂停时限').count(), 0, 'a body pauses only what it has claimed');
	await open(office, made);
	await button(office, '暂停时限').click();
	await form(office).getByRole('heading', { name: '暂停时限' }).waitFor();
	await axe(office, 'the pause form');
	await form(office).getByRole('button', { name: '暂停', exact: true }).click();
	await form(office).getByText('请写明暂停事由').waitFor();
	await form(office).getByLabel('暂停事由').fill('等待现场核查');
	await form(office).getByLabel('暂停至').fill(beijingDay(-1));
	await form(office).getByRole('button', { name: '暂停', exact: true }).click();
	await form(office).getByText('请填写今天至一年内的日期').waitFor();
	assert.equal((await stateOf(made)).due, due, 'nothing was sent');
	await form(office).getByLabel('暂停至').fill(beijingDay(2));
	await form(office).getByRole('button', { name: '暂停', exact: true }).click();
	await office.getByText('时限已暂停：示例暂停用品一厂').waitFor();
	await office.locator('.clocks').getByText('时限暂停中').first().waitFor();
	await office.locator('.life').getByText('等待现场核查').waitFor();
	await axe(office, 'a paused notice');
	assert.equal((await stateOf(made)).due, null);
	await wjw.goto(`${world.url}/#/inbox`);
	await shown(wjw, made); // what the demo made may have come first
	await rowOf(wjw, made).locator('.c-due').getByText('时限暂停中').waitFor();
	await button(office, '恢复计时').click();
	await form(office).getByRole('button', { name: '恢复', exact: true }).click();
	await office.getByText('已恢复计时：示例暂停用品一厂').waitFor();
	await button(office, '暂停时限').waitFor();
	assert.ok(Date.parse((await stateOf(made)).due) >= Date.parse(due));
});

test('a body pauses what it has claimed; a clock that has run out says so in our words', async () => {
	const made = await world.grant('示例暂停用品二厂');
	assert.equal((await api('POST', `/notices/${made.notice}/claim`, {})).status, 200);
	await open(wjw, made);
	await button(wjw, '暂停时限').click();
	await form(wjw).getByLabel('暂停事由').fill('企业停产整顿');
	await wjw.route('**/pause', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json',
		body: JSON.stringify({ type: 'about:blank', title: 'Conflict', status: 409, detail: 'The clock has run out already' }) }));
	await form(wjw).getByRole('button', { name: '暂停', exact: true }).click();
	await form(wjw).getByText('时限已过，不能暂停。').waitFor();
	await wjw.unroute('**/pause');
	// The answer never comes; what the notice shows is looked up.
	await wjw.route('**/pause', async (route) => { await route.fetch(); await route.abort(); });
	await form(wjw).getByRole('button', { name: '暂停', exact: true }).click();
	await form(wjw).waitFor({ state: 'detached' });
	await wjw.unroute('**/pause');
	await wjw.locator('.life').getByText('企业停产整顿').waitFor();
	await button(wjw, '恢复计时').waitFor();
	assert.equal((await stateOf(made)).pauses[0].reason, '企业停产整顿');
});

test('of two promises one is kept, then the other', async () => {
	const event = world.eventOf('示例承诺用品三厂');
	event.data.commitments = [{ kind: 'deferred-material', what: '环境检测报告', due: beijingDay(30) },
		{ kind: 'informed-commitment', what: '从业人员健康证明', due: beijingDay(40) }];
	const { status, data } = await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	assert.equal(status, 201, JSON.stringify(data));
	const made = { name: '示例承诺用品三厂', notice: data.notices.find((n) => n.role === 'lead').id };
	await open(wjw, made);
	await button(wjw, '确认履行').click();
	await form(wjw).getByRole('button', { name: '确认履行' }).click();
	await form(wjw).getByText('请选择哪一项承诺').waitFor();
	await axe(wjw, 'the promise form with its fault');
	await form(wjw).getByLabel('容缺补正 环境检测报告').check();
	await form(wjw).getByLabel('说明（可不填）').fill('报告已补交');
	await form(wjw).getByRole('button', { name: '确认履行' }).click();
	await wjw.getByText('已确认履行：示例承诺用品三厂').waitFor();
	await wjw.locator('.life li', { hasText: '环境检测报告' }).getByText('已履行').waitFor();
	await wjw.locator('.life li', { hasText: '从业人员健康证明' }).getByText('计时中').waitFor();
	await button(wjw, '确认履行').click();
	assert.ok(await form(wjw).locator('input[type=radio]').isChecked(), 'the only one left is chosen already');
	await form(wjw).getByRole('button', { name: '确认履行' }).click();
	await wjw.locator('.life li', { hasText: '从业人员健康证明' }).getByText('已履行').waitFor();
	await button(wjw, '确认履行').waitFor({ state: 'detached' });
	assert.deepEqual((await stateOf(made)).clocks.filter((c) => c.kind !== 'permit-end').map((c) => c.state), ['fulfilled', 'fulfilled']);
});
