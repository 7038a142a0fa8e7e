// The joint meeting: what waits for it, the minutes of it, and what became of what it decided; a ruling that becomes a rule.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, contentOf, hasFocus, noSideways, openWorld, until } from './world.mjs';

let world;
let office;
let api;
before(async () => {
	world = await openWorld();
	office = await world.newPage();
	api = await world.as('lxhy');
	await world.signIn(office, 'lxhy');
});
after(() => world?.close());

const part = (name) => office.locator(`[data-part="${name}"]`);
const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);

/** An event without a known item: nobody leads, and it is a dispute. */
async function contested(name, item = '999999999999')
{
	const event = world.eventOf(name);
	event.data.item = item;
	const { data } = await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	return until('the dispute is listed', async () => (await api('GET', '/disputes?state=open')).data.items.find((d) => d.event === data.event));
}

async function toEnglish(page)
{
	await page.getByRole('button', { name: 'English', exact: true }).click();
	await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

test('the agenda names what waits, and each line leads to the list that was counted', async () => {
	await contested('示例会议用品一厂');
	const made = await world.grant('示例会议用品二厂');
	assert.equal((await (await world.as('wjw'))('POST', `/notices/${made.notice}/return`, { reason: 'not-our-remit', remark: '不属于本部门监管职责' })).status, 200);
	await office.getByRole('link', { name: '联席会议', exact: true }).click();
	await part('unmatched').getByRole('link', { name: '999999999999' }).waitFor();
	const { data: agenda } = await api('GET', '/meetings/agenda');
	const most = agenda.returns[0];
	await part('returns').getByText(`收到 ${most.sent} 件，退回 ${most.returned} 件`).first().waitFor();
	await axe(office, 'the agenda');
	await noSideways(office, 'the agenda');
	await part('returns').getByRole('link').first().click();
	await office.getByText(`共 ${most.returned} 件`).waitFor();
	await office.goBack();
	await part('unmatched').getByRole('link', { name: '999999999999' }).click();
	await office.getByText(`共 ${agenda.unmatched[0].events} 件`).waitFor();
});

test('minutes are written with who does what until when, and followed up', async () => {
	await office.goto(`${world.url}/#/meetings`);
	await office.getByRole('button', { name: '撰写纪要' }).click();
	const form = office.locator('form.act-form');
	await form.locator('#m-title').fill('');
	await form.getByRole('button', { name: '保存纪要' }).click();
	for (const fault of ['请填写会议名称', '请写明决定事项', '请选择责任单位', '请填写不早于会议的日期'])
		await form.getByText(fault).waitFor();
	await hasFocus(office, 'm-title');
	await axe(office, 'minutes with faults');
	await form.locator('#m-title').fill('十一月联席会议');
	await form.locator('textarea').fill('明确医疗机构监管职责边界');
	await form.locator('datalist option').first().waitFor({ state: 'attached' });
	await form.locator('input[id^="m-owner-"]').fill('兰山区卫生健康局');
	await form.locator('input[id^="m-due-"]').fill(today());
	await form.getByRole('button', { name: '再加一项决定' }).click();
	const second = form.locator('fieldset').nth(1);
	await second.getByLabel('决定事项').fill('更新联络员名单');
	await second.getByLabel('责任单位').fill('兰山区市场监督管理局');
	await second.getByLabel('完成期限').fill(today());
	await form.getByRole('button', { name: '保存纪要' }).click();
	await office.getByText('纪要已保存').waitFor();
	await office.getByRole('heading', { level: 1, name: '十一月联席会议' }).waitFor();
	await axe(office, 'the minutes');
	const row = office.locator('tr[data-decision]').first();
	await row.getByRole('button', { name: /^办结：/ }).click();
	await row.getByLabel('如何办结（可不填）').fill('已印发清单');
	await row.getByRole('button', { name: '办结', exact: true }).click();
	await row.getByText('已印发清单').waitFor();
	const id = (await office.evaluate(() => location.hash)).split('/')[2];
	const { data } = await api('GET', `/meetings/${id}`);
	assert.deepEqual(data.decisions.map((d) => [d.owner.id, d.due, d.done?.remark ?? null]), [['wjw-371302', today(), '已印发清单'], ['scjg-371302', today(), null]]);
	const [sheet] = await Promise.all([office.waitForEvent('download'), office.getByRole('button', { name: '导出为 CSV' }).last().click()]);
	assert.match(sheet.suggestedFilename(), /^联席会议纪要_\d{8}-\d{4}\.csv$/);
	const text = (await contentOf(sheet)).toString('utf8');
	assert.ok(text.startsWith('\ufeff') && text.includes('"明确医疗机构监管职责边界","兰山区卫生健康局"') && /"lxhy","已印发清单"/.test(text), text);
	// Somebody else has been here meanwhile: that is said, and nothing is overwritten.
	assert.equal((await api('POST', `/decisions/${id}.1/done`, { remark: '别处已办' })).status, 200);
	await office.locator('tr[data-decision]').nth(0).getByRole('button', { name: /^撤销办结/ }).click();
	await office.getByText('纪要刚刚有变化').waitFor();
	await office.getByText('别处已办').waitFor();
	assert.ok((await api('GET', `/meetings/${id}`)).data.decisions[0].done);
	await office.locator('tr[data-decision]').nth(0).getByRole('button', { name: /^撤销办结/ }).click();
	await office.getByText('已撤销办结').waitFor();
	await office.getByRole('link', { name: '← 联席会议' }).click();
	await part('decisions').getByRole('link', { name: '明确医疗机构监管职责边界' }).waitFor();
	await office.locator(`[data-meeting="${id}"]`).getByText('共 2 项，未办结 1 项').waitFor();
});

test('printed it is paper: nothing to press, nothing cut off', async () => {
	await office.emulateMedia({ media: 'print' });
	const visible = () => office.$$eval('button, nav, form', (all) => all.filter((x) => x.checkVisibility?.() ?? x.offsetParent).length);
	assert.equal(await visible(), 0, 'the agenda');
	const pdf = await office.pdf({ preferCSSPageSize: true });
	assert.match(pdf.toString('latin1'), /\/MediaBox \[0 0 59[45](\.\d+)? 84[12]/, 'A4');
	await office.emulateMedia({ media: null });
});

test('a ruling becomes a row of the policy, and leads to its version', async () => {
	const d = await contested('示例会议用品三厂', '888888888888');
	assert.equal((await api('POST', `/disputes/${d.id}/ruling`, { body: 'wjw-371302', basis: '联席会议纪要〔2026〕13号' })).status, 200);
	await office.goto(`${world.url}/#/dispute/${d.id}`);
	await office.getByRole('heading', { name: '裁定转为规则' }).waitFor();
	await office.getByRole('button', { name: '起草规则行' }).click();
	await office.getByRole('heading', { name: /^已起草为版本/ }).waitFor();
	const drafted = office.locator('section.part', { has: office.locator('#draft-title') });
	await drafted.getByText('联席会议纪要〔2026〕13号').waitFor();
	await axe(office, 'a ruling that was drafted');
	await drafted.getByRole('link', { name: /前往该版本/ }).click();
	await office.locator('.acts button').first().waitFor();
	const version = decodeURIComponent((await office.evaluate(() => location.hash)).split('/')[2]);
	assert.equal((await api('GET', `/policy/versions/${encodeURIComponent(version)}`)).data.dispute, d.id);
});

test('where the policy in force says so already, that is said', async () => {
	const d = await contested('示例会议用品四厂', '777777777777');
	assert.equal((await api('POST', `/disputes/${d.id}/ruling`, { body: 'wjw-371302', basis: '纪要' })).status, 200);
	const said = { type: 'urn:tandem:problem:conflict', title: 'Conflict', status: 409, detail: 'The policy in force decides such events so already', code: 'ruling-same', zh: '现行政策对这类办件已按裁定研判' };
	await office.route('**/draft', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(said) }));
	await office.goto(`${world.url}/#/dispute/${d.id}`);
	await office.getByRole('button', { name: '起草规则行' }).click();
	await office.getByText('现行政策对这类办件已按裁定研判').waitFor();
	await office.unroute('**/draft');
});

