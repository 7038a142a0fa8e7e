-- Writes a meeting's minutes, new or changed, if they stand as their writer last saw them, together with their line in the
-- audit log. Sent again after it was done, it changes nothing.
-- KEYS: meetings, open, same, audit
-- ARGS: request, number, was, is, unfinished, fingerprint, line
-- RETURNS: request, 0 done, 1 others were first or 2 the same meeting is here already; its number
--
-- was: '' of new minutes. unfinished: '1' while one of its decisions is. fingerprint: of new minutes, '' of a change.
local meetings, open, same, audit = unpack(KEYS, 1, 4)
local request, number, was, is, unfinished, fingerprint, line = unpack(ARGV, 1, 7)
local call = redis.call

local there = call('HGET', meetings, number) or ''
local first = call('HGET', same, fingerprint)
call('ZCARD', open)
call('LLEN', audit)
if fingerprint ~= '' and first then
	return { tonumber(request), 2, tonumber(first) }
end
if there == is then
	return { tonumber(request), 0, tonumber(number) }
end
if there ~= was then
	return { tonumber(request), 1, tonumber(number) }
end

call('HSET', meetings, number, is)
if unfinished == '1' then
	call('ZADD', open, number, number)
else
	call('ZREM', open, number)
end
if fingerprint ~= '' then
	call('HSET', same, fingerprint, number)
end
call('RPUSH', audit, line)
return { tonumber(request), 0, tonumber(number) }
