-- One slice of a list, newest first: a body's, all of it or what is still to do; or the audit log.
-- KEYS: list
-- ARGS: request, todo_only, below, limit
-- RETURNS: request, how many there are in all, then the entries
--
-- below is a place that stays where it is while others come and go: of the list, the place counted from the oldest that
-- the slice ends before; of what is to do, the event number that it begins with. -1 begins with the newest.
local list = KEYS[1]
local request, todo_only, below, limit = unpack(ARGV, 1, 4)

below, limit = tonumber(below), tonumber(limit)
local answer, refs, total = { tonumber(request), 0 }, {}, 0
if todo_only == '1' then
	total = redis.call('ZCARD', list)
	refs = redis.call('ZREVRANGEBYSCORE', list, below < 0 and '+inf' or below, '-inf', 'LIMIT', 0, limit)
else
	total = redis.call('LLEN', list)
	local stop = (below < 0 or below > total) and total or below
	if stop > 0 and limit > 0 then
		refs = redis.call('LRANGE', list, math.max(stop - limit, 0), stop - 1)
	end
end
answer[2] = total
local n = #refs
for i = 1, n do
	answer[i + 2] = todo_only == '1' and refs[i] or refs[n + 1 - i]
end
return answer
