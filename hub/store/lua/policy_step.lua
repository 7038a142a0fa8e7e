-- Writes one step in the life of the policies, but only if none was written since its writer last looked, together with
-- its line in the audit log and what is kept by the version.
-- KEYS: steps, policies, answers, shadow, shadow_last, audit
-- ARGS: request, known, step, line, kept, version, content, answer
-- RETURNS: request, 0 done, 1 others were first or 2 another content has this name; how many steps there are
--
-- kept: 'keep' puts content and answer under the version, 'forget' drops both, 'shadow' begins to count for it, '' neither.
local steps, policies, answers, shadow, shadow_last, audit = unpack(KEYS, 1, 6)
local request, known, step, line, kept, version, content, answer = unpack(ARGV, 1, 8)
local call = redis.call

-- No key is looked at after it may have gone: in a slot that is just being moved, Redis would take it for one that is elsewhere.
local count = call('LLEN', steps)
call('LLEN', audit)
call('HLEN', answers)
call('HLEN', shadow)
if count ~= tonumber(known) then
	return { tonumber(request), 1, count }
end
local there = call('HGET', policies, version)
if kept == 'keep' and there and there ~= content then
	return { tonumber(request), 2, count }
end

if kept == 'keep' then
	call('HSET', policies, version, content)
	if answer ~= '' then
		call('HSET', answers, version, answer)
	end
elseif kept == 'forget' then
	call('HDEL', policies, version)
	call('HDEL', answers, version)
elseif kept == 'shadow' then
	call('HSET', shadow, 'version', version)
	call('HDEL', shadow, 'events', 'changed', 'gained', 'lost', 'altered')
	call('DEL', shadow_last)
end
call('RPUSH', audit, line)
return { tonumber(request), 0, call('RPUSH', steps, step) }
