-- One entry of the intake stream could not be answered here: that is counted, and what failed too often is parked, whole,
-- where no hub reads it, so that it is neither tried for ever nor lost.
-- KEYS: intake, done, failed, parked
-- ARGS: request, group, entry, outcome, done_max, tries, count_ttl_ms
-- RETURNS: request, how often it has failed, 0 if it was not pending any more; 1 parked now, else 0
local intake, done, failed, parked = unpack(KEYS, 1, 4)
local request, group, entry, outcome, done_max, tries, count_ttl_ms = unpack(ARGV, 1, 7)
local call = redis.call

call('XLEN', done)
call('XLEN', parked)
call('HLEN', failed)
local found = call('XRANGE', intake, entry, entry)[1]
local pending = call('XPENDING', intake, group, entry, entry, 1)
if not found or #pending == 0 then
	return { tonumber(request), 0, 0 }
end
local count = call('HINCRBY', failed, entry, 1)
if count < tonumber(tries) then
	call('PEXPIRE', failed, count_ttl_ms)
	return { tonumber(request), count, 0 }
end
call('XADD', parked, '*', 'entry', entry, 'outcome', outcome, unpack(found[2]))
call('XADD', done, 'MAXLEN', '~', done_max, '*', 'entry', entry, 'outcome', outcome)
call('XACK', intake, group, entry)
call('XDEL', intake, entry)
call('HDEL', failed, entry)
return { tonumber(request), count, 1 }
