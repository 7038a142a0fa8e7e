-- One entry of the intake stream has been dealt with: it leaves the stream, and its outcome is kept for a while.
-- KEYS: intake, done
-- ARGS: request, group, entry, outcome, done_max
-- RETURNS: request, 1 if the entry was still pending, else 0
local intake, done = unpack(KEYS, 1, 2)
local request, group, entry, outcome, done_max = unpack(ARGV, 1, 5)

redis.call('XLEN', done)
local pending = redis.call('XACK', intake, group, entry)
if pending == 1 then
	redis.call('XDEL', intake, entry)
	redis.call('XADD', done, 'MAXLEN', '~', done_max, '*', 'entry', entry, 'outcome', outcome)
end
return { tonumber(request), pending }
