// What the mock hub knows: people, bodies, one rule for all events, and the state of every notice.
// It speaks the contract's shapes and keeps its transitions; it decides nothing as the real rules do.

export const BODIES = {
	'spj-371302': '兰山区行政审批服务局', 'spj-371300': '市行政审批服务局', 'wjw-371302': '兰山区卫生健康局',
	'zjj-371302': '兰山区住房和城乡建设局', 'zhzf-371302': '兰山区综合行政执法局',
};
export const USERS = {
	wjw: { name: '兰山卫健值班', roles: ['supervisor'], bodies: ['wjw-371302'] },
	wjw2: { name: '兰山卫健二号岗', roles: ['supervisor'], bodies: ['wjw-371302'] },
	zjj: { name: '兰山住建值班', roles: ['supervisor'], bodies: ['zjj-371302'] },
	spj: { name: '兰山审批窗口', roles: ['approver'], bodies: ['spj-371302'] },
	admin: { name: '平台管理员', roles: ['admin'], bodies: [] },
};
export const ITEMS = { 370123020001: '消毒产品生产企业卫生许可', '000123011000': '公共场所卫生许可', '000117051000': '特殊建设工程消防设计审查' };
const BASIS = {
	R12: '《传染病防治法》第二十九条；市级下放“服务窗口前移”，监管按属地',
	R31: '《关于推动审批监管联动的意见》第八条：协管单位同步告知',
};
const DAY_MS = 86_400_000;

export function rfc3339(ms)
{
	return new Date(ms + 8 * 3600_000).toISOString().slice(0, 19) + '+08:00';
}

export class Book {
	constructor()
	{
		this.events = [];
		this.notices = new Map();
		this.log = [];		// every message, in order; a cursor is a place in it
		this.listeners = new Set();
	}

	tell(body, method, params)
	{
		const entry = { body, method, params: { cursor: String(this.log.length + 1), ...params } };
		this.log.push(entry);
		this.listeners.forEach((fn) => fn(entry));
	}

	isTodo(n)
	{
		return n.state === 'open' || (n.state === 'acknowledged' && n.role === 'lead');
	}

	view(record)
	{
		const { receipts, deliveries, due_ms, ...n } = record;
		const open = this.isTodo(n);
		const leftMs = due_ms - Date.now();
		const allowed = [];
		if (n.state === 'open')
			allowed.push('acknowledge');
		if (n.role === 'lead' && (n.state === 'open' || n.state === 'acknowledged'))
			allowed.push('claim');
		return { ...n, lamp: !open || leftMs > DAY_MS ? 'green' : leftMs > 0 ? 'yellow' : 'red', allowed };
	}

	addNotice(event, index, body, role, rule, receivedMs, dueMs)
	{
		const data = event.data;
		const id = `n${event.seq}.${index}`;
		const at = (plusMs) => rfc3339(receivedMs + plusMs);
		const named = (x) => (x ? { id: x, name: BODIES[x] ?? x } : null);
		const sms = { id: `d${event.seq}.${index}`, channel: 'sms', connector: 'sandbox', state: 'delivered', attempts: 1 };
		const record = {
			id, case: data.case, event: `e${event.seq}`, type: event.type, role, body, body_name: BODIES[body], state: 'open',
			item: { code: data.item, name: ITEMS[data.item] }, region: data.region, region_name: '兰山区',
			applicant: { name: data.applicant.name, code: data.applicant.code },
			bodies: { accepting: named(data.bodies?.accepting), reviewing: named(data.bodies?.reviewing), deciding: named(data.bodies?.deciding) },
			due: rfc3339(dueMs), feedback_due: role === 'lead' ? rfc3339(dueMs + 10 * DAY_MS) : null, provisional: false,
			received: rfc3339(receivedMs), acknowledged: null, claimed: null, rules: [{ id: rule, basis: BASIS[rule] }],
			via: ['push', 'sms'], version: 1, due_ms: dueMs,
			deliveries: role === 'lead' ? [sms] : [],
			receipts: [{ kind: 'accepted', at: at(0) }, { kind: 'handed-over', at: at(1000), channel: 'push' }],
		};
		if (role === 'lead')
			record.receipts.push({ kind: 'handed-over', at: at(2000), channel: 'sms', delivery: sms.id },
				{ kind: 'delivered', at: at(9000), channel: 'sms', delivery: sms.id });
		this.notices.set(id, record);
		this.tell(body, 'notice', { notice: this.view(record) });
		return record;
	}

