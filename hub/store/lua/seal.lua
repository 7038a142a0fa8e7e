-- Notes what the lines of the audit log up to one of them stand for, unless somebody noted it since `before` was read.
-- KEYS: seals
-- ARGS: request, before, day, seal
-- RETURNS: request, 1 done or 0 somebody was first
local seals = KEYS[1]
local request, before, day, seal = unpack(ARGV, 1, 4)

if (redis.call('HGET', seals, 'last') or '') ~= before then
	return { tonumber(request), 0 }
end
redis.call('HSET', seals, 'last', seal, day, seal)
return { tonumber(request), 1 }
