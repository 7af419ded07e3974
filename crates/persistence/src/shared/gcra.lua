-- Takes tokens from a bucket by the generic cell rate algorithm, in microseconds of Redis's own clock.
-- KEYS[1] the bucket; ARGV[1] time per token, ARGV[2] tokens it holds, ARGV[3] tokens wanted.
-- Answers {allowed, remaining, reset_after, retry_after}.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

-- Theoretical arrival time: when the bucket is full.
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local after = full + interval * cost
local early = after - now - interval * burst
if early > 0 then
  return {0, math.floor((interval * burst - (full - now)) / interval), full - now, early}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {1, math.floor(-early / interval), after - now, 0}
