-- Notes that a source sent the event of a number: which numbers are missing, which came before, and when it sent last.
-- Number 0 or 1 of a new event begins the count anew, and what was missing stays so. So many sources are watched and no more, so many gaps listed.
-- KEYS: sources
-- ARGS: request, source, number, now, body, region, is_repeat
-- RETURNS: request, how many numbers are missing besides, 1 when one came that had been missing, 1 when a new event bore an old number
local sources = KEYS[1]
local request, source, number, now, body, region, is_repeat = unpack(ARGV, 1, 7)
local call = redis.call
local SOURCES_MAX, GAPS_MAX, TIMES_MAX = 1000, 50, 16

number, now = tonumber(number), tonumber(now)
local missing, found, twice = 0, 0, 0
local kept = call('HGET', sources, source)
if not kept and (call('HLEN', sources) >= SOURCES_MAX or is_repeat == '1') then
	return { tonumber(request), 0, 0, 0 }
end
local s = kept and cjson.decode(kept) or { last = number, missing = 0, twice = 0, gaps = {}, times = {} }
local gaps, times = {}, {}
for i = 1, #s.times do
	times[i] = s.times[i]
end
for i = 1, #s.gaps, 2 do
	local from, to = s.gaps[i], s.gaps[i + 1]
	if number < from or number > to then
		gaps[#gaps + 1], gaps[#gaps + 2] = from, to
	else
		found = 1
		if from < number then
			gaps[#gaps + 1], gaps[#gaps + 2] = from, number - 1
		end
		if number < to then
			gaps[#gaps + 1], gaps[#gaps + 2] = number + 1, to
		end
	end
end
if number > s.last then
	missing = number - s.last - 1
	if missing > 0 then
		gaps[#gaps + 1], gaps[#gaps + 2] = s.last + 1, number - 1
	end
	s.last = number
elseif kept and found == 0 and is_repeat == '0' then
	if number <= 1 then
		s.last, gaps = number, {} -- what then bears their numbers is not what never came
	else
		twice = 1
	end
end
while #gaps > 2 * GAPS_MAX do
	table.remove(gaps, 1)
	table.remove(gaps, 1)
end
if is_repeat == '0' then
	times[#times + 1] = math.max(now, times[#times] or 0)
	s.body, s.region = body, region
end
while #times > TIMES_MAX do
	table.remove(times, 1)
end
s.gaps, s.times = gaps, times
s.missing, s.twice = s.missing + missing - found, s.twice + twice
call('HSET', sources, source, cjson.encode(s))
return { tonumber(request), missing, found, twice }
