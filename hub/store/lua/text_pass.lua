-- Asks whether one more text may go to a number now, and counts it if so. What was let through once is let through again that day.
-- Texts that are to be joined wait for each other: the first opens the window, whoever asks when it is over closes it and takes all with it.
-- KEYS: optouts, sent, window
-- ARGS: request, hash, id, limit, lasts_ms, now, join_ms
-- RETURNS: request, 0 it may, 1 the number wants no texts, 2 it has had its texts of the day or 3 it waits; until when; with whom it may go, bars between
local optouts, sent, window = unpack(KEYS, 1, 3)
local request, hash, id, limit, lasts_ms, now, join_ms = unpack(ARGV, 1, 7)
local call = redis.call

limit, now, join_ms = tonumber(limit), tonumber(now), tonumber(join_ms)
local function answer(what, till, with)
	return { tonumber(request), what, till, with }
end
local count = call('SCARD', sent)
local till = tonumber(call('HGET', window, 'until') or '')
if call('HEXISTS', optouts, hash) == 1 then
	return answer(1, 0, '')
end
if call('SISMEMBER', sent, id) == 1 then
	return answer(0, 0, '')
end
-- Nobody came when it was over: what waited has been dealt with otherwise, or waits for this one anew.
if till and now > till + 60000 then
	for _, other in ipairs(call('HKEYS', window)) do
		if other ~= 'until' then -- the key stays: in a slot that is just being moved, one that is gone is taken for elsewhere
			call('HDEL', window, other)
		end
	end
	till = nil
end
if join_ms > 0 and (not till or now < till) then
	if not till then
		till = now + join_ms
		call('HSET', window, 'until', string.format('%d', till))
	end
	call('HSET', window, id, '')
	call('PEXPIRE', window, lasts_ms)
	return answer(3, till, '')
end
if limit > 0 and count >= limit then
	return answer(2, 0, '')
end
local with = {}
if join_ms > 0 then
	for _, other in ipairs(call('HKEYS', window)) do
		if other ~= 'until' and other ~= id then
			with[#with + 1] = other
		end
	end
	call('DEL', window)
end
call('SADD', sent, id)
call('PEXPIRE', sent, lasts_ms)
return answer(0, 0, table.concat(with, '|'))
