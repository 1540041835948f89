--[[
Shows a limit of sealing: changes sealed constants of liblua.so through /proc/self/mem,
and calls the function that reads them. Fails if that had no effect.

	lua limits.lua
]]
local before = "attempt to call a nil value"
local function message() return (select(2, pcall(function() (nil)() end))):match ": (.*)" end
assert(message():sub(1, #before) == before)

-- the place of the words in the constants of liblua.so
local at
local mem = assert(io.open("/proc/self/mem", "rb"))
for line in io.lines "/proc/self/maps" do
	local s, e = line:match "^(%x+)%-(%x+) r%-%-p .*/liblua%.so$"
	if s and not at then
		local start = tonumber(s, 16)
		mem:seek("set", start)
		local i = mem:read(tonumber(e, 16) - start):find("attempt to %s a ", 1, true)
		at = i and start + i - 1
	end
end
mem:close()

mem = assert(io.open("/proc/self/mem", "r+b"))
mem:seek("set", at)
mem:write "PERMITS"
mem:close()
print(("  lua said %q, and now says %q"):format(before, message():sub(1, #before)))
os.exit(message():sub(1, 7) == "PERMITS")
