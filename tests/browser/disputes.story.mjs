// A dispute from its second return to the ruling, by the people it takes; and the bureau's list of what came back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld, until } from './world.mjs';

let world;
let wjw;
let office;
before(async () => {
	world = await openWorld();
	wjw = await world.newPage();
	office = await world.newPage();
	await world.signIn(wjw, 'wjw');
	await world.signIn(office, 'lxhy');
});
after(() => world?.close());

/** An event without a known item: the pool's notice, and with it a dispute about who leads. */
async function contested(name)
{
	const event = world.eventOf(name);
	event.data.item = '999999999999';
	const { data } = await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	const api = await world.as('lxhy');
	return until('the dispute is listed', async () => {
		const { data: list } = await api('GET', '/disputes?state=open');
		const found = list.items.find((d) => d.event === data.event);
		return found && { id: found.id, notice: data.notices[0].id, event: data.event, name };
	});
}

test('the list of disputes leads to the one, and the coordinator rules in two steps', async () => {
	const d = await contested('示例争议用品一厂');
	await office.getByRole('link', { name: '争议', exact: true }).click();
	await office.locator(`[data-dispute="${d.id}"]`).getByText('没有主管单位').waitFor();
	await axe(office, 'disputes');
	await office.locator(`[data-dispute="${d.id}"]`).getByRole('link').click();
	await office.getByRole('heading', { level: 1, name: '示例争议用品一厂' }).waitFor();
	await office.getByText('争议期间由其先行监管').waitFor();
	await axe(office, 'a dispute');
	const form = office.locator('form.act-form');
	assert.equal(await office.getByRole('heading', { name: '陈述本单位意见' }).count(), 0, 'the coordinator is no party');
	await form.getByRole('button', { name: '作出裁定' }).click();
	await form.getByText('请选择由哪个单位主管').waitFor();
	await form.getByText('请填写依据').waitFor();
	await form.getByLabel('从名录中指定单位').check();
	await form.locator('datalist option').first().waitFor({ state: 'attached' });
	await form.locator('#d-body').fill('兰山区卫生健康局');
	await form.getByLabel('依据').fill('联席会议纪要〔2026〕12号');
	await form.getByRole('button', { name: '作出裁定' }).click();
	await form.getByText('裁定后由兰山区卫生健康局主管').waitFor();
	await axe(office, 'a ruling before it is made');
	const api = await world.as('lxhy');
	assert.equal((await api('GET', `/disputes/${d.id}`)).data.ruling, null, 'nothing is ruled before it is confirmed');
	await form.getByRole('button', { name: '确认裁定' }).click();
	await office.getByText('裁定已作出').waitFor();
	await form.waitFor({ state: 'detached' });
	assert.equal(await office.getByText('尚未陈述意见').count(), 0, 'after the ruling nobody is waited for');
	await office.getByText('由兰山区卫生健康局主管').first().waitFor();
	const { data } = await api('GET', `/disputes/${d.id}`);
	assert.equal(data.ruling.body.id, 'wjw-371302');
	assert.equal(data.ruling.basis, '联席会议纪要〔2026〕12号');
	await axe(office, 'a dispute that was ruled');
});

test('a ruling that somebody else made first is shown, and nothing is overwritten', async () => {
	const d = await contested('示例争议用品二厂');
	await office.goto(`${world.url}/#/dispute/${d.id}`);
	const form = office.locator('form.act-form');
	await form.getByLabel('无须监管，结束争议').check();
	await form.getByLabel('依据').fill('会议纪要');
	await form.getByRole('button', { name: '作出裁定' }).click();
	await form.getByText('不再有单位监管本件').waitFor();
	const api = await world.as('lxhy');
	assert.equal((await api('POST', `/disputes/${d.id}/ruling`, { body: 'wjw-371302', basis: '另一次会议' })).status, 200);
	await form.getByRole('button', { name: '确认裁定' }).click();
	await office.getByRole('heading', { name: '联席会议裁定' }).waitFor();
	await office.getByText('另一次会议').waitFor();
});

test('how the like was decided before is told to who decides now, the newest first', async () => {
	const d = await contested('示例争议用品五厂');
	await office.goto(`${world.url}/#/dispute/${d.id}`);
	const like = office.getByRole('region', { name: '同一事项以往的裁定' });
	await like.waitFor();
	const told = await like.getByRole('listitem').allInnerTexts();
	assert.equal(told.length, 2);
	assert.match(told[0], /示例争议用品二厂.*兰山区.*由兰山区卫生健康局主管.*另一次会议/s);
	assert.match(told[1], /示例争议用品一厂.*联席会议纪要〔2026〕12号/s);
	await axe(office, 'a dispute with rulings on the like');
	await like.getByRole('link', { name: '示例争议用品一厂' }).click();
	await office.getByRole('heading', { level: 1, name: '示例争议用品一厂' }).waitFor();
	await like.getByRole('link', { name: '示例争议用品二厂' }).waitFor();
	assert.equal(await like.getByRole('link').count(), 1, 'it is none of its own');
	await office.setViewportSize({ width: 320, height: 844 });
	await noSideways(office, 'a dispute with rulings on the like at 320');
	await office.setViewportSize({ width: 1280, height: 900 });
});

