--[[
Prints the process's own memory map: the kind of each mapping, whether it is sealed ("sl" among the
flags in /proc/self/smaps), and if not, why not. Then the shares. Fails if the kernel can seal and a
mapping that the level "on" includes is not sealed.

	lua map.lua [colour]
]]
require "cjson"
require "lpeg"
local probe = require "probe"

local kernel = probe.kernel()
local colour = arg[1] == "colour"
local function paint(code, s) return colour and ("\27[%sm%s\27[0m"):format(code, s) or s end

local objects = probe.objects()
for i, o in ipairs(objects) do
	o.first, o.last = math.maxinteger, 0
	for _, p in ipairs(o) do
		if p.type == "load" then
			o.first, o.last = math.min(o.first, p.start), math.max(o.last, p["end"])
		end
	end
	o.short = i == 1 and "lua" or o.name:match "([^/]*)$"
	if o.short:match "^ld%-musl" then o.short = "libc.so" end
end

-- The object of a mapping and its part of it, by the program headers: pages that the loader replaced
-- by anonymous ones have no file name.
local function whose(m)
	if m.file:match "^%[" then return m.file, m.prot:match "x" and "code" or "" end
	if m.shared then return "shared memory", "" end
	for _, o in ipairs(objects) do
		if m.start >= o.first and m.start < o.last then
			local part = "gap"
			for _, p in ipairs(o) do
				if m.start < p["end"] and m.stop > p.start then
					if p.type == "relro" then part = "relro" break end
					part = p.x and "code" or p.w and "data" or "constants"
				end
			end
			return o.short, part
		end
	end
	if m.file == "" then
		-- the loader's records of the objects; upstream has them in ordinary memory
		for _, o in ipairs(objects) do
			if o.record >= m.start and o.record < m.stop and not m.prot:match "w" then return "libc.so", "records" end
		end
		return "anonymous", ""
	end
	return m.file:match "([^/]*)$", ""
end

local function why(m)
	if m.object == "[heap]" or m.object == "[stack]" then return "must grow" end
	if m.object:match "^%[v" then return "the kernel's" end
	if m.object == "anonymous" then return "malloc's" end
	if m.object == "shared memory" then return "the program's" end
	if m.part == "data" then return "writable" end
	if m.part == "records" then return kernel == "sealing" and "dlopen adds to it" or kernel end
	return kernel == "sealing" and "SHOULD BE" or kernel
end

local maps, m = {}
for line in io.lines "/proc/self/smaps" do
	local s, e, prot, file = line:match "^(%x+)%-(%x+) (%S+) %x+ %S+ %d+%s*(.*)$"
	if s then
		m = { start = tonumber(s, 16), stop = tonumber(e, 16), prot = prot:sub(1, 3),
			shared = prot:sub(4) == "s", file = file }
		m.object, m.part = whose(m)
		-- The vsyscall page is in the kernel's half, where no process can map or unmap.
		if file ~= "[vsyscall]" then maps[#maps + 1] = m end
	elseif line:match "^VmFlags:" then
		m.sealed = (line .. " "):match " sl " ~= nil
	end
end

print(("  %-25s %s  %-16s %-9s %5s  %s"):format("addresses", "prot", "object", "part", "KiB", "sealed"))
local failed = false
local all = { bytes = 0, sealed = 0 }
local share = { { "of all that is mapped", all, function() return true end },
	{ "of what is executable", { bytes = 0, sealed = 0 }, function(m) return m.prot:match "x" end },
	{ "of what is not writable", { bytes = 0, sealed = 0 }, function(m) return not m.prot:match "w" end },
	{ "of the objects' writable data", { bytes = 0, sealed = 0 }, function(m) return m.part == "data" end } }
for _, m in ipairs(maps) do
	local n = m.stop - m.start
	for _, s in ipairs(share) do
		if s[3](m) then
			s[2].bytes = s[2].bytes + n
			if m.sealed then s[2].sealed = s[2].sealed + n end
		end
	end
	print(("  %012x-%012x %s   %-16s %-9s %5d  %s"):format(m.start, m.stop, m.prot, m.object:sub(1, 16), m.part, n // 1024,
		m.sealed and paint("32", "sealed") or paint(why(m) == "SHOULD BE" and "31" or "2", "no: " .. why(m))))
	failed = failed or not m.sealed and why(m) == "SHOULD BE"
end
print()
print "  Immutable until the process ends:"
for _, s in ipairs(share) do
	print(("  %6.1f %%  %-32s %6d of %6d KiB"):format(100 * s[2].sealed / math.max(s[2].bytes, 1), s[1],
		s[2].sealed // 1024, s[2].bytes // 1024))
end
if failed then os.exit(1) end
