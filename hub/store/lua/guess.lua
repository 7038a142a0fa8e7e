-- Counts what went wrong under a name within a while of the first of it, and says whether that is too often. What is too often stays so, right
-- or wrong, until the while is over.
-- KEYS: count
-- ARGS: request, how, max, window_ms
-- RETURNS: request, 1 too often, else 0
--
-- how: 'look' changes nothing, 'wrong' counts one more, 'right' forgets those before.
local count = KEYS[1]
local request, how, max, window_ms = unpack(ARGV, 1, 4)
local call = redis.call

if tonumber(call('GET', count) or '0') >= tonumber(max) then
	return { tonumber(request), 1 }
end
if how == 'wrong' and call('INCR', count) == 1 then
	call('PEXPIRE', count, window_ms)
elseif how == 'right' then
	call('DEL', count)
end
return { tonumber(request), 0 }
