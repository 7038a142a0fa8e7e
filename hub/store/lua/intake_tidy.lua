-- Readers of the intake that are silent and have nothing in hand are forgotten: every start of a hub brings a new one,
-- and those of hubs that are gone would pile up. One that only waits looks the same; Redis makes it a reader again with
-- the entry it gives it.
-- KEYS: intake
-- ARGS: request, group, silent
-- RETURNS: request, how many are gone
local intake = KEYS[1]
local request, group, silent = unpack(ARGV, 1, 3)
local call = redis.call

local gone = 0
silent = tonumber(silent)
for _, reader in ipairs(call('XINFO', 'CONSUMERS', intake, group)) do
	local about = {}
	for i = 1, #reader, 2 do
		about[reader[i]] = reader[i + 1]
	end
	if about.pending == 0 and about.idle >= silent then
		call('XGROUP', 'DELCONSUMER', intake, group, about.name)
		gone = gone + 1
	end
end
return { tonumber(request), gone }
