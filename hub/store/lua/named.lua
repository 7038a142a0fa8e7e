-- Keeps or drops one small named thing, together with its line in the audit log and what other hubs are told of it.
-- KEYS: kept, feed, audit
-- ARGS: request, how, name, value, alone, told, line, feed_max, was, witness, stands
-- RETURNS: request, 0 done, 1 nothing has that name, 2 something else has it or 3 it is not as it was
--
-- how: 'new' only where nothing has the name yet, 'put' whatever has it, or 'drop'. told: a line of the feed, '' none.
-- line: or several, a line feed between. alone: what no other value may begin with when this one is 'new', '' none.
-- was: what the name must have when it is 'put', '' anything. witness: another name that must have what stands says, '' none.
local kept, feed, audit = unpack(KEYS, 1, 3)
local request, how, name, value, alone, told, line, feed_max, was, witness, stands = unpack(ARGV, 1, 11)
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
if witness ~= '' and call('HGET', kept, witness) ~= stands or was ~= '' and there ~= was then
	return { tonumber(request), 3 }
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
