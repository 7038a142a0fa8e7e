// Both languages, all sizes, every page: nothing to scroll sideways, nothing for axe to find. With SHOTS set to a folder, pictures too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld, rowOf } from './world.mjs';

const SIZES = [{ width: 1366, height: 768 }, { width: 1024, height: 768 }, { width: 390, height: 844 }, { width: 320, height: 640 }];
let world;
let made;
before(async () => {
	world = await openWorld();
	made = await world.grant('示例消毒用品有限公司');
	await world.grant('示例托育服务有限公司兰山区银雀山街道第一分公司');
	const done = await world.grant('示例公共浴室');
	const api = await world.as('wjw');
	await api('POST', `/notices/${done.notice}/acknowledge`, {});
});
after(() => world.close());

async function look(page, name, size)
{
	await noSideways(page, `${name} at ${size.width}`);
	if (process.env.SHOTS)
		await page.screenshot({ path: `${process.env.SHOTS}/${name}-${size.width}.png` });
	await axe(page, `${name} at ${size.width}`);
}

async function tour(page, size, language)
{
	await page.goto(`${world.url}/#/inbox`);
	await rowOf(page, made).waitFor();
	await page.locator('.conn-live').waitFor();
	await look(page, `inbox-${language}`, size);
	await rowOf(page, made).getByRole('link').click();
	await page.locator('.inbox-pane .timeline li').first().waitFor();
	await look(page, `detail-${language}`, size);
	await page.locator('.pane-foot .acts').last().getByRole('button').first().click();
	await page.locator('form.act-form').waitFor();
	await look(page, `form-${language}`, size);
	await page.keyboard.press('Escape');
	await page.locator('form.act-form').waitFor({ state: 'detached' });
	await page.keyboard.press('Escape');
	await page.goto(`${world.url}/#/inbox?state=closed`);
	await page.locator('.empty').waitFor();
	await look(page, `empty-${language}`, size);
	await page.goto(`${world.url}/#/search?q=${encodeURIComponent('示例')}`);
	await page.locator('.hit').first().waitFor();
	await look(page, `search-${language}`, size);
	await page.goto(`${world.url}/#/case/${made.case}`);
	await page.locator('.timeline li').first().waitFor();
	await look(page, `case-${language}`, size);
	await page.locator('.top-right button').last().click();
	await page.locator('dialog[open]').waitFor();
	await look(page, `help-${language}`, size);
	await page.keyboard.press('Escape');
	assert.equal(await page.evaluate(() => document.activeElement === [...document.querySelectorAll('.top-right button')].pop()), true,
		'the dialog gives the focus back');
}

for (const size of SIZES) {
	test(`${size.width} px wide`, async () => {
		const page = await world.newPage(size);
		await page.goto(world.url);
		await page.locator('#user').waitFor();
		await look(page, 'signin-zh', size);
		await world.signIn(page, 'wjw');
		await tour(page, size, 'zh');
		await page.getByRole('button', { name: 'English', exact: true }).click();
		await page.getByRole('heading', { name: `Case ${made.case}` }).waitFor();
		await tour(page, size, 'en');
		const chinese = await page.evaluate(() => {
			const left = [];
			const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			while (walk.nextNode()) {
				const at = walk.currentNode.parentElement;
				if (at.tagName !== 'NOSCRIPT' && /[\u4e00-\u9fff]/.test(walk.currentNode.data) && at.closest('[lang]').lang !== 'zh-CN')
					left.push(walk.currentNode.data.trim());
			}
			return left;
		});
		assert.deepEqual(chinese, [], 'nothing Chinese is left but data marked as such');
		await page.context().close();
	});
}
