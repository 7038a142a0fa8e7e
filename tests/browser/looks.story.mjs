// Both languages, all sizes, every page: nothing to scroll sideways, nothing for axe to find. With SHOTS set to a folder, pictures too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld, rowOf, until } from './world.mjs';

// A page is walked to once and then drawn in every width; 683 px is what 200 % leaves of an office screen. English is the longer
// language, so the widths between are tried in it alone. The other stories put axe to the Chinese pages.
const OFFICE = { width: 1366, height: 768 };
const SIZES = {
	zh: [OFFICE, { width: 390, height: 844 }],
	en: [OFFICE, { width: 1024, height: 768 }, { width: 683, height: 384 }, { width: 390, height: 844 }, { width: 320, height: 640 }],
};
let world;
let made;
let version;
before(async () => {
	world = await openWorld();
	made = await world.grant('示例消毒用品有限公司');
	await world.grant('示例托育服务有限公司兰山区银雀山街道第一分公司');
	const done = await world.grant('示例公共浴室');
	const api = await world.as('wjw');
	await api('POST', `/notices/${done.notice}/acknowledge`, {});
	const contested = world.eventOf('示例无主用品厂');
	contested.data.item = '999999999999';
	await (await world.as('spj'))('POST', '/events', contested, 'application/cloudevents+json');
	version = await world.propose(1, '住建部门须知悉消毒产品生产许可，以便核查厂房用途');
	const admin = await world.as('admin');
	const path = `/policy/versions/${encodeURIComponent(version)}`;
	assert.equal((await admin('POST', `${path}/approve`, { why: '已会商' })).status, 200);
	assert.equal((await admin('POST', `${path}/shadow`, { on: true })).status, 200);
	await world.grant('示例并行研判用品厂');
	await api('POST', `/notices/${(await world.grant('示例退回用品厂')).notice}/return`, { reason: 'not-our-remit', remark: '不属于本部门监管职责' });
	const day = (n) => new Date(Date.now() + 8 * 3600_000 + n * 86_400_000).toISOString().slice(0, 10);
	assert.equal((await (await world.as('lxhy'))('POST', '/meetings', { date: day(-20), title: '审管联动第三次联席会议', decisions: [
		{ text: '明确“服务窗口前移”事项的属地监管单位，并报市政府职能办备案', owner: 'wjw-371302', due: day(-2) },
		{ text: '更新各单位联络员名单', owner: 'scjg-371302', due: day(20) }] })).status, 201);
	assert.equal((await admin('PUT', '/bodies/wjw-371302/contacts', { people: [
		{ name: '联络员甲', post: 'liaison', phone: '13900000021', hours: '09:00-17:30', checked_on: '2026-11-01' },
		{ name: '科长乙', post: 'section-head', phone: '13900000022', email: 'yi@example.invalid', leave: [{ from: '2026-01-01', to: '2030-01-31', substitute: '联络员甲' }] }] })).status, 200);
});
after(() => world?.close());

/** Drawn anew in another width: what measures itself has done so after the second frame. */
async function redrawn(page, size)
{
	await page.setViewportSize(size);
	await page.waitForFunction((width) => innerWidth === width, size.width);
	await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
}

/** What is pressed in the head stands in one line, and what sticks to the foot does not hide what it is for. */
async function inOrder(page, where, { width })
{
	const { lines, title } = await page.evaluate(() => {
		const head = document.querySelector('.pane-title');
		head?.scrollIntoView();
		const { left, top, height } = head?.getBoundingClientRect() ?? {};
		const on = head && document.elementFromPoint(left + 5, top + height / 2);
		return { lines: new Set([...document.querySelectorAll('.top .quiet')].map((x) => Math.round(x.getBoundingClientRect().top))).size, title: !head || head.contains(on) };
	});
	assert.ok(lines <= 1 || width < 390, `${where}: the head has ${lines} lines of buttons`);
	assert.ok(title || await page.locator('dialog[open]').count() > 0, `${where}: the title of the notice is covered`);
}

async function look(page, name, language)
{
	for (const size of SIZES[language]) {
		await redrawn(page, size);
		await noSideways(page, `${name} at ${size.width}`);
		await inOrder(page, `${name} at ${size.width}`, size);
		if (process.env.SHOTS)
			await page.screenshot({ path: `${process.env.SHOTS}/${name}-${language}-${size.width}.png` });
	}
	await inLargest(page, name, SIZES[language].slice(-1)[0]);
	await redrawn(page, OFFICE);
	if (language === 'en')
		await axe(page, name);
}

