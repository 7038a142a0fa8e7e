// What a body does with a notice beyond taking it: return, transfer, feedback, close, undo, and what it takes from the pool.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { axe, contentOf, openWorld, rowOf, until } from './world.mjs';

let world;
let page;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('wjw');
	page = await world.newPage();
	await world.signIn(page, 'wjw');
});
after(() => world?.close());
beforeEach(() => page.setViewportSize({ width: 1366, height: 768 }));

const pane = () => page.locator('section.pane');
const form = () => page.locator('form.act-form');
const stateOf = async (made) => (await api('GET', `/notices/${made.notice}`)).data.notice;

async function opened(name, ...verbs)
{
	const made = await world.grant(name);
	for (const verb of verbs)
		assert.equal((await api('POST', `/notices/${made.notice}/${verb}`, {})).status, 200);
	await page.goto(`${world.url}/#/notice/${made.notice}`);
	await pane().getByRole('heading', { level: 2, name }).waitFor();
	await page.locator('.conn-live').waitFor();
	return made;
}

const button = (name) => pane().locator('.pane-foot').getByRole('button', { name, exact: false });

test('only what the hub allows is offered', async () => {
	const made = await opened('示例准入用品一厂');
	const { allowed } = await stateOf(made);
	const words = { acknowledge: '签收', claim: '认领', return: '退回', transfer: '转办', feedback: '反馈', close: '办结', undo: '撤销上一步' };
	const offered = async () => {
		const found = [];
		for (const [verb, word] of Object.entries(words))
			if (await button(`${word}：`).count() === 1)
				found.push(verb);
		return found;
	};
	const wanted = Object.keys(words).filter((verb) => allowed.includes(verb));
	await until('all that is allowed is offered', async () => (await offered()).length >= wanted.length);
	assert.deepEqual(await offered(), wanted);
});

