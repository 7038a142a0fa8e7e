-- Adds to what the shadow policy would have decided otherwise, unless the shadow is another one by now.
-- KEYS: shadow, shadow_last
-- ARGS: request, version, events, changed, gained, lost, altered, last_max, [line]
-- RETURNS: request, 1 if it was added, else 0
local shadow, shadow_last = unpack(KEYS, 1, 2)
local request, version, events, changed, gained, lost, altered, last_max = unpack(ARGV, 1, 8)
local call = redis.call

call('LLEN', shadow_last)
if call('HGET', shadow, 'version') ~= version then
	return { tonumber(request), 0 }
end
call('HINCRBY', shadow, 'events', events)
call('HINCRBY', shadow, 'changed', changed)
call('HINCRBY', shadow, 'gained', gained)
call('HINCRBY', shadow, 'lost', lost)
call('HINCRBY', shadow, 'altered', altered)
for i = 9, #ARGV do
	local line = ARGV[i]
	call('LPUSH', shadow_last, line)
end
call('LTRIM', shadow_last, 0, last_max - 1)
return { tonumber(request), 1 }
