-- Keeps or drops one small named thing, together with its line in the audit log and what other hubs are told of it.
-- KEYS: kept, feed, audit
-- ARGS: request, how, name, value, alone, told, line, feed_max
-- RETURNS: request, 0 done, 1 nothing has that name or 2 something else has it
--
-- how: 'new' only where nothing has the name yet, 'put' whatever has it, or 'drop'. told: a line of the feed, '' none.
-- line: or several, a line feed between. alone: what no other value may begin with when this one is 'new', '' none.
local kept, feed, audit = unpack(KEYS, 1, 3)
local request, how, name, value, alone, told, line, feed_max = unpack(ARGV, 1, 8)
local call = redis.call

local there = call('HGET', kept, name)
call('LLEN', audit)
call('XLEN', feed)
if how == 'drop' and not there then
	return { tonumber(request), 1 }
end
if how ~= 'drop' and there == value then
	return { tonumber(request), 0 } -- sent again after it was done, it changes nothing
end
if how == 'new' and there then
	return { tonumber(request), 2 }
end
for _, other in ipairs(how == 'new' and alone ~= '' and call('HVALS', kept) or {}) do
	if string.sub(other, 1, #alone) == alone then
		return { tonumber(request), 2 }
	end
end

if how == 'drop' then
	call('HDEL', kept, name)
else
	call('HSET', kept, name, value)
end
for one in string.gmatch(line, '[^\n]+') do
	call('RPUSH', audit, one)
end
if told ~= '' then
	call('XADD', feed, 'MAXLEN', '~', feed_max, '*', 'l', told)
end
return { tonumber(request), 0 }
