--[[
Some real work for the interpreter and its C modules, with checks: a sealed program must give the
same results.

	lua work.lua
]]
local cjson = require "cjson"
local lpeg = require "lpeg"

local function check(what, n, ok)
	print(string.format("  %-58s %s", string.format(what, n), ok and "correct" or "WRONG"))
	if not ok then os.exit(1) end
end

-- JSON, there and back
local records = {}
for i = 1, 2000 do
	records[i] = { id = i, name = ("record %d"):format(i), tags = { "a", "b", tostring(i % 7) }, half = i / 2 }
end
local again = cjson.decode(cjson.encode(records))
local same = #again == #records
for i, r in ipairs(records) do
	local a = again[i]
	same = same and a.id == r.id and a.name == r.name and a.half == r.half and a.tags[3] == r.tags[3]
end
check("cjson: %d records encoded, decoded, compared", #records, same)

-- a grammar, against the interpreter's own arithmetic
local P, R, S, V, C, Ct = lpeg.P, lpeg.R, lpeg.S, lpeg.V, lpeg.C, lpeg.Ct
local function fold(t)
	local v = t[1]
	for i = 2, #t, 2 do
		if t[i] == "+" then v = v + t[i + 1]
		elseif t[i] == "-" then v = v - t[i + 1]
		else v = v * t[i + 1] end
	end
	return v
end
local grammar = P { "sum",
	sum = Ct(V "product" * (C(S "+-") * V "product") ^ 0) / fold,
	product = Ct(V "atom" * (C(P "*") * V "atom") ^ 0) / fold,
	atom = (R "09" ^ 1 / tonumber) + P "(" * V "sum" * P ")",
} * -1
local function expression(depth)
	if depth == 0 then return tostring(math.random(0, 99)) end
	local s = expression(depth - 1) .. ("+-*"):sub(math.random(3)):sub(1, 1) .. expression(depth - 1)
	return math.random(2) == 1 and "(" .. s .. ")" or s
end
math.randomseed(1)
local right, n = true, 500
for _ = 1, n do
	local e = expression(4)
	right = right and grammar:match(e) == load("return " .. e)()
end
check("lpeg: %d expressions parsed and computed by a grammar", n, right)

-- the interpreter itself: coroutines, tables, the collector
local function permutations(a, k)
	if k == 0 then coroutine.yield(table.concat(a)) end
	for i = 1, k do
		a[i], a[k] = a[k], a[i]
		permutations(a, k - 1)
		a[i], a[k] = a[k], a[i]
	end
end
local seen, count = {}, 0
for p in coroutine.wrap(function() permutations({ "s", "e", "a", "l", "i", "n", "g" }, 7) end) do
	if not seen[p] then seen[p], count = true, count + 1 end
end
collectgarbage()
check("lua: %d permutations from a coroutine, all different", count, count == 5040)
