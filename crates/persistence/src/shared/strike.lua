-- Adds a failure, by the caller's clock in microseconds; Redis's own only says when the key may go.
-- KEYS[1] the failures; ARGV[1] now, ARGV[2] when they are forgotten, ARGV[3] milliseconds until then.
-- Answers how many there are.
local held = redis.call('HMGET', KEYS[1], 'count', 'until')
local count = 1
if held[2] and tonumber(held[2]) > tonumber(ARGV[1]) then
  count = tonumber(held[1]) + 1
end
redis.call('HSET', KEYS[1], 'count', count, 'until', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return count