	addEvent(event, receivedMs = Date.now(), dueMs = Date.now() + 2 * DAY_MS)
	{
		const known = this.events.find((e) => e.source === event.source && e.id === event.id);
		if (known)
			return { status: 200, body: this.answer(known) };
		const seq = this.events.length + 1;
		const stored = { ...event, seq, receivedMs };
		this.events.push(stored);
		stored.notices = [
			this.addNotice(stored, 0, 'wjw-371302', 'lead', 'R12', receivedMs, dueMs),
			this.addNotice(stored, 1, 'zjj-371302', 'assist', 'R31', receivedMs, dueMs + DAY_MS),
		];
		return { status: 201, body: this.answer(stored) };
	}

	answer(event)
	{
		return {
			event: `e${event.seq}`, case: event.data.case, policy: 'mock@00000000', problems: [],
			notices: event.notices.map((n) => ({ id: n.id, body: n.body, role: n.role })),
		};
	}

	receipt(record, kind, by, channel)
	{
		record.receipts.push({ kind, at: rfc3339(Date.now()), by, channel });
		record.version++;
	}

	act(record, verb, by, channel)
	{
		const stamp = { by, at: rfc3339(Date.now()), channel };
		if (verb === 'claim' && record.role !== 'lead')
			return { status: 403, title: 'not the lead' };
		if (!['open', 'acknowledged', 'claimed'].includes(record.state))
			return { status: 409, title: 'no such transition' };
		if (record.state === 'claimed' || (verb === 'acknowledge' && record.state === 'acknowledged'))
			return null;
		if (!record.acknowledged) {
			record.acknowledged = stamp;
			this.receipt(record, 'acknowledged', by, channel);
		}
		record.state = verb === 'claim' ? 'claimed' : 'acknowledged';
		if (verb === 'claim') {
			record.claimed = stamp;
			this.receipt(record, 'claimed', by, channel);
		}
		this.tell(record.body, 'change', { notice: record.id, state: record.state, by, at: stamp.at });
		return null;
	}
}

/** Some notices in every state of urgency, for looking at the page by hand. */
export function seed(book)
{
	const HOUR_MS = 3600_000;
	const samples = [['示例消毒用品有限公司', -75, -3], ['示例托育服务有限公司兰山第一分公司', -40, 5], ['示例公共浴室', -20, 30], ['示例卫生服务站', -2, 60], ['示例宾馆', -1, 70]];
	const items = Object.keys(ITEMS);
	samples.forEach(([name, receivedH, dueH], i) => book.addEvent({
		specversion: '1.0', type: i === 2 ? 'approval.changed' : 'approval.granted', source: '/sources/spj-lanshan', id: `seed-${i}`,
		time: rfc3339(Date.now() + receivedH * HOUR_MS),
		data: {
			case: `37130220261120000${i}`, item: items[i % 2], region: '371302', bodies: { accepting: 'spj-371302', reviewing: 'spj-371300', deciding: 'spj-371300' },
			applicant: { kind: 'entity', name, code: '91350100M000100Y43' }, permit: { number: `样卫字〔2026〕第${i}号`, name: '卫生许可证' },
		},
	}, Date.now() + receivedH * HOUR_MS, Date.now() + dueH * HOUR_MS));
	book.act(book.notices.get('n3.0'), 'acknowledge', 'wjw', 'sms');
	book.act(book.notices.get('n4.0'), 'claim', 'wjw', 'http');
}
