-- Asks whether one more text may go to a number today, and counts it if so. What was let through once is let through again.
-- KEYS: optouts, sent
-- ARGS: request, hash, id, limit, lasts_ms
-- RETURNS: request, 0 it may, 1 the number wants no texts or 2 it has had its texts of the day
local optouts, sent = unpack(KEYS, 1, 2)
local request, hash, id, limit, lasts_ms = unpack(ARGV, 1, 5)
local call = redis.call

limit = tonumber(limit)
local count = call('SCARD', sent)
if call('HEXISTS', optouts, hash) == 1 then
	return { tonumber(request), 1 }
end
if call('SISMEMBER', sent, id) == 0 then
	if limit > 0 and count >= limit then
		return { tonumber(request), 2 }
	end
	call('SADD', sent, id)
	call('PEXPIRE', sent, lasts_ms)
end
return { tonumber(request), 0 }
