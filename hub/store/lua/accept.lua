-- Accepts events: each is new, a repeat of one that is here, or in conflict with it. New ones get their
-- document, record, places in the lists, next moment and feed line in this one step.
-- KEYS: seq_key, due_key, feed_key, docs, records, [dedupe, case_key], [all, open], [permit_key]
-- ARGS: request, count, body_count, feed_max, [field, fingerprint, case, tail, doc, record, due, told], [entries], [at, suffix], [permit_at, permit]
-- RETURNS: request, then for each event: 0 new, 1 repeat or 2 conflict; its seq; the case's earlier events (new), the record as it stands (repeat) or ''
--
-- All is read and checked before the first write, because a script that fails keeps what it has written.
-- Both passes over the lists of bodies walk the same arguments: first to check, then to write.
-- A case's list of events is rewritten whole with every event, so its length has a limit; the oldest go first.
local CASE_BYTES = 65536
local seq_key, due_key, feed_key, docs, records = unpack(KEYS, 1, 5)
local request, count, body_count, feed_max = unpack(ARGV, 1, 4)
local call, concat, floor, sub = redis.call, table.concat, math.floor, string.sub

count, body_count = tonumber(count), tonumber(body_count)
local base = tonumber(call('GET', seq_key) or '0')
call('ZCARD', due_key)
call('XLEN', feed_key)

local answer, n = { tonumber(request) }, 1
local ids, order, seen, cases = {}, {}, {}, {}
local fresh, a, k = 0, 4, 5
for i = 1, count do
	local dedupe, case_key = KEYS[k + 1], KEYS[k + 2]
	local field, fingerprint, case, tail = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]
	local old = call('HGET', dedupe, field)
	local first = not old and seen[dedupe .. field]
	if old then
		local seq = sub(old, 17)
		answer[n + 2] = tonumber(seq)
		if sub(old, 1, 16) == fingerprint then
			answer[n + 1] = 1
			answer[n + 3] = call('HGET', records .. floor(answer[n + 2] / 16), seq) or ''
		else
			answer[n + 1], answer[n + 3] = 2, ''
		end
	elseif first then
		local same = ARGV[4 + 8 * (first - 1) + 2] == fingerprint
		answer[n + 1], answer[n + 2] = same and 1 or 2, base + order[first]
		answer[n + 3] = same and ARGV[4 + 8 * (first - 1) + 6] or ''
	else
		if not tonumber(ARGV[a + 7]) and ARGV[a + 7] ~= '' then
			return redis.error_reply('ERR due is not a number')
		end
		fresh = fresh + 1
		seen[dedupe .. field] = i
		order[i], ids[i] = fresh, base + fresh .. ''
		local earlier = cases[case] or call('HGET', case_key, case) or ''
		local entry = ids[i] .. tail
		if #earlier > CASE_BYTES then
			earlier = sub(earlier, string.find(earlier, ',', #earlier - CASE_BYTES / 2, true) + 1)
		end
		cases[case] = earlier == '' and entry or earlier .. ',' .. entry
		answer[n + 1], answer[n + 2], answer[n + 3] = 0, base + fresh, earlier
	end
	n, a, k = n + 3, a + 8, k + 2
end
if fresh == 0 then
	return answer
end
for bucket = floor((base + 1) / 16), floor((base + fresh) / 16) do
	call('HLEN', docs .. bucket)
	call('HLEN', records .. bucket)
end
local lists_a, lists_k = a, k
for _ = 1, body_count do
	call('LLEN', KEYS[k + 1])
	call('ZCARD', KEYS[k + 2])
	k = k + 2
end

call('SET', seq_key, base + fresh .. '')
local d, r, z, lines = {}, {}, { 'ZADD', due_key }, {}
local dn, zn, ln, bucket = 2, 2, 0, nil
a, k = 4, 5
for i = 1, count do
	local seq = ids[i]
	if seq then
		local field, fingerprint, case, _, doc, record, due, told = unpack(ARGV, a + 1, a + 8)
		local home = floor((base + order[i]) / 16)
		if home ~= bucket then
			if bucket then
				call(unpack(d, 1, dn))
				call(unpack(r, 1, dn))
			end
			bucket, dn = home, 2
			d[1], d[2], r[1], r[2] = 'HSET', docs .. home, 'HSET', records .. home
		end
		d[dn + 1], d[dn + 2], r[dn + 1], r[dn + 2] = seq, doc, seq, record
		dn = dn + 2
		if due ~= '' then
			z[zn + 1], z[zn + 2] = due, seq
			zn = zn + 2
		end
		ln = ln + 1
		lines[ln] = 'E\t' .. seq .. told
		call('HSET', KEYS[k + 1], field, fingerprint .. seq)
		call('HSET', KEYS[k + 2], case, cases[case])
	end
	a, k = a + 8, k + 2
end
call(unpack(d, 1, dn))
call(unpack(r, 1, dn))
if zn > 2 then
	call(unpack(z, 1, zn))
end

a, k = lists_a, lists_k
local all_args, open_args = { 'RPUSH' }, { 'ZADD' }
for _ = 1, body_count do
	local all, open = KEYS[k + 1], KEYS[k + 2]
	local entries = tonumber(ARGV[a + 1])
	local an, on = 2, 2
	all_args[2], open_args[2] = all, open
	a, k = a + 1, k + 2
	for _ = 1, entries do
		local at, suffix = ARGV[a + 1], ARGV[a + 2]
		local seq = ids[at + 0]
		if seq then
			local ref = seq .. suffix
			an, on = an + 1, on + 2
			all_args[an], open_args[on - 1], open_args[on] = ref, seq, ref
		end
		a = a + 2
	end
	if an > 2 then
		call(unpack(all_args, 1, an))
		call(unpack(open_args, 1, on))
	end
end
call('XADD', feed_key, 'MAXLEN', '~', feed_max, '*', 'l', concat(lines, '\n'))
-- Last of all and so without a look at what stands there: what fails here has everything else written.
while k < #KEYS do
	local permit_key = KEYS[k + 1]
	local permit_at, permit = ARGV[a + 1], ARGV[a + 2]
	permit_at = tonumber(permit_at)
	if ids[permit_at] then
		call('RPUSH', permit_key, ids[permit_at] .. ARGV[8 * permit_at] .. '\t' .. permit)
	end
	a, k = a + 2, k + 1
end
return answer