/** In the largest letters, where there is the least room for them. */
async function inLargest(page, name, size)
{
	const letters = (of) => page.evaluate((x) => { document.documentElement.style.fontSize = x; }, of);
	await letters('112.5%');
	await redrawn(page, size);
	await noSideways(page, `${name} at ${size.width}, in the largest letters`);
	if (process.env.SHOTS)
		await page.screenshot({ path: `${process.env.SHOTS}/${name}-largest-${size.width}.png` });
	await letters('');
}

/** What is done with a notice moves none of those below it, where its names leave it in one line. */
async function evenRows(page)
{
	await redrawn(page, { width: 1440, height: 900 });
	const rows = [rowOf(page, made), ...['acknowledged', 'returned'].map((state) => page.locator(`.notices [data-state=${state}]`).first())];
	const heights = await Promise.all(rows.map(async (row) => (await row.boundingBox()).height));
	assert.equal(new Set(heights).size, 1, `open, acknowledged and returned are of one height: ${heights}`);
	await redrawn(page, OFFICE);
}

async function tour(page, language)
{
	await page.goto(`${world.url}/#/inbox`);
	await rowOf(page, made).waitFor();
	await page.locator('.conn-live').waitFor();
	await look(page, 'inbox', language);
	await rowOf(page, made).getByRole('checkbox').check();
	await page.locator('.bulk button').first().waitFor();
	await look(page, 'bulk', language);
	await page.locator('.bulk button').last().click();
	await rowOf(page, made).getByRole('link').click();
	await page.locator('.inbox-pane .timeline li').first().waitFor();
	await look(page, 'detail', language);
	await page.locator('.pane-foot .acts').last().getByRole('button').first().click();
	await page.locator('form.act-form').waitFor();
	await look(page, 'form', language);
	await page.keyboard.press('Escape');
	await page.locator('form.act-form').waitFor({ state: 'detached' });
	await page.keyboard.press('Escape');
	await page.goto(`${world.url}/#/inbox?state=all`);
	await page.locator('.notices [data-state=returned]').waitFor();
	await evenRows(page);
	await page.goto(`${world.url}/#/inbox?scope=me`);
	await page.locator('.notices [data-state=acknowledged]').first().waitFor();
	await look(page, 'mine', language);
	await page.goto(`${world.url}/#/inbox?scope=me&state=closed`);
	await page.locator('.empty').waitFor();
	await look(page, 'empty', language);
	await page.goto(`${world.url}/#/search?q=${encodeURIComponent('示例')}`);
	await page.locator('.hit').first().waitFor();
	await look(page, 'search', language);
	await page.goto(`${world.url}/#/case/${made.case}`);
	await page.locator('.timeline li').first().waitFor();
	await look(page, 'case', language);
	await page.locator('.top-right button').last().click();
	await page.locator('dialog[open]').waitFor();
	await look(page, 'help', language);
	await page.keyboard.press('Escape');
	await until('the dialog gives the focus back', () => page.evaluate(() => document.activeElement === [...document.querySelectorAll('.top-right button')].pop()));
	await page.locator('.who').click();
	await page.locator('form.narrow button').click();
	await page.locator('#password-new-fault').waitFor();
	await look(page, 'password', language);
}

/** What the coordinator sees: the board, a list behind a number, the disputes and one of them. */
async function officeTour(page, language)
{
	await page.goto(`${world.url}/#/board`);
	await page.locator('.trend circle').first().waitFor();
	await page.locator('.heat td a').first().waitFor();
	await page.locator('[data-need=disputes] strong', { hasText: /\d/ }).waitFor();
	await look(page, 'board', language);
	await page.goto(`${world.url}/#/reports`);
	await page.locator('ol.report-list li').first().waitFor();
	await look(page, 'report', language);
	await page.goto(`${world.url}/#/list?figure=sent`);
	await page.locator('tr[data-id]').first().waitFor();
	await look(page, 'list', language);
	await page.goto(`${world.url}/#/disputes`);
	await page.locator('tr[data-dispute]').first().waitFor();
	await look(page, 'disputes', language);
	await page.locator('tr[data-dispute] a').first().click();
	await page.locator('.act-form').waitFor();
	await look(page, 'dispute', language);
	await page.goto(`${world.url}/#/meetings`);
	await page.locator('[data-part=returns] a').first().waitFor();
	await look(page, 'meetings', language);
	await page.locator('.page-head button.primary').click();
	await page.locator('form.act-form datalist option').first().waitFor({ state: 'attached' });
	await look(page, 'minutes-form', language);
	await page.locator('[data-meeting] a').first().click();
	await page.locator('tr[data-decision]').first().waitFor();
	await look(page, 'minutes', language);
	await page.goto(`${world.url}/#/reconcile`);
	await page.locator('tr[data-department]').first().waitFor();
	await look(page, 'reconcile', language);
	await page.goto(`${world.url}/#/notice/${made.notice}`);
	await page.locator('.pane-foot .acts button').click();
	await page.locator('form.act-form #f-until').waitFor();
	await look(page, 'pause', language);
	await page.goto(`${world.url}/#/policies`);
	await page.locator('.shadow dd').first().waitFor();
	await look(page, 'policies', language);
	await page.goto(`${world.url}/#/version/${encodeURIComponent(version)}`);
	await page.locator('.acts button').first().waitFor();
	await look(page, 'version', language);
	await page.locator('.acts button').first().click();
	await page.locator('#v-when').waitFor();
	await page.locator('section.part form').first().locator('button').click();
	await page.locator('.line-added').first().waitFor();
	await look(page, 'version-form', language);
}

