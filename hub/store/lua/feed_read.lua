-- A piece of the feed, for somebody who is further back than a hub remembers.
-- KEYS: feed
-- ARGS: request, place, entries_max, bytes_max
-- RETURNS: request, 1 when nothing behind the place is gone or 0, then for each entry: its id, its lines
--
-- As long as the entry of the place is still there, nothing behind it can have been trimmed; it comes first, because
-- it can have lines behind the one that was read. The place 0-0 stands before a stream that was never trimmed.
local feed = KEYS[1]
local request, place, entries_max, bytes_max = unpack(ARGV, 1, 4)
local call = redis.call

entries_max, bytes_max = tonumber(entries_max), tonumber(bytes_max)
local function is_whole()
	if call('EXISTS', feed) == 0 then
		return true
	end
	local info, length, added = call('XINFO', 'STREAM', feed), 0, -1
	for i = 1, #info, 2 do
		if info[i] == 'length' then
			length = info[i + 1]
		elseif info[i] == 'entries-added' then
			added = info[i + 1]
		end
	end
	return length == added
end

-- An entry can be long, so few are read that are not given.
local step = 8
local found = call('XRANGE', feed, place, '+', 'COUNT', step)
local known = found[1] and found[1][1] == place
if not known and not (place == '0-0' and is_whole()) then
	return { tonumber(request), 0 }
end
local answer, n, bytes = { tonumber(request), 1 }, 2, 0
while true do
	for i = 1, #found do
		local lines = found[i][2][2]
		if n > 4 and bytes + #lines > bytes_max or n > 2 * entries_max then
			return answer
		end
		answer[n + 1], answer[n + 2] = found[i][1], lines
		n, bytes = n + 2, bytes + #lines
	end
	if #found < step then
		return answer
	end
	found = call('XRANGE', feed, '(' .. found[#found][1], '+', 'COUNT', step)
end
