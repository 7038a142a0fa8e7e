-- Looks through events from the newest wanted downwards for plain pieces of text.
-- KEYS: seq_key, docs, records
-- ARGS: request, before, limit, budget, bytes_max, need, any_count, [any]
-- RETURNS: request, where to go on (0 at the end), then for each event that looks right: seq, document, record
--
-- need has to be in the document, whose full-width ASCII counts as plain and whose ASCII letters as small ones; one of any in
-- the document or the record. Looks at no more than budget events and, whole hashes at a time, about bytes_max bytes, so that a call stays short however long the documents are.
local seq_key, docs, records = unpack(KEYS, 1, 3)
local request, before, limit, budget, bytes_max, need, any_count = unpack(ARGV, 1, 7)
local call, find, floor, gsub, lower = redis.call, string.find, math.floor, string.gsub, string.lower

before, limit, budget = tonumber(before), tonumber(limit), tonumber(budget)
bytes_max, any_count = tonumber(bytes_max), tonumber(any_count)
local newest = tonumber(call('GET', seq_key) or '0')
local seq = (before > 0 and before <= newest) and before - 1 or newest

local has_ascii, has_letters, plain = find(need, '[!-~]'), find(need, '%l'), {}
for i = 1, has_ascii and 94 or 0 do
	plain['\239' .. string.char(188 + floor(i / 64), 128 + i % 64)] = string.char(32 + i)
end

-- All of full width begin with a byte that hardly any other character has, so most documents cost one look for it.
local function folded(doc)
	if not has_ascii then
		return doc
	end
	local text = find(doc, '\239', 1, true) and gsub(doc, '\239[\188\189][\128-\191]', plain) or doc
	return has_letters and lower(text) or text
end

local function looks_right(doc, record)
	if need ~= '' and not find(folded(doc), need, 1, true) then
		return false
	end
	for i = 1, any_count do
		local any = ARGV[7 + i]
		if find(doc, any, 1, true) or find(record, any, 1, true) then
			return true
		end
	end
	return any_count == 0
end

local answer, n, looked, bytes, found = { tonumber(request), 0 }, 2, 0, 0, 0
while seq >= 1 and looked < budget and bytes < bytes_max and found < limit do
	local bucket = floor(seq / 16)
	local read, last = {}, math.max(bucket * 16, 1, seq - (budget - looked) + 1)
	for s = seq, last, -1 do
		read[#read + 1] = s .. ''
	end
	local some_docs = call('HMGET', docs .. bucket, unpack(read))
	local some_records = call('HMGET', records .. bucket, unpack(read))
	for i = 1, #read do
		local doc, record = some_docs[i], some_records[i]
		seq, looked = seq - 1, looked + 1
		if doc and record then
			bytes = bytes + #doc + #record
			if looks_right(doc, record) then
				answer[n + 1], answer[n + 2], answer[n + 3] = seq + 1, doc, record
				n, found = n + 3, found + 1
			end
		end
		if found >= limit then
			break
		end
	end
end
answer[2] = seq >= 1 and seq + 1 or 0
return answer
