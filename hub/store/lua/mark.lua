-- Marks something as taken on by somebody for a while, unless somebody else was first, together with its line in the
-- audit log.
-- KEYS: mark, audit
-- ARGS: request, value, ttl_ms, line
-- RETURNS: request, the value in force
local mark, audit = unpack(KEYS, 1, 2)
local request, value, ttl_ms, line = unpack(ARGV, 1, 4)
local call = redis.call

local there = call('GET', mark)
call('LLEN', audit)
if there then
	return { tonumber(request), there }
end

call('SET', mark, value, 'PX', ttl_ms)
call('RPUSH', audit, line)
return { tonumber(request), value }