test('a party states its position and proposes who should lead; the other side sees why it was told', async () => {
	const made = await world.grant('示例争议用品三厂');
	const own = await world.as('wjw');
	assert.equal((await own('POST', `/notices/${made.notice}/return`, { reason: 'not-our-remit', remark: '不属于本部门监管职责' })).status, 200);
	// The bureau sends it on, and the next one returns it as well: that is a dispute.
	const bureau = await world.as('spj');
	const sent = await bureau('POST', `/notices/${made.notice}/transfer`, { to: 'scjg-371302', remark: '请市场监管部门办理' });
	assert.equal(sent.status, 200, JSON.stringify(sent.data));
	const scjg = await world.as('scjg');
	const again = await scjg('POST', `/notices/${sent.data.made}/return`, { reason: 'not-our-remit', remark: '不属于本部门监管职责' });
	assert.equal(again.status, 200, JSON.stringify(again.data));
	await wjw.goto(`${world.url}/#/disputes`);
	await wjw.getByRole('link', { name: '示例争议用品三厂' }).click();
	await wjw.getByText('两次退回').waitFor();
	await wjw.locator('.side-card', { hasText: '市场监督管理局' }).locator('blockquote', { hasText: '不属于本部门监管职责' }).getByText('scjg', { exact: false }).first().waitFor();
	const form = wjw.locator('form.act-form');
	await form.getByRole('button', { name: '提交意见' }).click();
	await form.getByText('请写明本单位意见').waitFor();
	await form.locator('#d-position').fill('该企业以销售为主，应由市场监管部门主管。');
	await form.locator('datalist option').first().waitFor({ state: 'attached' });
	const { data: names } = await own('GET', '/policy/names');
	const rival = names.bodies.find((b) => b.id === 'scjg-371302').name;
	await form.getByLabel('建议主管单位（可不填）').fill(rival);
	await axe(wjw, 'a position before it is sent');
	await form.getByRole('button', { name: '提交意见' }).click();
	await wjw.getByText('意见已提交').waitFor();
	await wjw.locator('blockquote', { hasText: '该企业以销售为主' }).getByText(`建议由${rival}主管`).waitFor();
	assert.equal(await wjw.getByRole('heading', { name: '裁定', exact: true }).count(), 0, 'a party does not rule');
	const party = wjw.locator('.side-card').filter({ hasText: '该企业以销售为主' });
	await party.getByText('为什么告知、不告知').click();
	await party.locator('.reasons li').first().waitFor();
	await party.getByText('时限按规则 G3（2 工作日）').waitFor();
	await party.getByText('要求 准予变更，本件为 准予许可').first().waitFor();
	await axe(wjw, 'a dispute with reasons');
});

test('who rules and belongs to a party is asked to leave it to another', async () => {
	const { hash } = new URL(wjw.url());
	await world.hire('two-hats', 'supervisor', 'wjw-371302');
	const { status } = await (await world.as('admin'))('POST', '/users/two-hats/grants', { role: 'coordinator', body: 'znb-371300' });
	assert.equal(status, 200);
	const page = await world.newPage();
	await until('both hats are on', async () => (await (await world.as('two-hats'))('GET', '/me')).data.roles.length === 2);
	await world.signIn(page, 'two-hats', hash);
	await page.getByText('需回避').waitFor();
	await axe(page, 'a ruling to be left to another');
	await page.getByRole('button', { name: 'English' }).click();
	await page.getByText('Recusal').waitFor();
	await page.context().close();
	await office.goto(world.url + '/' + hash);
	await office.getByRole('heading', { name: '裁定', exact: true }).waitFor();
	assert.equal(await office.getByText('需回避').count(), 0, 'who is no party rules');
});

test('what came back stands in the bureau\'s list, and is sent on from there', async () => {
	const made = await world.grant('示例退件用品四厂');
	const own = await world.as('wjw');
	await own('POST', `/notices/${made.notice}/return`, { reason: 'wrong-region', remark: '经营场所不在兰山区' });
	const page = await world.newPage();
	await world.signIn(page, 'spj');
	await page.getByRole('link', { name: '退回件' }).click();
	const row = page.locator(`tr[data-id="${made.notice}"]`);
	await row.getByText('属地有误').waitFor();
	await axe(page, 'what came back');
	await row.getByRole('link').click();
	await page.locator('.pane-foot').getByRole('button', { name: /^转办：/ }).click();
	const form = page.locator('form.act-form');
	await form.locator('datalist option').first().waitFor({ state: 'attached' });
	await form.getByLabel('接收单位').fill('罗庄区卫生健康局');
	await form.getByRole('button', { name: '确认转办' }).click();
	await page.getByText('已转办：示例退件用品四厂').waitFor();
	await page.getByText('审批局改派').waitFor();
	await page.getByRole('link', { name: '退回件' }).click();
	await row.waitFor({ state: 'detached' });
});
