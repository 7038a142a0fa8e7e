-- Accepts events: each is new, a repeat of one that is here, or in conflict with it. New ones get their
-- document, record, places in the lists, next moment and feed line in this one step.
-- KEYS: seq_key, due_key, feed_key, docs, records, [dedupe, case_key], [all, open], [permit_key]
-- ARGS: request, count, body_count, feed_max, [field, fingerprint, case, tail, doc, record, due, told, permit], [places]
-- RETURNS: request, the newest event before them, a letter for each event, then what the letters ask for: n new, the first of its case: nothing; m new, one more of its case: the earlier ones; r repeat: seq, and the record as it stands; c conflict: seq
--
-- places are a body's in the lists, four bytes each: which event of the call, from 1, and which notice of it, from 0. A permit that is
-- not '' has a key. A case's list of events is rewritten whole with every event, so its length has a limit; the oldest go first.
--
-- A script that fails keeps what it has written. So everything is looked at before the first write, but for the lists of permits, which come
-- last, and for identities and new cases: those are looked at by writing them, one command instead of two, and taken back if a later one has to fail.
local CASE_BYTES, WORDS = 65536, 9
local seq_key, due_key, feed_key, docs, records = unpack(KEYS, 1, 5)
local request, count, body_count, feed_max = unpack(ARGV, 1, 4)
local call, pcall, byte, concat, sub = redis.call, redis.pcall, string.byte, table.concat, string.sub

count, body_count = tonumber(count), tonumber(body_count)
local base = tonumber(call('GET', seq_key) or '0')
local lists = 5 + 2 * count
call('ZCARD', due_key)
call('XLEN', feed_key)
for bucket = math.floor((base + 1) / 16), math.floor((base + count) / 16) do
	call('HLEN', docs .. bucket)
	call('HLEN', records .. bucket)
end
for k = lists, lists + 2 * body_count - 2, 2 do
	call('LLEN', KEYS[k + 1])
	call('ZCARD', KEYS[k + 2])
end

local mine, mn = {}, 0 -- place of the key, field
local function take_back(why)
	for j = 1, mn, 2 do
		call('HDEL', KEYS[mine[j]], mine[j + 1])
	end
	return why
end

local answer, letters, n = { tonumber(request), base }, {}, 3
local ids, new, fresh = {}, {}, 0
local cases, longer, ln = {}, {}, 0
local a, k = 4, 5
for i = 1, count do
	local dedupe, case_key = KEYS[k + 1], KEYS[k + 2]
	local field, fingerprint, case, tail = unpack(ARGV, a + 1, a + 4)
	local id = base + fresh + 1 .. ''
	local taken = pcall('HSETNX', dedupe, field, fingerprint .. id)
	if taken == 1 then
		local entry = id .. tail
		fresh = fresh + 1
		ids[i], new[fresh], letters[i] = id, i, 'n'
		mine[mn + 1], mine[mn + 2] = k + 1, field
		mn = mn + 2
		taken = pcall('HSETNX', case_key, case, entry)
		if taken == 1 then
			mine[mn + 1], mine[mn + 2] = k + 2, case
			mn = mn + 2
		elseif taken == 0 then
			local earlier = cases[case]
			if not earlier then
				earlier = call('HGET', case_key, case)
				longer[ln + 1], longer[ln + 2] = k + 2, case
				ln = ln + 2
			end
			if #earlier > CASE_BYTES then
				earlier = sub(earlier, string.find(earlier, ',', #earlier - CASE_BYTES / 2, true) + 1)
			end
			cases[case] = earlier .. ',' .. entry
			n = n + 1
			letters[i], answer[n] = 'm', earlier
		else
			return take_back(taken)
		end
	elseif taken == 0 then
		local old = call('HGET', dedupe, field)
		local seq = sub(old, 17)
		n = n + 1
		letters[i], answer[n] = 'c', tonumber(seq)
		if sub(old, 1, 16) == fingerprint then
			local first = new[seq - base] -- in this same call
			local record = first and ARGV[4 + WORDS * (first - 1) + 6] or pcall('HGET', records .. math.floor(seq / 16), seq)
			if type(record) == 'table' then
				return take_back(record)
			end
			n = n + 1
			letters[i], answer[n] = 'r', record or ''
		end
	else
		return take_back(taken)
	end
	a, k = a + WORDS, k + 2
end
answer[3] = concat(letters)
if fresh == 0 then
	return answer
end

call('SET', seq_key, ids[new[fresh]])
local d, r, z, lines = { 'HSET' }, { 'HSET' }, { 'ZADD', due_key }, {}
local dn, zn, bucket = 2, 2, nil
for j = 1, fresh do
	local i = new[j]
	local id = ids[i]
	local doc, record, due, told = unpack(ARGV, 4 + WORDS * i - 4, 4 + WORDS * i - 1)
	local home = (base + j - (base + j) % 16) / 16
	if home ~= bucket then
		if bucket then
			call(unpack(d, 1, dn))
			call(unpack(r, 1, dn))
		end
		bucket, dn = home, 2
		d[2], r[2] = docs .. home, records .. home
	end
	d[dn + 1], d[dn + 2], r[dn + 1], r[dn + 2] = id, doc, id, record
	dn = dn + 2
	if due ~= '' then
		z[zn + 1], z[zn + 2] = due, id
		zn = zn + 2
	end
	lines[j] = 'E\t' .. id .. told
end
call(unpack(d, 1, dn))
call(unpack(r, 1, dn))
if zn > 2 then
	call(unpack(z, 1, zn))
end
for j = 1, ln, 2 do
	call('HSET', KEYS[longer[j]], longer[j + 1], cases[longer[j + 1]])
end

local dots = {} -- behind an event's number, for each of its notices
local all_args, open_args = { 'RPUSH' }, { 'ZADD' }
k = lists
for _ = 1, body_count do
	local all, open = KEYS[k + 1], KEYS[k + 2]
	local places = ARGV[a + 1]
	local an, on = 2, 2
	all_args[2], open_args[2] = all, open
	a, k = a + 1, k + 2
	for p = 1, #places, 4 do
		local event_high, event, notice_high, notice = byte(places, p, p + 3)
		local id = ids[event_high * 256 + event]
		if id then
			notice = notice_high * 256 + notice
			dots[notice] = dots[notice] or '.' .. notice
			local ref = id .. dots[notice]
			an, on = an + 1, on + 2
			all_args[an], open_args[on - 1], open_args[on] = ref, id, ref
		end
	end
	if an > 2 then
		call(unpack(all_args, 1, an))
		call(unpack(open_args, 1, on))
	end
end
call('XADD', feed_key, 'MAXLEN', '~', feed_max, '*', 'l', concat(lines, '\n'))
a = 4
for i = 1, count do
	local permit = ARGV[a + 9]
	if permit ~= '' then
		local permit_key = KEYS[k + 1]
		if ids[i] then
			call('RPUSH', permit_key, ids[i] .. ARGV[a + 4] .. '\t' .. permit)
		end
		k = k + 1
	end
	a = a + WORDS
end
return answer
