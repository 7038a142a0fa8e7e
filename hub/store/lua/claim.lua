-- Claims events that are due: each is leased, that is, due again when the lease ends, so that only one hub works on it.
-- KEYS: due_key, clock_key, records
-- ARGS: request, now, lease, limit
-- RETURNS: request, then for each claimed event: seq, record
--
-- The cell's time never goes backwards: the highest now of a call that claimed something is kept and stands in
-- for a lower one. A call that finds nothing writes nothing.
local due_key, clock_key, records = unpack(KEYS, 1, 3)
local request, now, lease, limit = unpack(ARGV, 1, 4)
local call = redis.call

now, lease = tonumber(now), tonumber(lease)
local seen = tonumber(call('GET', clock_key) or '0')
local later = now > seen
if not later then
	now = seen
end
local answer, n = { tonumber(request) }, 1
local found = call('ZRANGEBYSCORE', due_key, '-inf', string.format('%d', now), 'LIMIT', 0, limit)
if #found == 0 then
	return answer
end
local lease_end = string.format('%d', now + lease)
local leased, gone = { 'ZADD', due_key }, { 'ZREM', due_key }
local ln, gn = 2, 2
for i = 1, #found do
	local seq = found[i]
	local record = call('HGET', records .. math.floor(seq / 16), seq)
	if record then
		answer[n + 1], answer[n + 2] = tonumber(seq), record
		n = n + 2
		leased[ln + 1], leased[ln + 2] = lease_end, seq
		ln = ln + 2
	else
		gn = gn + 1
		gone[gn] = seq
	end
end
if later then
	call('SET', clock_key, string.format('%d', now))
end
if ln > 2 then
	call(unpack(leased, 1, ln))
end
if gn > 2 then
	call(unpack(gone, 1, gn))
end
return answer
