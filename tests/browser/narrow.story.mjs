// The list narrowed to a part of a name or a number: as it is typed, in the address, live, in the sheet, and undone by one touch.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, contentOf, noSideways, openWorld, rowOf, shown, until } from './world.mjs';

let world;
let page;
let own;
before(async () => {
	world = await openWorld();
	own = await world.as('wjw');
	page = await world.newPage();
	await world.signIn(page, 'wjw');
	await page.locator('.conn-live').waitFor();
});
after(() => world?.close());

const field = (on = page) => on.getByRole('searchbox', { name: /^(筛选：|Filter:)/ });
const listed = (on = page) => on.locator('table.notices tbody tr').allInnerTexts();
const only = (made, on = page) => until('only that is listed', async () => (await listed(on)).length === 1 && rowOf(on, made).isVisible());
const waiting = async () => (await own('GET', '/notices?body=wjw-371302&state=todo&limit=1')).data.open;
const badged = (n) => until(`${n} wait, narrowed or not`, async () => Number(await page.locator('nav.side .badge').innerText()) === n);
const choice = (name, on = page) => on.getByRole('combobox', { name });
const sifting = (on = page) => on.getByRole('button', { name: /^(筛选|Filter)$/ });
const ITEM = '370123020001';
const PART = '371302XC0000';
const asked = () => Object.fromEntries(new URLSearchParams(page.url().split('?')[1]));

test('what is typed is looked for by the hub, stands in the address and comes back with it', async () => {
	const made = await world.grant('示例筛选Ａ坊');
	const other = await world.grant('示例旁坊');
	await shown(page, made);
	await shown(page, other);
	await field().fill('筛选a');
	await only(made);
	assert.equal(new URLSearchParams(page.url().split('?')[1]).get('q'), '筛选a');
	await badged(await waiting());
	await axe(page, 'an inbox narrowed');
	await page.reload();
	await only(made);
	assert.equal(await field().inputValue(), '筛选a');
	// By its number, and with the tab of another state: nothing is lost on the way.
	await field().fill(` ${made.case} `);
	await only(made);
	await page.locator('.tabs').getByRole('button', { name: '已签收' }).click();
	await page.getByText(`没有符合“${made.case}”的告知。`).waitFor();
	await page.locator('.tabs').getByRole('button', { name: '全部' }).click();
	await only(made);
	await field().fill('');
	await rowOf(page, other).waitFor();
	assert.doesNotMatch(page.url(), /q=/);
});

test('what arrives is shown where it fits, and counted where it does not', async () => {
	await page.goto(`${world.url}/#/inbox`);
	await field().fill('示例来件');
	await page.getByText('没有符合“示例来件”的告知。').waitFor();
	await axe(page, 'an inbox narrowed to nothing');
	const before = await waiting();
	const other = await world.grant('示例他件坊');
	await badged(before + 1);
	const made = await world.grant('示例来件坊');
	await only(made);
	assert.equal(await page.locator('.pill').count(), 0);
	const coming = page.waitForEvent('download');
	await page.getByRole('button', { name: 'CSV' }).click();
	const sheet = String(await contentOf(await coming));
	assert.match(sheet, /示例来件坊/);
	assert.doesNotMatch(sheet, /示例他件坊/);
	await field().fill('没有这样的');
	await page.getByRole('button', { name: '清除筛选' }).click();
	await rowOf(page, other).waitFor();
	assert.equal(await field().inputValue(), '');
	// What was typed is said again when the field is left, which is when the filter is cleared.
	await field().fill('没有');
	await page.getByText('没有符合“没有”的告知。').waitFor();
	await field().press('End');
	await field().pressSequentially('的');
	await page.getByRole('button', { name: '清除筛选' }).click();
	await rowOf(page, other).waitFor();
	assert.doesNotMatch(page.url(), /q=/);
});

test('what was found for other words does not stand for what cannot be had, and what can be is had again', async () => {
	await page.goto(`${world.url}/#/inbox`);
	const made = await world.grant('示例断线坊');
	await shown(page, made);
	const retry = page.getByRole('alert').getByRole('button');
	await page.route(/\/notices\?.*q=/, (route) => route.abort());
	await field().fill('示例断线');
	await retry.waitFor();
	await until('no row of the list before stands there', async () => await listed().then((rows) => rows.length) === 0);
	assert.equal(await page.locator('.list-foot, .empty').count(), 0, 'nor is it said how many there are');
	await axe(page, 'an inbox that cannot be narrowed');
	await page.unroute(/\/notices\?.*q=/);
	await retry.click();
	await only(made);
	// What is listed already stays when it cannot be asked for anew.
	world.line.cut();
	await page.locator('.conn-down').waitFor();
	await only(made);
	await field().fill('示例断线坊');
	await retry.waitFor();
	await until('no row of the list before stands there', async () => await listed().then((rows) => rows.length) === 0);
	world.line.mend();
	await only(made);
	assert.equal(await retry.count(), 0);
});

