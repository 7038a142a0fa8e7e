// A hub in one process, for building the page and trying its tests without the real one: plain HTTP, a WebSocket,
// the built page with the real hub's headers. `node mock_hub.mjs [port]` runs it by hand with some notices in it.
import { createServer } from 'node:http';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BODIES, Book, USERS, rfc3339, seed } from './mock_data.mjs';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/', import.meta.url));
const { WebSocketServer } = createRequire(join(DASHBOARD, 'package.json'))('ws');
const DIST = join(DASHBOARD, 'dist');
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const HEADERS = {
	'Content-Security-Policy': "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' wss:; "
		+ "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
	'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer',
};

class Problem extends Error {
	constructor(status, title, more = {})
	{
		super(title);
		Object.assign(this, { status, more });
	}
}

function serveFile(path, res)
{
	const file = normalize(join(DIST, path === '/' ? 'index.html' : path));
	if (!file.startsWith(DIST) || !statSync(file, { throwIfNoEntry: false })?.isFile())
		throw new Problem(404, 'not found');
	const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
	res.writeHead(200, { ...HEADERS, 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Cache-Control': cache });
	res.end(readFileSync(file));
}

class MockHub {
	book = new Book();
	sessions = new Map();

	userOf(req)
	{
		const sid = /(?:^|; )sid=(\w+)/.exec(req.headers.cookie ?? '')?.[1];
		return this.sessions.get(sid) ?? null;
	}

	mine(user, record)
	{
		return USERS[user].bodies.some((b) => b === record.body || Object.values(record.bodies).some((x) => x?.id === b));
	}

	found(user, id)
	{
		const record = this.book.notices.get(id);
		if (!record || !this.mine(user, record))
			throw new Problem(404, 'not found');
		return record;
	}

	async route(req, res, url, body)
	{
		const path = url.pathname.slice('/api/v1'.length);
		if (path === '/session' && req.method === 'POST')
			return this.signIn(res, body);
		const user = this.userOf(req);
		if (!user)
			throw new Problem(401, 'sign in first');
		if (path === '/session') {
			this.sessions.delete(/sid=(\w+)/.exec(req.headers.cookie)[1]);
			return [204, null];
		}
		if (path === '/me') {
			const { name, roles, bodies } = USERS[user];
			return [200, { user, name, roles, bodies: bodies.map((id) => ({ id, name: BODIES[id], role: roles[0] })), watermark: true }];
		}
		if (path === '/events')
			return this.event(body);
		const parts = path.split('/').slice(1).map(decodeURIComponent);
		if (parts[0] === 'notices')
			return this.notices(req, user, parts, url.searchParams);
		if (parts[0] === 'cases')
			return parts[1] ? this.case(user, parts[1]) : this.cases(user, url.searchParams.get('q') ?? '');
		throw new Problem(404, 'not found');
	}

	signIn(res, { user, password })
	{
		if (!USERS[user] || password !== user)
			throw new Problem(401, 'wrong user or password');
		const sid = Math.random().toString(16).slice(2);
		this.sessions.set(sid, user);
		res.setHeader('Set-Cookie', `sid=${sid}; Path=/; HttpOnly; SameSite=Strict`);
		return [201, { user }];
	}

	event(body)
	{
		const answer = this.book.addEvent(body);
		return [answer.status, answer.body];
	}

	notices(req, user, [, id, verb], params)
	{
		if (!id) {
			const body = params.get('body') ?? USERS[user].bodies[0];
			const state = params.get('state');
			const mine = [...this.book.notices.values()].filter((n) => n.body === body).reverse();
			const open = mine.filter((n) => this.book.isTodo(n)).length;
			const all = mine.filter((n) => !state || n.state === state || (state === 'todo' && this.book.isTodo(n)))
				.filter((n) => params.get('due') !== 'overdue' || this.book.view(n).lamp === 'red')
				.filter((n) => !params.get('mine') || (n.claimed ?? n.acknowledged)?.by === user);
			const from = Number(params.get('cursor') ?? 0);
			const limit = Number(params.get('limit') ?? 50);
			return [200, {
				items: all.slice(from, from + limit).map((n) => this.book.view(n)),
				next: from + limit < all.length ? String(from + limit) : null, total: all.length, open, mine: params.get('mine') ? all.length : undefined, since: String(this.book.log.length),
			}];
		}
		const record = this.found(user, id);
		if (!verb) {
			const event = this.book.events[Number(/^n(\d+)/.exec(id)[1]) - 1];
			return [200, { notice: this.book.view(record), event, deliveries: record.deliveries, receipts: record.receipts, contacts: { people: [], allowed: [] } }];
		}
		const match = req.headers['if-match'];
		if (match && match !== `"${record.version}"`)
			throw new Problem(412, 'changed meanwhile', record.acknowledged ?? {});
		const fault = this.book.act(record, verb, user, 'http');
		if (fault)
			throw new Problem(fault.status, fault.title, record.claimed ?? record.acknowledged ?? {});
		return [200, { notice: id, state: record.state, acknowledged: record.acknowledged, claimed: record.claimed, version: record.version }];
	}

	cases(user, q)
	{
		const items = this.book.events.filter((e) => e.notices.some((n) => this.mine(user, n)))
			.filter((e) => [e.data.case, e.data.applicant.name, e.data.applicant.code, e.data.permit?.number].some((x) => x?.includes(q)))
			.map((e) => ({
				case: e.data.case, event: `e${e.seq}`, type: e.type, item: e.notices[0].item, region: e.data.region, region_name: '兰山区',
				applicant: e.notices[0].applicant, received: rfc3339(e.receivedMs),
				notices: e.notices.map((n) => this.book.view(n)).map(({ id, body, body_name, role, state, lamp }) => ({ id, body, body_name, role, state, lamp })),
			}));
		return [200, { items: items.reverse(), next: null }];
	}

	case(user, id)
	{
		const events = this.book.events.filter((e) => e.data.case === id && e.notices.some((n) => this.mine(user, n)));
		if (events.length === 0)
			throw new Problem(404, 'not found');
		return [200, {
			case: id, timeline: [], events: events.map((e) => ({
				event: `e${e.seq}`, type: e.type, time: e.time, received: rfc3339(e.receivedMs), item: e.notices[0].item, region: e.data.region,
				region_name: '兰山区', applicant: e.notices[0].applicant, policy: 'linyi@00000000', problems: [],
				notices: e.notices.map((n) => ({ ...this.book.view(n), receipts: n.receipts, deliveries: n.deliveries })),
				applicant_told: {
					via: ['sms'], deliveries: [{ id: `d${e.seq}.9`, channel: 'sms', connector: 'sandbox', state: 'accepted', attempts: 1 }],
					receipts: [{ kind: 'handed-over', at: rfc3339(e.receivedMs + 3000), channel: 'sms', delivery: `d${e.seq}.9` }],
				},
			})),
		}];
	}

	async handle(req, res)
	{
		try {
			const url = new URL(req.url, 'http://x');
			if (!url.pathname.startsWith('/api/'))
				return serveFile(url.pathname, res);
			const chunks = [];
			for await (const c of req)
				chunks.push(c);
			const text = Buffer.concat(chunks).toString();
			const [status, answer] = await this.route(req, res, url, text ? JSON.parse(text) : {});
			res.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json' });
			res.end(answer === null ? undefined : JSON.stringify(answer));
		} catch (error) {
			const status = error instanceof Problem ? error.status : 500;
			res.writeHead(status, { ...HEADERS, 'Content-Type': 'application/problem+json' });
			res.end(JSON.stringify({ type: 'about:blank', title: error.message, status, ...error.more }));
		}
	}

	socket(ws, user)
	{
		let body = null;
		const send = (x) => ws.send(JSON.stringify({ jsonrpc: '2.0', ...x }));
		const onEntry = (e) => { if (e.body === body) send({ method: e.method, params: e.params }); };
		const methods = {
			'inbox.open': ({ body: of, since }) => {
				body = of ?? USERS[user].bodies[0];
				const missed = since ? this.book.log.slice(Number(since)).filter((e) => e.body === body) : [];
				missed.forEach(onEntry);
				this.book.listeners.add(onEntry);
				return { cursor: String(this.book.log.length), recovered: true, open: 0 };
			},
			'notice.shown': ({ notice }) => {
				const record = this.found(user, notice);
				this.book.receipt(record, 'shown', user, 'ws');
				return { notice, state: record.state };
			},
		};
		ws.on('message', (text) => {
			const { id, method, params } = JSON.parse(text);
			if (methods[method])
				send({ id, result: methods[method](params ?? {}) });
			else
				send({ id, error: { code: -32601, message: 'no such method' } });
		});
		ws.on('close', () => this.book.listeners.delete(onEntry));
		ws.on('error', () => undefined);
	}

	listen(port = 0)
	{
		const server = createServer((req, res) => void this.handle(req, res));
		const sockets = new WebSocketServer({ noServer: true, handleProtocols: (all) => (all.has('tandem.v1') ? 'tandem.v1' : false) });
		server.on('upgrade', (req, socket, head) => {
			const user = this.userOf(req);
			if (!user)
				return socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
			return sockets.handleUpgrade(req, socket, head, (ws) => this.socket(ws, user));
		});
		return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({
			url: `http://127.0.0.1:${server.address().port}`,
			close: () => { sockets.clients.forEach((c) => c.terminate()); server.closeAllConnections(); server.close(); },
		})));
	}
}

export function startMock(port, withSamples = false)
{
	const hub = new MockHub();
	if (withSamples)
		seed(hub.book);
	return hub.listen(port);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	startMock(Number(process.argv[2] ?? 8090), true).then(({ url }) => console.log(url));
