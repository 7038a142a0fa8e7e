-- Commits changed records by compare-and-set on the version, which is how a record begins, and what follows
-- from each change: next moment, what bodies still have to do, who holds a case, feed lines, lines of the audit log.
-- The commits come sorted by event, in runs that share one hash of records.
-- KEYS: due_key, feed_key, audit_key, [records], [all, open], [holders]
-- ARGS: request, runs, body_count, holder_count, feed_max, [seq, expected, record, due, told, audited], [places], [holder_at, field, body, claimed]
-- RETURNS: request, a letter for each commit, then for each s the record as it stands: d done, s stale, n no such event
--
-- runs are their lengths, two bytes each. due is a moment, '' when nothing is due any more, '=' when it has not moved.
-- places are a body's in the lists, five bytes each: which commit of the call, from 1, which notice, from 0, and its
-- change: 1 or 0 for still to do or not, 2 more if it is new in the list of all, 4 more if it is gone from there.
-- Of a case the newest claims are kept, so that one can be taken back (body is '' then): claimed is the notice.
-- Of several commits to one event in one call each sees what the one before it left behind.
local WORDS = 6
local CLAIMS_MAX = 4
local due_key, feed_key, audit_key = unpack(KEYS, 1, 3)
local request, runs, body_count, holder_count, feed_max = unpack(ARGV, 1, 5)
local call, byte, concat, find, sub, gmatch = redis.call, string.byte, table.concat, string.find, string.sub, string.gmatch

body_count, holder_count = tonumber(body_count), tonumber(holder_count)
call('ZCARD', due_key)
call('XLEN', feed_key)
call('LLEN', audit_key)

local answer, letters, n = { tonumber(request) }, {}, 2
local ids, done, overtaken = {}, {}, {}
local read = { 'HMGET' }
local a, k, i, any = 5, 3, 0, false
for run = 1, #runs, 2 do
	local high, low = byte(runs, run, run + 1)
	local size = high * 256 + low
	local records = KEYS[k + 1]
	k = k + 1
	read[2] = records
	for j = 1, size do
		read[j + 2] = ARGV[a + WORDS * j - 5]
	end
	local found = call(unpack(read, 1, size + 2))
	local last_seq, last_at, last_record
	for j = 1, size do
		local seq, expected, record = unpack(ARGV, a + 1, a + 3)
		local now = seq == last_seq and last_record or found[j]
		i, a = i + 1, a + WORDS
		ids[i] = seq
		if not now then
			letters[i] = 'n'
		elseif find(now, expected, 1, true) ~= 1 then
			n = n + 1
			letters[i], answer[n] = 's', now
		else
			letters[i], done[i], any = 'd', true, true
			if seq == last_seq then
				overtaken[last_at] = true
			end
			last_seq, last_at, last_record = seq, i, record
		end
	end
end
answer[2] = concat(letters)
if not any then
	return answer
end
local lists_a, lists_k = a, k
for _ = 1, body_count do
	call('LLEN', KEYS[k + 1])
	call('ZCARD', KEYS[k + 2])
	k = k + 2
end
for j = 1, holder_count do
	call('HLEN', KEYS[k + j])
end

local later, never, lines, log = { 'ZADD', due_key }, { 'ZREM', due_key }, {}, { 'RPUSH', audit_key }
local ln, nn, fn, gn = 2, 2, 0, 2
local write = { 'HSET' }
local moved
a, k, i = 5, 3, 0
for run = 1, #runs, 2 do
	local high, low = byte(runs, run, run + 1)
	local wn = 2
	k = k + 1
	write[2] = KEYS[k]
	for _ = 1, high * 256 + low do
		i = i + 1
		if done[i] then
			local record, due, told, audited = unpack(ARGV, a + 3, a + 6)
			local seq = ids[i]
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
		a = a + WORDS
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

local dots = {} -- behind an event's number, for each of its notices
local push, add, drop = { 'RPUSH' }, { 'ZADD' }, { 'ZREM' }
a, k = lists_a, lists_k
for _ = 1, body_count do
	local all, open = KEYS[k + 1], KEYS[k + 2]
	local places = ARGV[a + 1]
	local pn, an, dn, state, gone = 2, 2, 2, {}, {}
	push[2], add[2], drop[2] = all, open, open
	a, k = a + 1, k + 2
	for p = 1, #places, 5 do
		local at_high, at, notice_high, notice, change = byte(places, p, p + 4)
		at = at_high * 256 + at
		if done[at] then
			notice = notice_high * 256 + notice
			dots[notice] = dots[notice] or '.' .. notice
			local ref = ids[at] .. dots[notice]
			if change >= 4 then
				gone[#gone + 1] = ref
			elseif change >= 2 then
				pn = pn + 1
				push[pn] = ref
			end
			state[ref] = change % 2 == 1 and ids[at]
		end
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
	for g = 1, #gone do -- it came lately: from the end
		call('LREM', all, -1, gone[g])
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
	local holder_at, field, body, claimed = unpack(ARGV, a + 1, a + 4)
	local at = tonumber(holder_at)
	if done[at] then
		local ref = ids[at] .. '.' .. claimed
		local kept = { body ~= '' and body .. ' ' .. ref or nil }
		for claim in gmatch(call('HGET', holders, field) or '', '[^,]+') do
			if #kept < CLAIMS_MAX and sub(claim, -#ref - 1) ~= ' ' .. ref then
				kept[#kept + 1] = claim
			end
		end
		call('HSET', holders, field, concat(kept, ','))
	end
	a = a + 4
end
if gn > 2 then
	call(unpack(log, 1, gn))
end
if fn > 0 then
	call('XADD', feed_key, 'MAXLEN', '~', feed_max, '*', 'l', concat(lines, '\n'))
end
return answer
