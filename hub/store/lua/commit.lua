-- Commits changed records by compare-and-set on the version, which is how a record begins, and what follows
-- from each change: next moment, what bodies still have to do, who holds a case, feed lines, lines of the audit log.
-- The commits come sorted by event, in runs that share one hash of records.
-- KEYS: due_key, feed_key, audit_key, [records], [all, open], [holders]
-- ARGS: request, runs, body_count, holder_count, feed_max, [size], [seq, expected, record, due, told, audited], [entries], [at, ref, score, change], [holder_at, field, body]
-- RETURNS: request, then for each commit: 0 done, 1 stale or 2 no such event; the record as it stands (stale) or ''
--
-- due is a moment, '' when nothing is due any more, '=' when it has not moved.
-- change is 1 or 0 for still to do or not, 3 or 2 the same and also new in the list of all.
-- Of several commits to one event in one call each sees what the one before it left behind.
local due_key, feed_key, audit_key = unpack(KEYS, 1, 3)
local request, runs, body_count, holder_count, feed_max = unpack(ARGV, 1, 5)
local call, concat, find, sub = redis.call, table.concat, string.find, string.sub

runs, body_count, holder_count = tonumber(runs), tonumber(body_count), tonumber(holder_count)
call('ZCARD', due_key)
call('XLEN', feed_key)
call('LLEN', audit_key)

local answer, n = { tonumber(request) }, 1
local done, overtaken = {}, {}
local a, k, i, any = 5, 3, 0, false
for _ = 1, runs do
	local records = KEYS[k + 1]
	local size = tonumber(ARGV[a + 1])
	local read = { 'HMGET', records }
	for j = 1, size do
		read[j + 2] = ARGV[a + 6 * j - 4]
	end
	local found = call(unpack(read, 1, size + 2))
	local last_seq, last_at, last_record
	for j = 1, size do
		local b = a + 6 * j - 5
		local seq, expected, record, due = ARGV[b + 1], ARGV[b + 2], ARGV[b + 3], ARGV[b + 4]
		local now = seq == last_seq and last_record or found[j]
		i = i + 1
		if due ~= '' and due ~= '=' and not tonumber(due) then
			return redis.error_reply('ERR due is not a number')
		end
		if not now then
			answer[n + 1], answer[n + 2] = 2, ''
		elseif sub(now, 1, #expected) ~= expected then
			answer[n + 1], answer[n + 2] = 1, now
		else
			answer[n + 1], answer[n + 2] = 0, ''
			done[i], any = true, true
			if seq == last_seq then
				overtaken[last_at] = true
			end
			last_seq, last_at, last_record = seq, i, record
		end
		n = n + 2
	end
	a, k = a + 1 + 6 * size, k + 1
end
if not any then
	return answer
end
local lists_a, lists_k = a, k
for _ = 1, body_count do
	call('LLEN', KEYS[k + 1])
	call('ZCARD', KEYS[k + 2])
	a, k = a + 1 + 4 * ARGV[a + 1], k + 2
end
for j = 1, holder_count do
	call('HLEN', KEYS[k + j])
end

local later, never, lines, log = { 'ZADD', due_key }, { 'ZREM', due_key }, {}, { 'RPUSH', audit_key }
local ln, nn, fn, gn = 2, 2, 0, 2
local moved
a, k, i = 5, 3, 0
for _ = 1, runs do
	local write, wn = { 'HSET', KEYS[k + 1] }, 2
	local size = tonumber(ARGV[a + 1])
	a, k = a + 1, k + 1
	for _ = 1, size do
		i = i + 1
		if done[i] then
			local seq, _, record, due, told, audited = unpack(ARGV, a + 1, a + 6)
			write[wn + 1], write[wn + 2] = seq, record
			wn = wn + 2
			if due ~= '=' then
				moved = due
			end
			if moved and not overtaken[i] then
				if moved == '' then
					nn = nn + 1
					never[nn] = seq
				else
					later[ln + 1], later[ln + 2] = moved, seq
					ln = ln + 2
				end
				moved = nil
			end
			if told ~= '' then
				fn = fn + 1
				lines[fn] = told
			end
			local from = audited ~= '' and 1
			while from do -- nearly always one line, which is then not copied
				local to = find(audited, '\n', from, true)
				gn = gn + 1
				log[gn] = to and sub(audited, from, to - 1) or from == 1 and audited or sub(audited, from)
				from = to and to + 1
				if gn == 1000 then -- Lua hands on only so many at once
					call(unpack(log, 1, gn))
					gn = 2
				end
			end
		end
		a = a + 6
	end
	if wn > 2 then
		call(unpack(write, 1, wn))
	end
end
if ln > 2 then
	call(unpack(later, 1, ln))
end
if nn > 2 then
	call(unpack(never, 1, nn))
end

a, k = lists_a, lists_k
for _ = 1, body_count do
	local all, open = KEYS[k + 1], KEYS[k + 2]
	local entries = tonumber(ARGV[a + 1])
	local push, add, drop, state = { 'RPUSH', all }, { 'ZADD', open }, { 'ZREM', open }, {}
	local pn, an, dn = 2, 2, 2
	a, k = a + 1, k + 2
	for _ = 1, entries do
		local at, ref, score, change = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]
		if done[at + 0] then
			local todo = change == '1' or change == '3'
			if change == '2' or change == '3' then
				pn = pn + 1
				push[pn] = ref
			end
			state[ref] = todo and score or false
		end
		a = a + 4
	end
	for ref, score in pairs(state) do
		if score then
			add[an + 1], add[an + 2] = score, ref
			an = an + 2
		else
			dn = dn + 1
			drop[dn] = ref
		end
	end
	if pn > 2 then
		call(unpack(push, 1, pn))
	end
	if an > 2 then
		call(unpack(add, 1, an))
	end
	if dn > 2 then
		call(unpack(drop, 1, dn))
	end
end
for j = 1, holder_count do
	local holders = KEYS[k + j]
	local holder_at, field, body = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
	if done[holder_at + 0] then
		call('HSET', holders, field, body)
	end
	a = a + 3
end
if gn > 2 then
	call(unpack(log, 1, gn))
end
if fn > 0 then
	call('XADD', feed_key, 'MAXLEN', '~', feed_max, '*', 'l', concat(lines, '\n'))
end
return answer