test('files: no more than there may be, each that is left out is named, and one content has the last name', async () => {
	const made = await opened('示例附件用品一厂', 'claim');
	await pane().locator('.pane-state', { hasText: '兰山区卫生健康局' }).waitFor(); // a receipt says whose it is
	await button('反馈：').click();
	const pdf = (name, n) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.7\n%${n}\n%%EOF\n`) });
	const files = form().getByLabel('附件（可不填）');
	await files.setInputFiles([pdf('原件.pdf', 0), pdf('现场“照片”; 第1页.pdf', 0)]);
	await form().getByRole('button', { name: '不附 现场“照片”; 第1页.pdf' }).waitFor();
	assert.equal(await form().getByRole('button', { name: '不附 原件.pdf' }).count(), 0);
	await files.setInputFiles(Array.from({ length: 21 }, (_, i) => pdf(`附件${i + 1}.pdf`, i + 1)));
	await form().getByText('附件20.pdf：没有上传，最多 20 个附件').waitFor();
	await form().getByText('附件21.pdf：没有上传，最多 20 个附件').waitFor();
	assert.equal(await form().getByRole('button', { name: /^不附 / }).count(), 20);
	await form().getByLabel('符合', { exact: true }).check();
	await form().getByLabel('通过', { exact: true }).check();
	await form().getByRole('button', { name: '提交反馈' }).click();
	await page.getByText(`反馈已提交：${made.name}`).waitFor();
	const [download] = await Promise.all([page.waitForEvent('download'), pane().getByRole('link', { name: '现场“照片”; 第1页.pdf' }).click()]);
	assert.equal(download.suggestedFilename(), '现场“照片”; 第1页.pdf');
});

test('return: a reason and ten characters, said in place; then it is gone from the list of things to do', async () => {
	const made = await opened('示例退回用品二厂');
	await button('退回：').click();
	await form().getByRole('heading', { name: '退回这件告知' }).waitFor();
	await axe(page, 'the return form');
	await form().getByRole('button', { name: '确认退回' }).click();
	await form().getByText('请选择退回原因').waitFor();
	await form().getByText('请写明情况，至少 10 字').waitFor();
	assert.equal(await page.evaluate(() => document.activeElement.name), 'f-reason', 'the first fault has the focus');
	await axe(page, 'the return form with faults');
	await form().getByLabel('属地有误').check();
	await form().getByLabel('说明').fill('经营场所在');
	await form().getByText('还需 5 字').waitFor();
	await form().getByLabel('说明').fill('经营场所在罗庄区，应由罗庄区办理。');
	await form().getByRole('button', { name: '确认退回' }).click();
	await page.getByText('已退回：示例退回用品二厂').waitFor();
	await pane().getByText('经营场所在罗庄区，应由罗庄区办理。').first().waitFor();
	await pane().locator('.step-returned', { hasText: '属地有误' }).waitFor();
	assert.match(await pane().locator('.clocks').innerText(), /不再计时/);
	assert.doesNotMatch(await pane().locator('.clocks').innerText(), /已完成|剩/, 'a return is not the doing of it');
	const now = await stateOf(made);
	assert.equal(now.state, 'returned');
	assert.equal(now.returned.reason, 'wrong-region');
	await button('撤销上一步：').click();
	await form().getByRole('button', { name: '确认撤销' }).click();
	await page.getByText('已撤销上一步：示例退回用品二厂').waitFor();
	assert.equal((await stateOf(made)).state, 'open');
});

test('transfer: to a body of the list only; the hub\'s refusal stands at the field, in our words', async () => {
	const made = await opened('示例转办用品三厂');
	await button('转办：').click();
	await form().locator('datalist option').first().waitFor({ state: 'attached' });
	await axe(page, 'the transfer form');
	await form().getByLabel('接收单位').fill('没有这个局');
	await form().getByText('列表中没有这个名称').waitFor();
	await form().getByRole('button', { name: '确认转办' }).click();
	await form().getByText('请选择接收单位').waitFor();
	const { data: names } = await api('GET', '/policy/names');
	const city = names.bodies.find((b) => b.id === 'wjw-371300');
	await form().getByLabel('接收单位').fill(city.name);
	await page.route('**/transfer', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json',
		body: JSON.stringify({ type: 'about:blank', title: 'Invalid', status: 422, detail: 'x', errors: [{ pointer: '/to', detail: 'is no body that supervises' }] }) }));
	await form().getByRole('button', { name: '确认转办' }).click();
	await form().getByText('不是监管单位').waitFor();
	await page.unroute('**/transfer');
	await form().getByRole('button', { name: '确认转办' }).click();
	await page.getByText('已转办：示例转办用品三厂').waitFor();
	const now = await stateOf(made);
	assert.equal(now.state, 'transferred');
	assert.equal(now.transferred.to, 'wjw-371300');
});

test('what a bureau was asked to do it may hand to another bureau, and nobody else may', async () => {
	const made = await world.grant('示例再转用品一厂');
	const said = (verb, body) => api('POST', `/notices/${made.notice}/${verb}`, body);
	await said('claim', {});
	const alarm = (await said('feedback', { result: 'fails', disposal: 'enforce', checked_on: new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10), remark: 'x',
		penalty: { document: '罚〔2026〕1号', kind: '罚款', licence_revoked: false } })).data.made;
	for (const [user, notice, wanted] of [['spj', alarm, 1], ['wjw', made.notice, 0]]) {
		const theirs = await world.newPage();
		await world.signIn(theirs, user);
		await theirs.goto(`${world.url}/#/notice/${notice}`);
		await theirs.locator('.pane-foot').getByRole('button', { name: '转办：', exact: false }).click();
		await theirs.locator('form.act-form datalist option[value*="卫生健康"]').first().waitFor({ state: 'attached' });
		assert.equal(await theirs.locator('form.act-form datalist option[value="兰山区行政审批服务局"]').count(), wanted, user);
		await theirs.close();
	}
});