test('a date in the agenda is never divided', async () => {
	assert.equal((await api('POST', '/meetings', { date: today(), title: '示例会议', decisions: [{ text: '更新联络员名单', owner: 'wjw-371302', due: '2030-12-31' }] })).status, 201);
	const narrow = await world.newPage({ width: 390, height: 844 });
	await world.signIn(narrow, 'lxhy', '#/meetings');
	await narrow.locator('[data-part=decisions] li').first().waitFor();
	for (const width of [390, 360, 340, 320]) {
		await narrow.setViewportSize({ width, height: 844 });
		assert.deepEqual(await narrow.evaluate(() => {
			const cut = [];
			const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
			while (walk.nextNode())
				for (const { index, 0: date } of walk.currentNode.data.matchAll(/\d{4}-\d\d-\d\d/g)) {
					const range = document.createRange();
					range.setStart(walk.currentNode, index);
					range.setEnd(walk.currentNode, index + date.length);
					if (range.getClientRects().length > 1)
						cut.push(`${date} in ${walk.currentNode.data}`);
				}
			return cut;
		}), [], `at ${width}`);
	}
	await narrow.context().close();
});

test('in English, on a phone too; who only answers for a body has no such page in the list', async () => {
	const phone = await world.newPage({ width: 390, height: 844 });
	await world.signIn(phone, 'lxhy', '#/meetings');
	await toEnglish(phone);
	await phone.getByRole('heading', { name: 'Agenda of the next meeting' }).waitFor();
	await phone.locator('[data-part=unmatched] a').first().waitFor();
	await axe(phone, 'the agenda in English');
	await noSideways(phone, 'the agenda on a phone');
	await phone.getByRole('button', { name: 'Write minutes' }).click();
	await phone.locator('form.act-form datalist option').first().waitFor({ state: 'attached' });
	await axe(phone, 'the form in English');
	await noSideways(phone, 'the form on a phone');
	await phone.locator('[data-meeting] a').first().click();
	await phone.locator('tr[data-decision]').first().waitFor();
	await axe(phone, 'the minutes in English');
	await noSideways(phone, 'the minutes on a phone');
	const bureau = await world.newPage();
	await world.signIn(bureau, 'spj');
	assert.equal(await bureau.getByRole('link', { name: '联席会议', exact: true }).count(), 0);
});
