-- Reads events. Those asked for one after the other that share a hash come as one run.
-- KEYS: [docs, records]
-- ARGS: request, runs, with_docs, [size], [seqs]
-- RETURNS: request, then for each event: document or nil, record or nil
local request, runs, with_docs = unpack(ARGV, 1, 3)
local call = redis.call

local answer, n = { tonumber(request) }, 1
local a, k = 3, 0
for _ = 1, tonumber(runs) do
	local docs, records = KEYS[k + 1], KEYS[k + 2]
	local size = tonumber(ARGV[a + 1])
	local seqs = { unpack(ARGV, a + 2, a + 1 + size) }
	local found_docs = with_docs == '1' and call('HMGET', docs, unpack(seqs))
	local found = call('HMGET', records, unpack(seqs))
	for i = 1, size do
		answer[n + 1] = found_docs and found_docs[i] or false
		answer[n + 2] = found[i]
		n = n + 2
	end
	a, k = a + 1 + size, k + 2
end
return answer