test('feedback with all it can hold, closing with it', async () => {
	const made = await opened('示例反馈用品四厂', 'claim');
	await button('反馈：').click();
	await form().getByLabel('不符合', { exact: true }).check();
	await form().getByLabel('责令整改').check();
	await form().getByLabel('有处罚或处理文书').check();
	await axe(page, 'the feedback form');
	await form().getByRole('button', { name: '提交反馈' }).click();
	await form().getByText('请填写整改期限').waitFor();
	await form().getByText('请填写文书号').waitFor();
	await form().getByLabel('整改期限').fill('2030-01-31');
	await form().getByLabel('文书号').fill('兰卫罚〔2026〕1号');
	await form().getByLabel('处罚种类').fill('警告');
	await form().getByLabel('说明（可不填）').fill('现场检查发现两处问题。');
	const file = (name, bytes) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
	await form().getByLabel('附件（可不填）').setInputFiles([file('现场 笔录.pdf', '%PDF-1.7\n%%EOF\n'), file('程序.pdf', 'MZ'), file('多余.png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0])]);
	await form().getByText('程序.pdf：不是 PDF、JPEG、PNG 或 OFD 文件').waitFor();
	await form().getByRole('button', { name: '不附 多余.png' }).click();
	await axe(page, 'the feedback form with files');
	await form().getByRole('button', { name: '提交反馈' }).click();
	await page.getByText('反馈已提交：示例反馈用品四厂').waitFor();
	await pane().getByText('不符合 · 责令整改').first().waitFor();
	const now = await stateOf(made);
	assert.equal(now.state, 'claimed');
	assert.deepEqual(now.feedback[0].penalty, { document: '兰卫罚〔2026〕1号', kind: '警告', licence_revoked: false });
	assert.equal(now.feedback[0].rectify_by, '2030-01-31');
	assert.deepEqual(now.feedback[0].files.map((f) => f.name), ['现场 笔录.pdf']);
	assert.equal(await pane().locator('.life li', { hasText: '笔录' }).innerText(), '现场 笔录.pdf 1 KB');
	const [download] = await Promise.all([page.waitForEvent('download'), pane().getByRole('link', { name: '现场 笔录.pdf' }).click()]);
	assert.equal(download.suggestedFilename(), '现场 笔录.pdf');
	assert.equal((await contentOf(download)).toString('utf8'), '%PDF-1.7\n%%EOF\n');
	await button('办结：').click();
	await form().getByRole('button', { name: '确认办结' }).click();
	await page.getByText('已办结：示例反馈用品四厂').waitFor();
	assert.equal((await stateOf(made)).state, 'closed');
});

test('revoking a licence warns that the deciding bureau will be told', async () => {
	const made = await opened('示例反馈用品五厂', 'claim');
	await button('反馈：').click();
	await form().getByLabel('不符合', { exact: true }).check();
	await form().getByLabel('立案查处').check();
	await form().getByText('提交后将另发告知给作出决定的审批局').waitFor();
	await form().getByLabel('同时办结这件告知').check();
	await form().getByRole('button', { name: '提交反馈' }).click();
	await page.getByText('反馈已提交：示例反馈用品五厂').waitFor();
	assert.equal((await stateOf(made)).state, 'closed');
});

test('somebody was first: the form says who, and keeps what was typed', async () => {
	const made = await opened('示例冲突用品六厂');
	await button('退回：').click();
	await form().getByLabel('其他', { exact: true }).check();
	await form().getByLabel('说明').fill('这段文字不应当丢失，请保留在表单中。');
	let arrived;
	const asked = new Promise((resolve) => { arrived = resolve; });
	let release;
	const held = new Promise((resolve) => { release = resolve; });
	await page.route('**/return', async (route) => { arrived(); await held; await route.continue(); });
	await form().getByRole('button', { name: '确认退回' }).click();
	await asked;
	assert.equal((await api('POST', `/notices/${made.notice}/claim`, {})).status, 200);
	release();
	await form().getByText(/wjw 已于 .* 先行办理，本次操作未生效：示例冲突用品六厂/).waitFor();
	await page.unroute('**/return');
	assert.equal(await form().getByLabel('说明').inputValue(), '这段文字不应当丢失，请保留在表单中。');
	assert.ok(await form().getByRole('button', { name: '确认退回' }).isDisabled(), 'a claimed notice is not returned');
	await page.keyboard.press('Escape');
	await form().waitFor({ state: 'detached' });
});

test('the keyboard opens the forms from the row, and the claimed row asks for its feedback', async () => {
	const made = await world.grant('示例键盘用品七厂');
	await page.goto(`${world.url}/#/inbox`);
	await page.reload();
	await rowOf(page, made).waitFor();
	await page.locator('.conn-live').waitFor();
	await rowOf(page, made).focus();
	await page.keyboard.press('r');
	await form().getByRole('heading', { name: '退回这件告知' }).waitFor();
	await page.keyboard.press('Escape');
	await form().waitFor({ state: 'detached' });
	await rowOf(page, made).focus();
	await page.keyboard.press('c');
	await rowOf(page, made).getByRole('button', { name: '反馈：示例键盘用品七厂' }).click();
	await form().getByRole('heading', { name: '监管反馈' }).waitFor();
	await axe(page, 'the inbox with a form');
	await page.keyboard.press('Escape');
});

test('the pool: what has no lead is claimed from it, and then is one\'s own', async () => {
	const event = world.eventOf('示例无主用品八厂');
	event.data.item = '999999999999';
	const { data } = await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	const made = { notice: data.notices[0].id };
	assert.match(data.notices[0].body, /^pool:/);
	await page.goto(`${world.url}/#/inbox?state=pool`);
	await rowOf(page, made).waitFor();
	await page.locator('.conn-live').waitFor();
	await axe(page, 'the pool');
	await rowOf(page, made).getByRole('button', { name: /^认领：/ }).click();
	await page.getByText('已认领：示例无主用品八厂').waitFor();
	await until('it is the body\'s own', async () => (await stateOf(made)).body === 'wjw-371302');
});

test('a morning without a mouse: signed in, taken, returned with a reason, fed back with a file; the focus always stands somewhere and is seen', async () => {
	const own = await world.newPage();
	const keys = own.keyboard;
	/** Somewhere, and marked; a heading that was sent the focus is marked by where it is. */
	const stands = (where) => until(`the focus stands somewhere and is seen, ${where}`, () => own.evaluate(() => {
		const at = document.activeElement;
		return at !== document.body && (/^(H\d|MAIN)$/.test(at.tagName) || getComputedStyle(at).outlineStyle === 'solid');
	}));
	const [wrong, good] = [await world.grant('示例晨间用品一厂'), await world.grant('示例晨间用品二厂')];
	await own.goto(`${world.url}/#/inbox`);
	await own.locator('#user').waitFor();
	await stands('at the sign-in');
	for (const key of ['wjw', 'Tab', 'wjw', 'Enter'])
		await (key.length > 3 || key === 'Tab' ? keys.press(key) : keys.type(key));
	await rowOf(own, good).waitFor();
	await own.locator('.conn-live').waitFor();
	for (let tabs = 0; !await own.evaluate(() => document.activeElement.matches('tr[data-id]')); tabs++) {
		assert.ok(tabs < 45, 'the list is within reach of the Tab key');
		await keys.press('Tab');
		await stands(`after ${tabs} tabs`);
	}
	const toRow = async (made) => {
		await keys.press('Home');
		await until('the row is reached', async () => await own.evaluate(() => document.activeElement.dataset.id) === made.notice
			|| await keys.press('ArrowDown').then(() => false));
		await stands('at the row');
	};
	const formOf = own.locator('form.act-form');
	const tabTo = async (locator) => {
		for (let tabs = 0; !await locator.evaluate((e) => e === document.activeElement); tabs++) {
			assert.ok(tabs < 20, 'within reach');
			await keys.press('Tab');
		}
		await stands('in the form');
	};
	await toRow(wrong);
	await keys.press('r');
	await until('the form has the focus', () => formOf.evaluate((f) => f.contains(document.activeElement)));
	await tabTo(formOf.getByLabel('不属于本部门监管职责'));
	await keys.press('ArrowDown');
	assert.ok(await formOf.getByLabel('属地有误').isChecked());
	await tabTo(formOf.getByLabel('说明'));
	await keys.type('经营场所在罗庄区，应由罗庄区办理。');
	await tabTo(formOf.getByRole('button', { name: '确认退回' }));
	await keys.press('Enter');
	await own.getByText(`已退回：${wrong.name}`).waitFor();
	await formOf.waitFor({ state: 'detached' });
	await stands('after the return');
	await keys.press('Escape');
	await until('the focus is on a row', () => own.evaluate(() => document.activeElement.matches('tr[data-id]')));
	await toRow(good);
	await keys.press('c');
	await own.getByText(`已认领：${good.name}`).waitFor();
	await stands('after claiming');
	await keys.press('f');
	await until('the form has the focus', () => formOf.evaluate((f) => f.contains(document.activeElement)));
	await tabTo(formOf.getByLabel('符合', { exact: true }));
	await keys.press('Space');
	await tabTo(formOf.getByLabel('通过', { exact: true }));
	await keys.press('Space');
	await formOf.getByLabel('附件（可不填）').setInputFiles({ name: '笔录.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n%%EOF\n') });
	await formOf.getByRole('button', { name: '不附 笔录.pdf' }).waitFor();
	await tabTo(formOf.getByRole('button', { name: '提交反馈' }));
	await keys.press('Enter');
	await own.getByText(`反馈已提交：${good.name}`).waitFor();
	await formOf.waitFor({ state: 'detached' });
	await stands('after the feedback');
	assert.deepEqual((await stateOf(good)).feedback[0].files.map((f) => f.name), ['笔录.pdf']);
	const help = own.locator('.top-right button').last();
	await help.focus();
	await keys.press('Enter');
	await own.locator('dialog[open]').waitFor();
	await stands('in the help');
	await keys.press('Escape');
	await until('the help gives the focus back', () => help.evaluate((e) => e === document.activeElement));
	assert.ok(await own.locator('[role=status]').count() > 0, 'what happens is said to who does not see it');
	await own.context().close();
});
