// A session ends: it is said before, it can be made to last, and what was typed is there when the same person is back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, hasFocus, noSideways, openWorld, until } from './world.mjs';

let world;
before(async () => { world = await openWorld(); });
after(() => world?.close());

/** As it ends at the hub, whoever ended it; the page is told nothing but that. */
async function endSession(page)
{
	const cookies = await page.context().cookies();
	const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
	const answer = await fetch(`${world.url}/api/v1/session`, { method: 'DELETE', headers: { Cookie: cookie, Origin: world.url } });
	assert.equal(answer.status, 204);
}

async function signInHere(page, user)
{
	await page.locator('#user').fill(user);
	await page.locator('#password').fill(user);
	await page.getByRole('button', { name: '登录', exact: true }).click();
}

async function writeReturn(page, name)
{
	const made = await world.grant(name);
	await page.goto(`${world.url}/#/inbox?n=${made.notice}`);
	await page.locator('.conn-live').waitFor();
	await page.locator('.pane-foot').getByRole('button', { name: '退回：' }).click();
	await page.getByLabel('属地有误').check();
	await page.locator('#f-remark').fill('不属于本单位的职责，请另行确定');
	return made;
}

test('two minutes before, the page says when it ends, and one touch makes it last', async () => {
	const page = await world.newPage();
	let ends = Date.now() + 100_000;
	await page.route('**/api/v1/me', async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...await response.json(), ...ends ? { until: new Date(ends).toISOString() } : {} } });
	});
	await world.signIn(page, 'wjw');
	const banner = page.locator('.banner');
	await banner.waitFor();
	const time = new Date(ends + 8 * 3600_000).toISOString().slice(11, 19);
	assert.equal(await banner.getByRole('alert').innerText(), `登录将于 ${time} 到期，填写的内容会保留。`);
	await axe(page, 'the session ends soon');
	await page.getByRole('button', { name: 'English' }).click();
	await banner.getByText(`Your session ends at ${time}; what you typed is kept.`).waitFor();
	await page.setViewportSize({ width: 320, height: 600 });
	await noSideways(page, 'the session ends soon, English, at 320');
	ends = 0;
	await banner.getByRole('button', { name: 'Stay signed in' }).click();
	await banner.waitFor({ state: 'detached' });
	await page.context().close();
});

test('what was typed is hidden when the session ends, and there again for who signs in again', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'wjw');
	const made = await writeReturn(page, '示例到期用品厂');
	await page.locator('#f-remark').focus();
	await endSession(page);
	await page.locator('#user').waitFor();
	await page.locator('p[role=status]', { hasText: '登录已到期，请重新登录，填写的内容还在。' }).waitFor();
	assert.doesNotMatch(await page.locator('body').innerText(), /示例到期用品厂/);
	await hasFocus(page, 'user');
	await axe(page, 'signed out by the hub');
	await signInHere(page, 'wjw');
	await page.locator('#user').waitFor({ state: 'detached' });
	assert.equal(await page.locator('#f-remark').inputValue(), '不属于本单位的职责，请另行确定');
	await until('the focus is back', () => page.evaluate(() => document.activeElement.id === 'f-remark'));
	await page.locator('.conn-live').waitFor();
	await page.getByRole('button', { name: '确认退回' }).click();
	await page.getByText(`已退回：${made.name}`).waitFor();
	await page.context().close();
});

test('who has no inbox learns of it too', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'spj', '#/submit');
	const name = page.getByLabel('企业名称').first();
	await name.fill('示例补交用品厂');
	await endSession(page);
	await page.locator('#user').waitFor({ timeout: 60_000 });
	await signInHere(page, 'spj');
	await page.locator('#user').waitFor({ state: 'detached' });
	assert.equal(await name.inputValue(), '示例补交用品厂');
	await page.context().close();
});

test('help that stands open does not bar the way back', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'wjw');
	await page.locator('.conn-live').waitFor();
	await page.getByRole('button', { name: '帮助' }).click();
	await page.getByRole('dialog').waitFor();
	await endSession(page);
	await page.locator('#user').waitFor();
	await signInHere(page, 'wjw');
	await page.locator('#user').waitFor({ state: 'detached' });
	await page.context().close();
});

test('an answer that comes late, to what was asked before, does not end the session that has begun since', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'wjw');
	const made = await world.grant('示例迟到用品厂');
	let answer = () => undefined;
	const asked = new Promise((seen) => page.route(`**/api/v1/notices/${made.notice}`, async (route) => {
		const late = new Promise((fn) => { answer = fn; });
		seen();
		await late;
		await route.fulfill({ status: 401, contentType: 'application/problem+json', json: { status: 401, title: 'Not signed in' } });
	}, { times: 1 }));
	await page.goto(`${world.url}/#/inbox?n=${made.notice}`);
	await asked;
	await endSession(page);
	await page.locator('#user').waitFor();
	await signInHere(page, 'wjw');
	await page.locator('#user').waitFor({ state: 'detached' });
	const came = page.waitForResponse((response) => response.status() === 401);
	answer();
	await (await came).finished();
	assert.equal(await page.evaluate(async () => (await fetch('/api/v1/me')).status), 200, 'and the page has read what came before');
	await page.locator('.pane-foot').getByRole('button', { name: '退回：' }).waitFor();
	assert.equal(await page.locator('#user').count(), 0);
	await page.context().close();
});

test('nobody else finds it', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'wjw');
	await writeReturn(page, '示例换人用品厂');
	await endSession(page);
	await page.locator('#user').waitFor();
	await signInHere(page, 'spj');
	await page.locator('.who', { hasText: 'spj' }).waitFor();
	await page.locator('.conn-live').waitFor();
	assert.equal(await page.locator('#f-remark').count(), 0);
	await page.context().close();
});
