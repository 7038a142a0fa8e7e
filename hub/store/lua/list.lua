-- One slice of a body's list, newest first: all of it, or what is still to do.
-- KEYS: list
-- ARGS: request, todo_only, offset, limit
-- RETURNS: request, how many there are in all, then the references
local list = KEYS[1]
local request, todo_only, offset, limit = unpack(ARGV, 1, 4)

offset, limit = tonumber(offset), tonumber(limit)
local answer, refs, total = { tonumber(request), 0 }, {}, 0
if todo_only == '1' then
	total = redis.call('ZCARD', list)
	if offset < total and limit > 0 then
		refs = redis.call('ZREVRANGE', list, offset, offset + limit - 1)
	end
else
	total = redis.call('LLEN', list)
	if offset < total and limit > 0 then
		refs = redis.call('LRANGE', list, -(offset + limit), -(offset + 1))
	end
end
answer[2] = total
local n = #refs
for i = 1, n do
	answer[i + 2] = todo_only == '1' and refs[i] or refs[n + 1 - i]
end
return answer
