// The hub comes back with another page: who may be typing is told and reloads when ready, a wall does it by itself; with the same page nothing is said.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { axe, noSideways, openWorld, until } from './world.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tandem-page-'));
cpSync(fileURLToPath(new URL('../../dashboard/dist', import.meta.url)), folder, { recursive: true });
let world;
before(async () => { world = await openWorld({ settings: { TANDEM_DASHBOARD: folder } }); });
after(async () => {
	await world?.close();
	rmSync(folder, { recursive: true, force: true });
});

/** Another style sheet is as much another page as another script, and needs no build. */
function renew()
{
	const sheet = readdirSync(join(folder, 'assets')).find((name) => name.endsWith('.css'));
	cpSync(join(folder, 'assets', sheet), join(folder, 'assets', 'first-renewed.css'));
	const index = join(folder, 'index.html');
	writeFileSync(index, readFileSync(index, 'utf8').replace(sheet, 'first-renewed.css'));
	for (const coding of ['br', 'gz'])
		rmSync(`${index}.${coding}`);
}

async function restart()
{
	await world.kill();
	await world.start();
}

const isNew = (page) => page.evaluate(() => document.querySelector('link[rel=stylesheet]').href.endsWith('/first-renewed.css'));
const banner = (page) => page.locator('.banner', { hasText: '页面有新版本' });

test('with the same page nothing is said', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'wjw');
	await page.locator('.conn-live').waitFor();
	const looked = page.waitForResponse((r) => r.url() === `${world.url}/`);
	await restart();
	assert.ok([200, 304].includes((await looked).status()));
	await page.locator('.conn-live').waitFor();
	assert.equal(await page.locator('.banner').count(), 0);
	await page.context().close();
});

test('with another it is said and stays said; nothing is reloaded under the hands of who types, and all at a wall', async () => {
	const made = await world.grant('示例新版用品厂');
	const [clerk, officer, wall] = [await world.newPage(), await world.newPage(), await world.newPage({ width: 1920, height: 1080 })];
	await world.signIn(clerk, 'wjw', `#/inbox?n=${made.notice}`);
	await clerk.locator('.conn-live').waitFor();
	await clerk.locator('.pane-foot').getByRole('button', { name: '退回：' }).click();
	await clerk.locator('#f-remark').fill('不属于本单位的职责');
	await world.signIn(officer, 'spj', '#/submit');
	await officer.locator('.conn-live').waitFor();
	await world.signIn(wall, 'lxhy', '#/board');
	await wall.goto(`${world.url}/#/screen`);
	await wall.locator('.screen .heat td a').first().waitFor();
	for (const page of [clerk, officer, wall])
		await page.evaluate(() => { window.sameAsBefore = true; });

	renew();
	await restart();
	for (const page of [officer, wall]) // they ask only now and then; that the line was gone they learn from the browser
		await page.evaluate(() => { dispatchEvent(new Event('offline')); dispatchEvent(new Event('online')); });
	for (const page of [clerk, officer]) {
		await banner(page).waitFor();
		assert.deepEqual([await isNew(page), await page.evaluate(() => window.sameAsBefore)], [false, true]);
	}
	assert.equal(await clerk.locator('#f-remark').inputValue(), '不属于本单位的职责');
	await axe(clerk, 'a new version');
	if (process.env.SHOTS)
		await clerk.screenshot({ path: `${process.env.SHOTS}/renewed.png` });
	await clerk.setViewportSize({ width: 320, height: 640 });
	await noSideways(clerk, 'a new version at 320');
	await until('the wall has the new page', () => isNew(wall).catch(() => false));
	await wall.locator('.screen .heat td a').first().waitFor();
	assert.equal(await wall.locator('.banner').count(), 0);

	await banner(officer).getByRole('button', { name: '重新载入' }).click();
	await until('the new page is there', () => isNew(officer).catch(() => false));
	await officer.locator('.conn-live').waitFor();
	const looked = officer.waitForResponse((r) => r.url() === `${world.url}/`);
	await officer.evaluate(() => { dispatchEvent(new Event('offline')); dispatchEvent(new Event('online')); });
	await looked;
	await officer.locator('.conn-live').waitFor();
	assert.equal(await officer.locator('.banner').count(), 0);
});
