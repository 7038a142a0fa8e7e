#!lua flags=allow-oom
-- Appends lines to the audit log, also when Redis' memory is full: what is read then must be known, too.
-- KEYS: audit_key
-- ARGS: request, [line]
-- RETURNS: request, how many lines there are now
local audit_key = KEYS[1]
local request = ARGV[1]

for i = 2, #ARGV do
	local line = ARGV[i]
	redis.call('RPUSH', audit_key, line)
end
return { tonumber(request), redis.call('LLEN', audit_key) }