test('in English, on a phone, and not where nobody has it', async () => {
	const phone = await world.newPage({ width: 390, height: 844 });
	const look = async (where) => {
		for (const width of [390, 320]) {
			await phone.setViewportSize({ width, height: 844 });
			await noSideways(phone, `${where} at ${width}`);
			await axe(phone, `${where} at ${width}`);
		}
	};
	await world.signIn(phone, 'wjw');
	await phone.getByRole('button', { name: 'English' }).click();
	await field(phone).fill('no such name');
	await phone.getByText('No notice has "no such name" in it.').waitFor();
	await look('a narrowed inbox');
	await sifting(phone).click();
	await choice('Item', phone).selectOption({ index: 1 });
	await until('it is in the address', async () => /item=/.test(phone.url()));
	await look('an inbox narrowed by all');
	await phone.getByRole('button', { name: 'Clear the filter' }).click();
	await phone.locator('table.notices tbody tr').first().waitFor();
	await phone.locator('.tabs').getByRole('button', { name: /pool/i }).click();
	await until('the pool has no filter', async () => await field(phone).count() === 0);
	await phone.context().close();
});

/** The same as `grant`, in the part of the county that has a code of its own. */
async function grantIn(region, name)
{
	const event = world.eventOf(name);
	event.data.region = region;
	const office = await world.as('spj');
	const { status, data } = await office('POST', '/events', event);
	assert.equal(status, 201, JSON.stringify(data));
	return { ...data, name, notice: data.notices.find((n) => n.role === 'lead').id };
}

test('a place and an item are chosen of those that the body can have, stand in the address, and one touch puts them away', async () => {
	await page.goto(`${world.url}/#/inbox`);
	const [made, other] = [await grantIn(PART, '示例片区坊'), await grantIn('371302', '示例区里坊')];
	await shown(page, made);
	await shown(page, other);
	assert.equal(await sifting().getAttribute('aria-expanded'), 'false');
	await sifting().focus();
	await page.keyboard.press('Enter');
	await choice('区划').selectOption('西城片区');
	await only(made);
	assert.deepEqual(asked(), { county: PART });
	const items = await choice('事项').locator('option').evaluateAll((all) => all.map((x) => x.value));
	assert.ok(items.includes(ITEM) && items.length > 3 && items.length < 100, `${items.length} items`);
	assert.ok(!(await choice('区划').locator('option').allInnerTexts()).includes('沂南县'));
	await badged(await waiting());
	await axe(page, 'an inbox of one place');
	// What comes is shown where it fits and counted where it does not; the sheet is of the same.
	const before = await waiting();
	await grantIn('371302', '示例区里二坊');
	await badged(before + 1);
	assert.equal(await page.locator('.pill').count(), 0);
	const third = await grantIn(PART, '示例片区二坊');
	await page.locator('.pill').getByText('有 1 条新告知，点击显示').waitFor();
	await page.locator('.pill').click();
	await rowOf(page, third).waitFor();
	const coming = page.waitForEvent('download');
	await page.getByRole('button', { name: 'CSV' }).click();
	const sheet = String(await contentOf(await coming));
	assert.match(sheet, /示例片区二坊/);
	assert.doesNotMatch(sheet, /示例区里/);
	// Together with what is typed, an item, and another state; and after the page was loaded anew.
	await choice('事项').selectOption(ITEM);
	await field().fill('片区二');
	await only(third);
	await page.reload();
	await only(third);
	assert.deepEqual(asked(), { county: PART, item: ITEM, q: '片区二' });
	assert.deepEqual([await choice('区划').inputValue(), await choice('事项').inputValue()], [PART, ITEM]);
	await page.locator('.tabs').getByRole('button', { name: '已签收' }).click();
	await page.getByText('没有符合“片区二”的告知。').waitFor();
	await field().fill('');
	await page.getByText('没有符合条件的告知。').waitFor();
	await page.getByRole('button', { name: '清除筛选' }).click();
	await until('nothing narrows it', async () => JSON.stringify(asked()) === '{"state":"acknowledged"}');
	await page.goto(`${world.url}/#/inbox?county=${PART}`);
	await until('it is said to be narrowed', async () => await sifting().getAttribute('aria-expanded') === 'true');
	await sifting().click();
	await rowOf(page, other).waitFor();
	assert.equal(await choice('区划').count(), 0);
});