/** What the bureau sees: the search before it is asked, a submission with its trial, and the policy. */
async function bureauTour(page, language)
{
	await page.goto(`${world.url}/#/search`);
	await page.locator('.hit').first().waitFor();
	await look(page, 'recent', language);
	for (const name of ['submit', 'policy']) {
		await page.goto(`${world.url}/#/${name}`);
		await page.locator('#e-item-list option').first().waitFor({ state: 'attached' });
		await page.locator('#e-item').fill('370123020001');
		await page.locator('#e-region').fill('兰山区');
		await page.locator('.told-list li').first().waitFor();
		if (name === 'policy') {
			await page.locator('#p-body').fill('罗庄区卫生健康局');
			await page.locator('.reasons li').first().waitFor();
			await page.locator('.told-table tbody tr').first().waitFor();
		}
		await look(page, name, language);
	}
}

/** What the administrator sees: a body's contacts, to read and to change, and the hand-over. */
async function adminTour(page, language)
{
	await page.goto(`${world.url}/#/bodies?body=wjw-371302`);
	await page.locator('[data-contact]').first().waitFor();
	await look(page, 'contacts', language);
	await page.locator('.acts button').click();
	await page.locator('fieldset.contact').first().waitFor();
	await look(page, 'contacts-form', language);
	await page.reload();
	await page.locator('#h-from').fill('wjw');
	await page.locator('#h-to').fill('wjw2');
	await page.locator('#h-to').press('Enter');
	await page.locator('.sure').waitFor();
	await look(page, 'handover', language);
}

/** Text that is neither translated nor marked as data. */
function chineseLeft(page)
{
	return page.evaluate(() => {
		const left = [];
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const at = walk.currentNode.parentElement;
			if (at.tagName !== 'NOSCRIPT' && /[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]/.test(walk.currentNode.data) && at.closest('[lang]').lang !== 'zh-CN')
				left.push(walk.currentNode.data.trim());
		}
		return left;
	});
}

/** A person's pages, in Chinese and then in English. */
async function inBoth(user, tourOf)
{
	const page = await world.newPage(OFFICE);
	await world.signIn(page, user);
	await tourOf(page, 'zh');
	await page.getByRole('button', { name: 'English', exact: true }).click();
	await page.getByRole('button', { name: 'Sign out' }).waitFor();
	await tourOf(page, 'en');
	assert.deepEqual(await chineseLeft(page), [], 'nothing Chinese is left but data marked as such');
	return page;
}

test('the sign-in page', async () => {
	const page = await world.newPage(OFFICE);
	await page.goto(world.url);
	await page.locator('#user').waitFor();
	await look(page, 'signin', 'zh');
	await page.context().close();
});
test('a department', async () => (await inBoth('wjw', tour)).context().close());
test('the bureau', async () => (await inBoth('spj', bureauTour)).context().close());
test('the administrator', async () => (await inBoth('admin', adminTour)).context().close());
test('the coordinator', async () => {
	const page = await inBoth('lxhy', officeTour);
	await page.goto(`${world.url}/#/reports`);
	await page.locator('ol.report-list li').first().waitFor();
	assert.deepEqual(await chineseLeft(page), [], 'the report');
	await page.goto(`${world.url}/#/board`);
	await page.locator('.trend circle').first().waitFor();
	assert.deepEqual(await chineseLeft(page), [], 'the board');
	await page.context().close();
});
